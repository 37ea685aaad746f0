package org.mutatio.ports.reception;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.mutatio.net.Listener;

/// The one line by which `ports` itself ends a conversation that has no handler, in the listener's protocol.
enum Farewell {
    /// RFC 5321 section 3.1 and RFC 3463 section 3.4 (4.3.2, system not accepting network messages).
    NO_HANDLER(
            "421 4.3.2 service is being replaced, try again", "BYE [UNAVAILABLE] service is being replaced, try again"),
    /// RFC 3463 section 3.8 (4.7.0).
    TOO_MANY("421 4.7.0 too many connections from you, try again later", "BYE [LIMIT] too many connections from you"),
    /// RFC 3463 section 3.5 (4.4.5, system congestion).
    TOO_MANY_IN_ALL("421 4.4.5 too many connections, try again later", "BYE [UNAVAILABLE] too many connections");

    private final byte[] smtp;
    private final byte[] imap;

    Farewell(String smtp, String imap) {
        this.smtp = (smtp + "\r\n").getBytes(StandardCharsets.US_ASCII);
        this.imap = ("* " + imap + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    ByteBuffer in(Listener listener) {
        return ByteBuffer.wrap(listener.protocol().equals("imap") ? imap : smtp).asReadOnlyBuffer();
    }
}
