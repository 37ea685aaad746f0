/// What rules a domain's mail: an immutable [PolicySet] of [Policy]s with the origin of every value, and [Router] that
/// says where a recipient's mail goes.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.policy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
