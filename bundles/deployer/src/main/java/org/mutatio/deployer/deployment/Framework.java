package org.mutatio.deployer.deployment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What the deployer asks of an OSGi framework, in words that need none.
public interface Framework {

    /// @return the bundle's id
    /// @throws RefusedException the framework does not take it
    long install(Path jar) throws RefusedException;

    /// Why it does not resolve; empty: it did.
    Optional<String> resolve(long bundle);

    /// Starts it, and calls up its services, so that each component is made once.
    ///
    /// @throws RefusedException it threw, or did not come back in time
    void start(long bundle, Duration deadline) throws RefusedException;

    /// Stops it and keeps it installed.
    ///
    /// @throws RefusedException it did not come back in time
    void stop(long bundle, Duration deadline) throws RefusedException;

    /// What its components wait for, in plain words; empty: all are satisfied.
    List<String> unsatisfied(long bundle);

    /// Asks its health probes.
    ///
    /// @return what is broken, empty when nothing is
    List<String> broken(long bundle, Duration deadline);

    /// Lets it end its work.
    ///
    /// @return pieces of work that are still there at the deadline
    int drain(long bundle, Duration deadline);

    /// Whether it is by this bundle that we were asked to do what we do.
    boolean asks(long bundle);

    /// Stops and removes it; refreshes it when that touches nobody else.
    void remove(long bundle);

    /// Symbolic names of the bundles that would be restarted if this one's packages went.
    List<String> dependants(long bundle);

    /// `active`, `resolved`, `installed`, ...
    String state(long bundle);

    /// The name of the bundle whose package that is, among those that are installed.
    Optional<String> exporter(String packageName);
}
