package org.mutatio.mime.header;

import java.util.Optional;

/// Content-Transfer-Encoding (RFC 2045 section 6): one token.
public final class ContentTransferEncoding {
    private ContentTransferEncoding() {}

    /// The token as written, comments taken out.
    public static Optional<String> token(String value) {
        int at = Scan.skipComments(value, 0);
        int end = MediaType.token(value, at);
        if (end == at && at < value.length() && value.charAt(at) == '"') { // "base64" in quotes is seen in the wild
            end = MediaType.token(value, ++at);
        }
        return end == at ? Optional.empty() : Optional.of(value.substring(at, end));
    }
}
