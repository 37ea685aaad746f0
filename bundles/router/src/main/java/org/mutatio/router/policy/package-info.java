/// Policies as files say them: [Schema] knows every key, [PolicyFile] is one file that was read and checked,
/// [PolicyLoader] makes a set of all files ([DomainPolicies]) with one [EffectivePolicy] a domain.
@NullMarked
package org.mutatio.router.policy;

import org.jspecify.annotations.NullMarked;
