package org.mutatio.pipeline.transaction;

import java.util.List;
import org.mutatio.api.policy.Router;

/// Where mail for an address goes.
///
/// @param ruling the recipient's policy; the sender's own for foreign recipients
/// @param bySize to be asked again when the size is known
record Routed(Ruling ruling, List<Router.Target> targets, boolean bySize) {
    Routed {
        targets = List.copyOf(targets);
    }
}
