package org.mutatio.pipeline.mail;

import java.nio.charset.StandardCharsets;
import org.mutatio.mime.header.EncodedWords;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.header.Tokens;

/// Writes header fields of ours; RFC 5322 section 2.2.
public final class HeaderField {

    /// RFC 5322 section 2.1.1 wants lines of at most 78 characters and forbids more than 998.
    private static final int FOLD = 78;

    private static final int LONGEST = 998;
    private static final int LONGEST_NAME = 76;
    /// Of a value before it is encoded and folded.
    private static final int MOST = 32 * 1024;

    private HeaderField() {}

    /// `Name: value` with its line end, folded at blanks; what is not printable ASCII becomes encoded words (RFC 2047).
    ///
    /// @throws IllegalArgumentException a malformed name, a control character in the value, a line that cannot be
    ///     folded
    public static byte[] octets(String name, String value) {
        check(name);
        if (value.length() > MOST) {
            throw new IllegalArgumentException("a value of more than " + MOST + " characters: " + name);
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c) && c != '\t') {
                throw new IllegalArgumentException("a control character in the value of " + name);
            }
        }
        String encoded = Tokens.isPrintable(value.replace('\t', ' ')) ? value : EncodedWords.encode(value);
        return fold(name, encoded).getBytes(StandardCharsets.US_ASCII);
    }

    /// As a field that can stand between received ones.
    static HeaderBlock.Field field(String name, String value) {
        return HeaderBlock.of(octets(name, value)).fields().getFirst();
    }

    /// @throws IllegalArgumentException RFC 5322 section 3.6.8: printable ASCII without colon
    static void check(String name) {
        boolean good = !name.isEmpty() && name.length() <= LONGEST_NAME;
        for (int i = 0; i < name.length() && good; i++) {
            char c = name.charAt(i);
            good = c > ' ' && c < 127 && c != ':';
        }
        if (!good) {
            throw new IllegalArgumentException("not a header field name: " + printable(name));
        }
    }

    private static String printable(String name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), LONGEST_NAME); i++) {
            char c = name.charAt(i);
            text.append(c >= ' ' && c < 127 ? c : '?');
        }
        return text.toString();
    }

    private static String fold(String name, String value) {
        StringBuilder field = new StringBuilder(name).append(':');
        int line = field.length();
        int at = 0;
        while (at < value.length()) {
            int word = at;
            while (word < value.length() && (value.charAt(word) == ' ' || value.charAt(word) == '\t')) {
                word++;
            }
            int end = word;
            while (end < value.length() && value.charAt(end) != ' ' && value.charAt(end) != '\t') {
                end++;
            }
            String blanks = word > at ? value.substring(at, word) : at == 0 ? " " : "";
            int length = blanks.length() + end - word;
            // a line of nothing but blanks is forbidden: fold only before a word, and not before the first one
            if (line + length > FOLD && at > 0 && end > word) {
                field.append("\r\n");
                line = 0;
            }
            field.append(blanks).append(value, word, end);
            line += length;
            if (line > LONGEST) {
                throw new IllegalArgumentException("a word of more than " + LONGEST + " characters in " + name);
            }
            at = end;
        }
        return field.append(value.isEmpty() ? " \r\n" : "\r\n").toString();
    }
}
