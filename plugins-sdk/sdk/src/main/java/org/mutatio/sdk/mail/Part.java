package org.mutatio.sdk.mail;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// One part of the MIME tree (RFC 2045): a slice of the message, not a copy.
@ProviderType
public interface Part {

    /// `1.2`; the root of a message that is not multipart is `1`, of a multipart the empty string.
    String number();

    /// `text/plain`, in lower case; what is broken is `text/plain` or `application/octet-stream` (docs/protocols.md).
    String contentType();

    /// Of Content-Type, by lower-case name, RFC 2231 decoded.
    Map<String, String> parameters();

    Optional<String> disposition();

    /// From Content-Disposition `filename`, else Content-Type `name`; decoded; never a path to be trusted.
    Optional<String> fileName();

    Headers headers();

    /// Children of a multipart, or the one root of a message/rfc822.
    List<Part> children();

    /// The body's octets as transferred.
    Octets raw();

    /// The body with its transfer encoding taken off; tolerant, streaming.
    InputStream decoded();

    /// Octets after decoding, counted without holding them; counted once, then known.
    long decodedSize();

    /// The decoded body as text in its charset, at most `limit` characters; for `text/*`.
    String text(int limit);
}
