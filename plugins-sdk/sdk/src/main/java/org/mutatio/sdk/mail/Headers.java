package org.mutatio.sdk.mail;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// A header block, in order. Names compare without case.
@ProviderType
public interface Headers {

    /// First field of that name: unfolded, encoded words (RFC 2047) decoded.
    Optional<String> first(String name);

    /// All of that name, likewise.
    List<String> all(String name);

    /// Every field in order.
    List<Field> fields();

    /// @param name as written
    /// @param raw the value as received, folding included, without the final CR LF
    /// @param decoded unfolded and decoded
    record Field(String name, String raw, String decoded) {}
}
