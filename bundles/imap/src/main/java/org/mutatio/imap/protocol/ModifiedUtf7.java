package org.mutatio.imap.protocol;

import java.util.Optional;

/// Mailbox names of IMAP4rev1: UTF-7 with `&` and `,`; RFC 3501 section 5.1.3. Strict: each name has one spelling.
public final class ModifiedUtf7 {
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

    private ModifiedUtf7() {}

    /// @return empty for what no encoder makes: other octets than printable ASCII, base64 for what could stand for
    ///     itself, bits left over, half a surrogate pair, `&` without `-`, two shifts side by side
    public static Optional<String> decode(String encoded) {
        StringBuilder text = new StringBuilder(encoded.length());
        int at = 0;
        boolean shiftEnded = false;
        while (at < encoded.length()) {
            char c = encoded.charAt(at);
            if (c < ' ' || c > '~') {
                return Optional.empty();
            }
            if (c != '&') {
                text.append(c);
                at++;
                shiftEnded = false;
                continue;
            }
            int end = encoded.indexOf('-', at);
            if (end < 0) {
                return Optional.empty();
            }
            if (end == at + 1) {
                text.append('&');
                shiftEnded = false;
            } else if (shiftEnded || !base64(encoded, at + 1, end, text)) {
                return Optional.empty();
            } else {
                shiftEnded = true;
            }
            at = end + 1;
        }
        return Optional.of(text.toString());
    }

    private static boolean base64(String encoded, int from, int to, StringBuilder text) {
        int held = 0;
        int bits = 0;
        char high = 0;
        for (int i = from; i < to; i++) {
            int digit = DIGITS.indexOf(encoded.charAt(i));
            if (digit < 0) {
                return false;
            }
            held = held << 6 | digit;
            bits += 6;
            if (bits >= 16) {
                bits -= 16;
                char unit = (char) (held >>> bits);
                held &= (1 << bits) - 1;
                if (high != 0 ? !Character.isLowSurrogate(unit) : Character.isLowSurrogate(unit)) {
                    return false;
                }
                high = Character.isHighSurrogate(unit) ? unit : 0;
                if (unit >= ' ' && unit <= '~') {
                    return false; // stands for itself
                }
                text.append(unit);
            }
        }
        return high == 0 && bits < 6 && held == 0;
    }

    public static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 8);
        int held = 0;
        int bits = 0;
        boolean shifted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~') {
                if (shifted) {
                    if (bits > 0) {
                        encoded.append(DIGITS.charAt(held << 6 - bits & 63));
                    }
                    encoded.append('-');
                    shifted = false;
                }
                encoded.append(c);
                if (c == '&') {
                    encoded.append('-');
                }
                continue;
            }
            if (!shifted) {
                encoded.append('&');
                shifted = true;
                held = 0;
                bits = 0;
            }
            held = held << 16 | c;
            bits += 16;
            while (bits >= 6) {
                bits -= 6;
                encoded.append(DIGITS.charAt(held >>> bits & 63));
                held &= (1 << bits) - 1;
            }
        }
        if (shifted) {
            if (bits > 0) {
                encoded.append(DIGITS.charAt(held << 6 - bits & 63));
            }
            encoded.append('-');
        }
        return encoded.toString();
    }
}
