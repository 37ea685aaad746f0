package org.mutatio.smtp.protocol;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.mutatio.net.TlsSession;

/// What a conversation must know of the connection under it.
public interface Link {

    String id();

    InetSocketAddress remote();

    /// STARTTLS may be offered.
    boolean startTls();

    /// AUTH may be offered without TLS.
    boolean plaintextAuth();

    /// Present once the connection is encrypted.
    Optional<TlsSession> tls();
}
