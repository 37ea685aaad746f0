package org.mutatio.ports.wire;

import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// What a connection asks of the house it came into.
public interface Attachment {

    /// A server-side engine with the listener's profile; not yet begun.
    ///
    /// @param serverName as the client said it; null: it said none that could be read in its first record
    /// @throws IOException there is no certificate
    SSLEngine engine(@Nullable String serverName) throws IOException;

    /// How long a whole handshake may take.
    Duration handshakeDeadline();

    /// After a handshake, told once: failed when the reason is not empty.
    void handshaken(ChannelConnection connection, long nanos, String failure);

    /// Moves the connection to an account's budget; see [org.mutatio.net.Connection#authenticated].
    boolean authenticated(ChannelConnection connection, String account);

    /// The channel was closed; told once.
    void closed(ChannelConnection connection);
}
