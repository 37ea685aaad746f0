package org.mutatio.mime.header;

import org.mutatio.mime.OctetStrings;

/// Steps over what structured fields allow between their words; RFC 5322 section 3.2.2.
final class Scan {
    private Scan() {}

    /// Behind blanks.
    static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && OctetStrings.isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /// Behind blanks and (nested) comments; an unclosed comment takes the rest.
    static int skipComments(String text, int from) {
        int at = skipBlanks(text, from);
        while (at < text.length() && text.charAt(at) == '(') {
            at = skipBlanks(text, closeComment(text, at));
        }
        return at;
    }

    /// @param open where `(` is
    /// @return behind the matching `)`
    static int closeComment(String text, int open) {
        int depth = 0;
        for (int at = open; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '\\' -> at++;
                case '(' -> depth++;
                case ')' -> {
                    if (--depth == 0) {
                        return at + 1;
                    }
                }
                default -> {}
            }
        }
        return text.length();
    }

    /// @param open where `"` is
    /// @return where the closing `"` is, or the end of the text
    static int closeQuote(String text, int open) {
        for (int at = open + 1; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '"') {
                return at;
            }
        }
        return text.length();
    }

    /// Quoted pairs resolved: `a\"b` is `a"b`; RFC 5322 section 3.2.1.
    static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        var plain = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
            }
            plain.append(c);
        }
        return plain.toString();
    }
}
