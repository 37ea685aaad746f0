package org.mutatio.mime.header;

/// The alphabets of MIME and mail headers, and quoting.
public final class Tokens {
    private Tokens() {}

    /// RFC 2045 section 5.1: no blanks, controls or tspecials.
    public static boolean isTokenChar(char c) {
        return c > ' ' && c < 0x7F && "()<>@,;:\\\"/[]?=".indexOf(c) < 0;
    }

    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenChar(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /// RFC 5322 section 3.2.3, with the letters of RFC 6532 section 3.2.
    public static boolean isAtomChar(char c) {
        return c > ' ' && c != 0x7F && "()<>[]:;@\\,.\"".indexOf(c) < 0;
    }

    public static boolean isDotAtom(String text) {
        if (text.isEmpty() || text.startsWith(".") || text.endsWith(".") || text.contains("..")) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '.' && !isAtomChar(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /// Printable ASCII and blanks.
    public static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    /// `"a \"b\""`; RFC 5322 section 3.2.4.
    public static String quote(String text) {
        var quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }
}
