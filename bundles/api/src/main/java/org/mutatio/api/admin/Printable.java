package org.mutatio.api.admin;

/// Takes the teeth out of text that ends on a terminal: a Message-ID or a log line is whatever a stranger wrote, and
/// ESC or CSI in it would move the administrator's cursor, set his window's title, or type for him.
///
/// What can act is shown instead: `\u001b`. That is the escape of JSON (RFC 8259 section 7), so that a line of JSON
/// stays exact under the same treatment.
public final class Printable {

    private Printable() {}

    /// Keeps LF, CR directly before LF, and TAB.
    public static String of(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (acts(text, i)) {
                return escaped(text);
            }
        }
        return text; // nearly always
    }

    private static String escaped(String text) {
        StringBuilder to = new StringBuilder(text.length() + 32);
        int i = 0;
        while (i < text.length()) {
            int end = i + Character.charCount(text.codePointAt(i));
            if (acts(text, i)) {
                for (int at = i; at < end; at++) {
                    escape(text.charAt(at), to);
                }
            } else {
                to.append(text, i, end);
            }
            i = end;
        }
        return to.toString();
    }

    private static void escape(char c, StringBuilder to) {
        to.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            to.append(Character.forDigit(c >> shift & 0xF, 16));
        }
    }

    private static boolean acts(String text, int at) {
        int code = text.codePointAt(at);
        return switch (code) {
            case '\n', '\t' -> false;
            case '\r' -> at + 1 == text.length() || text.charAt(at + 1) != '\n';
            // Soft hyphen and the joiners that Persian, Indic scripts and emoji are written with.
            case 0xAD, 0x200C, 0x200D -> false;
            default ->
                switch (Character.getType(code)) {
                    // FORMAT: marks that turn the reading direction, so that a line reads other than it is.
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SURROGATE -> true;
                    default -> false;
                };
        };
    }
}
