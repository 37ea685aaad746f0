package org.mutatio.sdk.health;

import org.osgi.annotation.versioning.ConsumerType;

/// A service by which a bundle proves, before it goes live and whenever `status` asks, that it does its work.
@ConsumerType
public interface HealthProbe {

    /// Tries the bundle's own work once; has 5 s. An exception counts as [Health#broken].
    Health probe();
}
