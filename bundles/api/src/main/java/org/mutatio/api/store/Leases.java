package org.mutatio.api.store;

import org.osgi.annotation.versioning.ProviderType;

/// Who acts by itself needs a lease; given by `store`. An older fence than the newest handed out for a name is refused.
@ProviderType
public interface Leases {

    /// Takes over the lease of that name; the holder before loses it.
    ///
    /// @return the fence number: above all handed out before, over restarts too
    long acquire(String name, long bundleId) throws StoreUnavailableException;

    /// Whether that fence is still the newest one.
    boolean holds(String name, long fence);
}
