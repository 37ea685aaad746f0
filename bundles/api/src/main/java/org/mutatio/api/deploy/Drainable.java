package org.mutatio.api.deploy;

import java.time.Instant;
import org.osgi.annotation.versioning.ConsumerType;

/// A service by which a bundle lets go of its work before it is stopped. Registered by each bundle that holds sessions,
/// pins or commits; the deployer calls it on the old version only, after the new one is live.
@ConsumerType
public interface Drainable {

    /// Takes no new work, ends what can be ended, and returns when all is ended or the deadline has passed.
    ///
    /// @return how many pieces of work (sessions, transactions) are still there
    int drain(Instant deadline);
}
