package org.mutatio.net;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// What is known of an encrypted connection.
@ProviderType
public interface TlsSession {

    /// `TLSv1.3`, `TLSv1.2`.
    String protocol();

    /// IANA's name of the cipher suite.
    String cipher();

    /// Server name the client asked for.
    Optional<String> serverName();

    /// Channel binding data for SASL -PLUS mechanisms, read-only; empty when the JDK gives none.
    ///
    /// @param type `tls-exporter` (RFC 9266) or `tls-server-end-point` (RFC 5929)
    Optional<java.nio.ByteBuffer> channelBinding(String type);
}
