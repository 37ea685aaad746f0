package org.mutatio.smtp.protocol;

import java.util.Optional;

/// xtext: `+` and two capital hexadecimal digits for what may not stand in a parameter; RFC 3461 section 4.
final class Xtext {

    private Xtext() {}

    /// What it means, octets as characters; empty when it is no xtext.
    static Optional<String> decode(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+') {
                int high = i + 1 < text.length() ? hex(text.charAt(i + 1)) : -1;
                int low = i + 2 < text.length() ? hex(text.charAt(i + 2)) : -1;
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                plain.append((char) (high << 4 | low));
                i += 2;
            } else if (c > ' ' && c < 127 && c != '=') {
                plain.append(c);
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(plain.toString());
    }

    /// Whether it is xtext for nothing but graphic characters and blanks of ASCII; RFC 3461 section 4.2 and
    /// section 4.4.
    static boolean printable(String text) {
        return decode(text)
                .filter(plain -> plain.chars().allMatch(c -> c >= ' ' && c < 127))
                .isPresent();
    }

    /// Whether it is an address of type utf-8: `\\x{5BC6}` for what is no xtext character, or UTF-8 itself; RFC 6533
    /// section 3.
    static boolean international(String text) {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\\') {
                int end = text.indexOf('}', i);
                if (!text.startsWith("x{", i + 1) || end < 0 || !hexPoint(text.substring(i + 3, end))) {
                    return false;
                }
                i = end + 1;
            } else if (c > ' ' && c != '+' && c != '=' && c != 127) {
                i++;
            } else {
                return false;
            }
        }
        return true;
    }

    /// HEXPOINT: a character that cannot stand for itself, without leading zeros.
    private static boolean hexPoint(String digits) {
        if (digits.length() < 2 || digits.length() > 6 || digits.charAt(0) == '0') {
            return false;
        }
        int point = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit =
                    digits.charAt(i) < 128 ? Character.digit(digits.charAt(i), 16) : -1; // either case, unlike xtext
            if (digit < 0) {
                return false;
            }
            point = point << 4 | digit;
        }
        boolean special = point == ' ' || point == '+' || point == '=' || point == '\\';
        return special || point >= 0xa0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    }

    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }
}
