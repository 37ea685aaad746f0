package org.mutatio.api.deploy;

import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/// Maps a symbolic name to its live bundle; given by `deployer`. Not OSGi's service ranking: old and new rank equal,
/// and OSGi then prefers the older one.
@ProviderType
public interface Live {

    /// The live bundle of that symbolic name; empty when none of that name is recorded.
    OptionalLong bundle(String symbolicName);

    /// Whether this bundle may serve: it is the live one of its name, or its name is not recorded at all (a bundle that
    /// no deployer manages, as in tests).
    boolean live(String symbolicName, long bundleId);

    /// Told after every change; quick. Told at once when registered.
    AutoCloseable listen(Runnable changed);
}
