package org.mutatio.sdk.mail;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/// A domain name, always held as lower-case A-labels, so that `BÜCHER.test`, `xn--bcher-kva.test` and `bücher.test`
/// are one (RFC 5890 section 2.3.2.4, RFC 6531 section 3.2); or an address literal `[192.0.2.7]` as written.
public record Domain(String ascii) implements Comparable<Domain> {

    private static final int LONGEST_WRITTEN = 1_000;

    public Domain {
        if (ascii.isEmpty()) {
            throw new IllegalArgumentException("an empty domain");
        }
    }

    /// @throws IllegalArgumentException when it is no domain name (limits of RFC 1035 section 2.3.4; RFC 5321
    ///     section 4.1.2)
    public static Domain parse(String text) {
        if (text.length() > LONGEST_WRITTEN) { // before it is normalised: marks on one letter take quadratic time
            throw new IllegalArgumentException("a domain name is not so long");
        }
        if (text.startsWith("[") && text.endsWith("]") && text.length() > 2) {
            return new Domain(text);
        }
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        String ascii;
        try {
            // Full-width dots and letters come in through IDN, too: NFKC first, as IDNA2003 does it.
            ascii = IDN.toASCII(Normalizer.normalize(name, Normalizer.Form.NFKC), IDN.ALLOW_UNASSIGNED)
                    .toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a domain name: " + text, e);
        }
        if (ascii.isEmpty() || ascii.length() > 253) {
            throw new IllegalArgumentException("a domain name has 1 to 253 octets: " + text);
        }
        int label = 0;
        for (int i = 0; i <= ascii.length(); i++) {
            char c = i == ascii.length() ? '.' : ascii.charAt(i);
            if (c == '.') {
                if (label == 0 || label > 63 || ascii.charAt(i - 1) == '-' || ascii.charAt(i - label) == '-') {
                    throw new IllegalArgumentException("not a domain name: " + text);
                }
                label = 0;
            } else if (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
                label++;
            } else {
                throw new IllegalArgumentException("not a domain name: " + text);
            }
        }
        return new Domain(ascii);
    }

    /// For people: with Unicode labels where there are some.
    public String unicode() {
        return literal() ? ascii : IDN.toUnicode(ascii, IDN.ALLOW_UNASSIGNED);
    }

    /// An address literal, RFC 5321 section 4.1.3.
    public boolean literal() {
        return ascii.startsWith("[");
    }

    /// `example.com` for `shop.example.com`; empty for a single label or a literal.
    public Optional<Domain> parent() {
        int dot = literal() ? -1 : ascii.indexOf('.');
        return dot < 0 ? Optional.empty() : Optional.of(new Domain(ascii.substring(dot + 1)));
    }

    /// Whether it is `other` or lies below it.
    public boolean within(Domain other) {
        return ascii.equals(other.ascii) || ascii.endsWith("." + other.ascii);
    }

    @Override
    public int compareTo(Domain other) {
        return ascii.compareTo(other.ascii);
    }

    @Override
    public String toString() {
        return ascii;
    }
}
