package org.mutatio.api.state;

import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.osgi.annotation.versioning.ProviderType;

/// Text by key, with expiry; at most 100,000 keys, beyond that the ones nearest to expiry go first. Values are text so
/// that no class of a bundle is held here.
@ProviderType
public interface StateMap {

    Optional<String> get(String key);

    void put(String key, String value, Duration expiry);

    /// Changes one key atomically; quick.
    ///
    /// @param change gets the old value or the empty string
    /// @return the new value
    String update(String key, UnaryOperator<String> change, Duration expiry);

    void remove(String key);
}
