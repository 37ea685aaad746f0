package org.mutatio.mime.header;

import java.util.Optional;

/// Content-Transfer-Encoding (RFC 2045 section 6): one token.
public final class ContentTransferEncoding {
    private ContentTransferEncoding() {}

    /// The token as written, comments taken out; empty when it is not one token: then 7bit is meant.
    public static Optional<String> token(String value) {
        int at = Scan.skipComments(value, 0);
        int end = MediaType.token(value, at);
        int next = end;
        if (end == at && at < value.length() && value.charAt(at) == '"') { // "base64" in quotes is seen in the wild
            end = MediaType.token(value, ++at);
            next = Math.min(end + 1, value.length());
        }
        next = Scan.skipComments(value, next);
        boolean more = next < value.length() && value.charAt(next) != ';'; // `8 bit`, `text/html`
        return end == at || more ? Optional.empty() : Optional.of(value.substring(at, end));
    }
}
