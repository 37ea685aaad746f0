package org.mutatio.mime;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// Octet strings (one octet per char) to text and back; never throws for what a peer sent.
public final class OctetStrings {
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    private OctetStrings() {}

    public static String of(byte[] octets, int from, int to) {
        return new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
    }

    public static String of(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(String octets) {
        return octets.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Text as an octet string in UTF-8 (RFC 6532).
    public static String ofText(String text) {
        return isAscii(text) ? text : of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// What a reader would see: UTF-8 where it is valid (RFC 6532), else windows-1252, which raw 8-bit headers mostly
    /// are.
    public static String text(String octets) {
        if (isAscii(octets)) {
            return octets;
        }
        return text(bytes(octets));
    }

    /// The same for octets.
    public static String text(byte[] octets) {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
            return decoded.toString();
        } catch (CharacterCodingException _) { // no UTF-8: the fallback is the answer
            return new String(octets, WINDOWS_1252);
        }
    }

    public static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7F) {
                return false;
            }
        }
        return true;
    }

    /// Compares without regard to the case of ASCII letters, and of no others.
    public static boolean equalsIgnoreCase(String one, String other) {
        if (one.length() != other.length()) {
            return false;
        }
        for (int i = 0; i < one.length(); i++) {
            if (lower(one.charAt(i)) != lower(other.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /// ASCII letters in lower case, everything else as it is.
    public static String lower(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                var lowered = new StringBuilder(text);
                for (int j = i; j < lowered.length(); j++) {
                    lowered.setCharAt(j, lower(lowered.charAt(j)));
                }
                return lowered.toString();
            }
        }
        return text;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /// Without blanks (SP, HTAB, CR, LF) at both ends.
    public static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    public static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
