package org.mutatio.api.store;

import java.util.List;
import java.util.OptionalLong;

/// An account as the store keeps it. The store knows nothing of hashes: credentials are opaque text.
///
/// @param id 0: not stored yet
/// @param address folded
/// @param credentials PHC strings and verifiers, `accounts` knows what they mean; never logged
/// @param quota octets; empty: by policy
public record StoredAccount(
        long id,
        String address,
        String displayName,
        List<String> credentials,
        OptionalLong quota,
        boolean enabled,
        java.time.Instant created) {
    public StoredAccount {
        credentials = List.copyOf(credentials);
    }

    /// Without the credentials.
    @Override
    public String toString() {
        return "StoredAccount[" + id + " " + address + "]";
    }
}
