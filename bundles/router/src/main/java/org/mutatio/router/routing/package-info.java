/// Where a recipient's mail goes: [DomainRouter], which asks routes in Java through [ProviderGate].
@NullMarked
package org.mutatio.router.routing;

import org.jspecify.annotations.NullMarked;
