package org.mutatio.api.deploy;

import org.osgi.annotation.versioning.ConsumerType;

/// A service of whoever holds objects of other bundles for work that is under way: `pipeline` pins the version of a
/// filter
/// from its first call in a transaction to the final reply. The deployer asks before it stops a retired bundle, and
/// waits
/// up to the drain's deadline.
@ConsumerType
public interface Pins {

    /// How many pieces of work (transactions) still need that bundle; quick, asked several times a second.
    int held(long bundleId);
}
