package org.mutatio.mime.header;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.encoding.Charsets;

/// `charset'language'percent-encoded` of RFC 2231 section 4, and its way back.
public final class ExtendedValue {
    private static final String HEX = "0123456789ABCDEF";

    private ExtendedValue() {}

    /// The text; a broken escape stays as it is, a value without charset is taken for UTF-8 or windows-1252.
    ///
    /// @param value an octet string
    public static String decode(String value) {
        int first = value.indexOf('\'');
        int second = first < 0 ? -1 : value.indexOf('\'', first + 1);
        if (second < 0) {
            return OctetStrings.text(unescape(value, 0));
        }
        byte[] octets = unescape(value, second + 1);
        Optional<Charset> charset = Charsets.find(value.substring(0, first));
        return charset.isPresent() ? Charsets.decode(octets, charset.get()) : OctetStrings.text(octets);
    }

    /// The parameter as one `; name="value"` or `; name*=utf-8''...`, without folding.
    ///
    /// @throws IllegalArgumentException name is no token
    public static String encode(String name, String text) {
        if (!Tokens.isToken(name)) {
            throw new IllegalArgumentException("parameter name is no token (RFC 2045 section 5.1): " + name);
        }
        if (Tokens.isToken(text)) {
            return "; " + name + '=' + text;
        }
        if (Tokens.isPrintable(text)) {
            return "; " + name + '=' + Tokens.quote(text);
        }
        var encoded = new StringBuilder("; ").append(name).append("*=utf-8''");
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            append(encoded, octet & 0xFF);
        }
        return encoded.toString();
    }

    /// A later segment that repeats the charset of the first (RFC 2231 section 4.1 forbids it, some write
    /// it).
    static String withoutCharset(String segment, CharSequence before) {
        int quote = segment.indexOf('\'');
        int second = quote <= 0 ? -1 : segment.indexOf('\'', quote + 1);
        boolean repeated = second > 0
                && second - quote <= 10
                && before.length() > quote
                && OctetStrings.equalsIgnoreCase(
                        before.subSequence(0, quote + 1).toString(), segment.substring(0, quote + 1));
        return repeated ? segment.substring(second + 1) : segment;
    }

    static void appendEscaped(StringBuilder to, String octets) {
        for (int i = 0; i < octets.length(); i++) {
            append(to, octets.charAt(i) & 0xFF);
        }
    }

    private static void append(StringBuilder to, int octet) {
        if (isAttributeChar(octet)) {
            to.append((char) octet);
        } else {
            to.append('%').append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 0xF));
        }
    }

    /// attribute-char of RFC 2231 section 7.
    private static boolean isAttributeChar(int octet) {
        return Tokens.isTokenChar((char) octet) && octet != '*' && octet != '\'' && octet != '%';
    }

    private static byte[] unescape(String value, int from) {
        byte[] octets = new byte[value.length() - from];
        int length = 0;
        for (int at = from; at < value.length(); at++) {
            char c = value.charAt(at);
            int high = c == '%' && at + 2 < value.length() ? Character.digit(value.charAt(at + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(value.charAt(at + 2), 16);
            if (low >= 0) {
                octets[length++] = (byte) (high << 4 | low);
                at += 2;
            } else {
                octets[length++] = (byte) c;
            }
        }
        return java.util.Arrays.copyOf(octets, length);
    }
}
