package org.mutatio.mime.header;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.encoding.Charsets;

/// `=?charset?B or Q?text?=` in header fields; RFC 2047.
public final class EncodedWords {
    private static final int MAX_WORD = 75; // RFC 2047 section 2

    private EncodedWords() {}

    /// The text of an unfolded field value. Adjacent words of one charset are joined as octets, so that a character
    /// split over two words (RFC 2047 section 5 forbids it, many do it) comes out whole; what is no encoded word is
    /// left alone.
    ///
    /// @param value an octet string
    public static String decode(String value) {
        int next = value.indexOf("=?");
        if (next < 0) {
            return OctetStrings.text(value);
        }
        var text = new StringBuilder(value.length());
        var pending = new ByteArrayOutputStream();
        Charset charset = null;
        int plainFrom = 0;
        boolean afterWord = false;
        int end = 0; // of the next word: looked for once, or the time would grow with the square
        var names = new Names();
        while (next >= 0) {
            if (end >= 0 && end < next + 6) {
                end = value.indexOf("?=", next + 6);
            }
            if (end < 0) {
                break;
            }
            Word word = Word.at(value, next, end, names);
            if (word == null) {
                next = value.indexOf("=?", next + 2);
                continue;
            }
            boolean onlyBlanks = afterWord && isBlank(value, plainFrom, next);
            if (!onlyBlanks || !word.charset.equals(charset)) {
                if (charset != null) {
                    text.append(Charsets.decode(pending.toByteArray(), charset));
                    pending.reset();
                }
                if (!onlyBlanks) { // RFC 2047 section 6.2: blanks between words are not shown
                    text.append(OctetStrings.text(value.substring(plainFrom, next)));
                }
            }
            charset = word.charset;
            pending.writeBytes(word.octets);
            plainFrom = word.end;
            afterWord = true;
            next = value.indexOf("=?", plainFrom);
        }
        if (charset != null) {
            text.append(Charsets.decode(pending.toByteArray(), charset));
        }
        return text.append(OctetStrings.text(value.substring(plainFrom))).toString();
    }

    private static boolean isBlank(String value, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!OctetStrings.isBlank(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /// The charsets of one value: a name is looked up once in a row, and unknown ones are asked for only so
    /// often.
    private static final class Names {
        private static final int MAX_UNKNOWN = 50;

        private @Nullable String last;
        private @Nullable Charset found;
        private int unknown;

        @Nullable
        Charset find(String name) {
            if (!name.equals(last)) {
                last = name;
                found = unknown > MAX_UNKNOWN ? null : Charsets.find(name).orElse(null);
                unknown += found == null ? 1 : 0;
            }
            return found;
        }
    }

    private static final class Word {
        final Charset charset;
        final byte[] octets;
        final int end;

        Word(Charset charset, byte[] octets, int end) {
            this.charset = charset;
            this.octets = octets;
            this.end = end;
        }

        /// @param start where `=?` is
        /// @param close a `?=` behind it, perhaps that of `?Q?=41`
        static @Nullable Word at(String value, int start, int close, Names names) {
            int charsetEnd = start + 2;
            while (charsetEnd < value.length() && charsetEnd - start < 80 && value.charAt(charsetEnd) != '?') {
                charsetEnd++;
            }
            int textFrom = charsetEnd + 3;
            if (charsetEnd == start + 2
                    || textFrom > value.length()
                    || value.charAt(charsetEnd) != '?'
                    || value.charAt(charsetEnd + 2) != '?') {
                return null;
            }
            int end = close >= textFrom ? close : value.indexOf("?=", textFrom);
            if (end < 0) {
                return null;
            }
            char encoding = value.charAt(charsetEnd + 1);
            Charset charset = "BbQq".indexOf(encoding) < 0 ? null : names.find(value.substring(start + 2, charsetEnd));
            if (charset == null) {
                return null;
            }
            byte[] octets = switch (encoding) {
                case 'B', 'b' -> base64(value, textFrom, end);
                case 'Q', 'q' -> quoted(value, textFrom, end);
                default -> null;
            };
            return octets == null ? null : new Word(charset, octets, end + 2);
        }

        private static byte @Nullable [] base64(String value, int from, int end) {
            var octets = new ByteArrayOutputStream(Math.min(128, end - from));
            int held = 0;
            int bits = 0;
            for (int at = from; at < end; at++) {
                char c = value.charAt(at);
                int digit = c == '-' ? 62 : c == '_' ? 63 : digit(c);
                if (c == '=' || OctetStrings.isBlank(c)) {
                    if (c == '=') {
                        bits = 0; // each padded piece stands alone
                        held = 0;
                    }
                    continue;
                }
                if (digit < 0) {
                    return null;
                }
                held = held << 6 | digit;
                bits += 6;
                if (bits >= 8) {
                    bits -= 8;
                    octets.write(held >>> bits);
                    held &= (1 << bits) - 1;
                }
            }
            return octets.toByteArray();
        }

        private static int digit(char c) {
            if (c >= 'A' && c <= 'Z') {
                return c - 'A';
            }
            if (c >= 'a' && c <= 'z') {
                return c - 'a' + 26;
            }
            if (c >= '0' && c <= '9') {
                return c - '0' + 52;
            }
            return c == '+' ? 62 : c == '/' ? 63 : -1;
        }

        private static byte[] quoted(String value, int from, int end) {
            var octets = new ByteArrayOutputStream(Math.min(128, end - from));
            for (int at = from; at < end; at++) {
                char c = value.charAt(at);
                int high = c == '=' && at + 2 < end ? Character.digit(value.charAt(at + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(value.charAt(at + 2), 16);
                if (low >= 0) {
                    octets.write(high << 4 | low);
                    at += 2;
                } else {
                    octets.write(c == '_' ? ' ' : c);
                }
            }
            return octets.toByteArray();
        }
    }

    /// Text for an unstructured field or a phrase: as it is when it is printable ASCII without `=?`, else encoded
    /// words in UTF-8, each at most 75 octets (RFC 2047 section 2) and holding whole characters.
    public static String encode(String text) {
        if (Tokens.isPrintable(text) && !text.contains("=?")) {
            return text;
        }
        return encodeAlways(text);
    }

    /// The same, encoded even when it need not be.
    static String encodeAlways(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        int printable = 0;
        for (byte octet : octets) {
            if (isQ(octet & 0xFF)) {
                printable++;
            }
        }
        return printable * 2 > octets.length ? encodeQ(text) : encodeB(text);
    }

    private static String encodeB(String text) {
        var words = new StringBuilder();
        var word = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            int next = text.offsetByCodePoints(at, 1);
            byte[] character = text.substring(at, next).getBytes(StandardCharsets.UTF_8);
            if (word.size() + character.length > 45) { // 60 digits and `=?utf-8?B?` `?=` are 72
                appendB(words, word);
            }
            word.writeBytes(character);
            at = next;
        }
        appendB(words, word);
        return words.toString();
    }

    private static void appendB(StringBuilder words, ByteArrayOutputStream word) {
        if (!words.isEmpty()) {
            words.append(' ');
        }
        words.append("=?utf-8?B?")
                .append(Base64.getEncoder().encodeToString(word.toByteArray()))
                .append("?=");
        word.reset();
    }

    private static String encodeQ(String text) {
        var words = new StringBuilder();
        var word = new StringBuilder("=?utf-8?Q?");
        int at = 0;
        while (at < text.length()) {
            int next = text.offsetByCodePoints(at, 1);
            var character = new StringBuilder();
            for (byte octet : text.substring(at, next).getBytes(StandardCharsets.UTF_8)) {
                int value = octet & 0xFF;
                if (value == ' ') {
                    character.append('_');
                } else if (isQ(value)) {
                    character.append((char) value);
                } else {
                    character
                            .append('=')
                            .append(Character.toUpperCase(Character.forDigit(value >> 4, 16)))
                            .append(Character.toUpperCase(Character.forDigit(value & 0xF, 16)));
                }
            }
            if (word.length() + character.length() + 2 > MAX_WORD) {
                words.append(word).append("?= ");
                word.setLength("=?utf-8?Q?".length());
            }
            word.append(character);
            at = next;
        }
        return words.append(word).append("?=").toString();
    }

    /// Safe in a phrase too; RFC 2047 section 5 (3).
    private static boolean isQ(int octet) {
        return octet >= 'a' && octet <= 'z'
                || octet >= 'A' && octet <= 'Z'
                || octet >= '0' && octet <= '9'
                || octet == ' '
                || octet == '!'
                || octet == '*'
                || octet == '+'
                || octet == '-'
                || octet == '/';
    }
}
