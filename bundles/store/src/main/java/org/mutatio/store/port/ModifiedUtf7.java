package org.mutatio.store.port;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Names of folders in a Maildir++: UTF-7 with `&` and `,`, as in IMAP4rev1; RFC 3501 section 5.1.3.
final class ModifiedUtf7 {

    private ModifiedUtf7() {}

    private static boolean itself(char c) {
        return c >= ' ' && c <= '~';
    }

    static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (itself(c)) {
                encoded.append(c == '&' ? "&-" : c);
                at++;
                continue;
            }
            int end = at;
            while (end < text.length() && !itself(text.charAt(end))) {
                end++;
            }
            byte[] units = text.substring(at, end).getBytes(StandardCharsets.UTF_16BE);
            encoded.append('&')
                    .append(Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(units)
                            .replace('/', ','))
                    .append('-');
            at = end;
        }
        return encoded.toString();
    }

    /// Tolerant, since other servers made the names: what is no such encoding stands for itself.
    static String decode(String encoded) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < encoded.length()) {
            char c = encoded.charAt(at);
            int end = c == '&' ? encoded.indexOf('-', at) : -1;
            if (end < 0) {
                text.append(c);
                at++;
            } else {
                text.append(end == at + 1 ? "&" : shifted(encoded.substring(at, end + 1)));
                at = end + 1;
            }
        }
        return text.toString();
    }

    private static String shifted(String whole) {
        try {
            byte[] units = Base64.getDecoder()
                    .decode(whole.substring(1, whole.length() - 1).replace(',', '/'));
            return units.length % 2 == 0 ? new String(units, StandardCharsets.UTF_16BE) : whole;
        } catch (IllegalArgumentException _) {
            return whole;
        }
    }
}
