package org.mutatio.sdk.mail;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// Who is at the other end, as far as the session got.
@ProviderType
public interface Peer {

    /// Name of the session in logs and traces.
    String sessionId();

    /// The client's address; behind a trusted proxy or by XCLIENT the one named there.
    InetSocketAddress address();

    /// How it came in: `mx`, `submission`, `lmtp`, `imap` (APPEND), `api`.
    String role();

    /// What it called itself in HELO, EHLO or LHLO; empty before.
    Optional<String> helo();

    /// `TLSv1.3 TLS_AES_256_GCM_SHA384`; empty in plain text.
    Optional<String> tls();

    /// The account it logged in as.
    Optional<MailAddress> account();
}
