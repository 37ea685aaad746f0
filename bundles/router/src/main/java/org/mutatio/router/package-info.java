/// Policies and routing: reads `config/domains`, holds the set in force, says where a recipient's mail goes. Read
/// [RouterComponent] first, then `policy.PolicyLoader` and `routing.DomainRouter`.
@NullMarked
package org.mutatio.router;

import org.jspecify.annotations.NullMarked;
