package org.mutatio.sdk.mail;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/// `local-part@domain`, without source route and angle brackets; RFC 5321 section 4.1.2, RFC 6531 section 3.3.
///
/// The local part is kept unquoted and as written (NFC); [#toString] quotes it where it must be. Equality is exact in
/// the local part: who wants `Ann` and `ann` to be one says so ([#folded]).
public record MailAddress(String localPart, Domain domain) {

    private static final int MOST_OCTETS = 64;

    private static final int LONGEST_WRITTEN = 2_000;

    public MailAddress {
        if (octets(localPart) > MOST_OCTETS) {
            // RFC 5321 section 4.5.3.1.1
            throw new IllegalArgumentException("a local part has at most 64 octets");
        }
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c < ' ' || c == 127) {
                throw new IllegalArgumentException("control character in a local part");
            }
        }
    }

    /// Reads `ann@example.com`, `"a b"@example.com`, `ann@[192.0.2.7]`; nothing before or behind.
    ///
    /// @throws IllegalArgumentException says what is wrong, in words fit for the peer
    public static MailAddress parse(String text) {
        if (text.length() > LONGEST_WRITTEN) { // before it is normalised: marks on one letter take quadratic time
            throw new IllegalArgumentException("an address is not so long");
        }
        StringBuilder local = new StringBuilder();
        int at;
        if (text.startsWith("\"")) {
            int i = 1;
            while (true) {
                if (i >= text.length()) {
                    throw new IllegalArgumentException("quoted local part does not end");
                }
                char c = text.charAt(i++);
                if (c == '"') {
                    break;
                }
                if (c == '\\') {
                    if (i >= text.length()) {
                        throw new IllegalArgumentException("quoted local part does not end");
                    }
                    c = text.charAt(i++);
                }
                local.append(c);
            }
            at = i;
        } else {
            at = 0;
            boolean dot = true;
            while (at < text.length() && text.charAt(at) != '@') {
                char c = text.charAt(at++);
                if (c == '.') {
                    if (dot) {
                        throw new IllegalArgumentException("misplaced dot in the local part");
                    }
                    dot = true;
                } else if (atext(c)) {
                    dot = false;
                } else {
                    throw new IllegalArgumentException("character not allowed in an unquoted local part");
                }
                local.append(c);
            }
            if (dot) {
                throw new IllegalArgumentException(at == 0 ? "no local part" : "misplaced dot in the local part");
            }
        }
        if (at >= text.length() || text.charAt(at) != '@') {
            throw new IllegalArgumentException("no domain");
        }
        String unquoted = Normalizer.normalize(local, Normalizer.Form.NFC);
        return new MailAddress(unquoted, Domain.parse(text.substring(at + 1)));
    }

    private static boolean atext(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c > 127
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
    }

    /// With the local part in lower case, as our own accounts and policies compare it.
    public MailAddress folded() {
        String lower = localPart.toLowerCase(java.util.Locale.ROOT);
        if (octets(lower) > MOST_OCTETS) { // U+023A has two octets, its small letter three: nobody's name, but no fault
            return this;
        }
        return new MailAddress(lower, domain);
    }

    private static int octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /// Whether it needs SMTPUTF8 (RFC 6531): a local part outside ASCII; domains go as A-labels.
    public boolean international() {
        return !localPart.chars().allMatch(c -> c < 128);
    }

    /// The form for the wire and for headers: quoted where the local part is no dot-string.
    @Override
    public String toString() {
        boolean plain = !localPart.isEmpty();
        boolean dot = true;
        for (int i = 0; i < localPart.length() && plain; i++) {
            char c = localPart.charAt(i);
            plain = c == '.' ? !dot : atext(c);
            dot = c == '.';
        }
        if (plain && !dot) {
            return localPart + "@" + domain;
        }
        return "\"" + localPart.replace("\\", "\\\\").replace("\"", "\\\"") + "\"@" + domain;
    }
}
