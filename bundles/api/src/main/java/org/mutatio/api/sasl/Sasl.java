package org.mutatio.api.sasl;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// Offers mechanisms and begins exchanges.
@ProviderType
public interface Sasl {

    /// @param client for brakes against guessing, by address (IPv6 by /64)
    /// @param encrypted TLS, or a listener with `plaintext-auth`
    /// @param channelBinding data by type when TLS gives it; empty otherwise
    /// @param protocol `smtp` or `imap`, for counting
    /// @param sessionId for the log
    record Channel(
            InetAddress client,
            boolean encrypted,
            java.util.function.Function<String, Optional<ByteBuffer>> channelBinding,
            String protocol,
            String sessionId) {}

    /// Names of the mechanisms that work on such a channel, best first; empty when AUTH must not be offered.
    List<String> mechanisms(Channel channel);

    /// @return empty for a name that is not offered there
    Optional<SaslExchange> begin(String mechanism, Channel channel);

    /// LOGIN of IMAP: PLAIN without its framing. Blocks as long as hashing and the brake take (30 s at most).
    SaslStep login(String name, String password, Channel channel);
}
