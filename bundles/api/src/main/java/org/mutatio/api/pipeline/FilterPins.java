package org.mutatio.api.pipeline;

import org.osgi.annotation.versioning.ProviderType;

/// How many transactions hold filters of a bundle: a retired version is stopped when nobody does, or when its time is
/// up (what still holds it is answered 451 4.3.2). Given by `pipeline`, asked by `deployer`.
@ProviderType
public interface FilterPins {

    /// @return 0 when it may be stopped
    int pins(long bundleId);
}
