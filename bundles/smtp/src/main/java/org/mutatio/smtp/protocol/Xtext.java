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

    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }
}
