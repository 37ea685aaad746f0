package org.mutatio.imap.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/// Names of mailboxes between the wire and the store: there Unicode in NFC with `/`, and INBOX in capitals; on the
/// wire UTF-8 (IMAP4rev2, UTF8=ACCEPT) or modified UTF-7. RFC 9051 section 5.1, RFC 5198 section 3.
///
/// @param utf8 how this session spells them
public record MailboxNames(boolean utf8) {
    public static final char DELIMITER = '/';
    public static final String INBOX = "INBOX";
    /// Characters of a name.
    public static final int LONGEST = 255;

    private static final int DEEPEST = 32;

    /// Before it is normalised, which may make it shorter. Of marks on one letter that takes quadratic time.
    private static final int LONGEST_WRITTEN = 4 * LONGEST;

    /// The name that a client means, for CREATE and RENAME: one that may be made.
    ///
    /// @param octets as an astring came in
    /// @throws RefusedException NO [CANNOT]: ill-formed, empty levels, control characters, too long
    public String make(String octets) throws RefusedException {
        String name = octets;
        if (name.length() > 1 && name.charAt(name.length() - 1) == DELIMITER) {
            name = name.substring(0, name.length() - 1); // "children will follow", RFC 9051 section 6.3.4
        }
        String decoded = existing(name);
        if (decoded.isEmpty() || decoded.length() > LONGEST) {
            throw RefusedException.no("CANNOT", "a mailbox name has 1 to " + LONGEST + " characters");
        }
        int level = 0;
        int depth = 1;
        for (int i = 0; i <= decoded.length(); i++) {
            char c = i == decoded.length() ? DELIMITER : decoded.charAt(i);
            if (c == DELIMITER) {
                if (level == 0) {
                    throw RefusedException.no("CANNOT", "a mailbox name has no empty level");
                }
                level = 0;
                depth++;
            } else {
                level++;
            }
            // RFC 9051 section 5.1: no control characters, nor U+2028 and U+2029; wildcards could never be listed
            if (c < ' ' || c >= 0x7F && c < 0xA0 || c == '\u2028' || c == '\u2029' || c == '%' || c == '*') {
                throw RefusedException.no("CANNOT", "a mailbox name has no such character");
            }
        }
        if (depth > DEEPEST + 1) {
            throw RefusedException.no("CANNOT", "too many levels");
        }
        return decoded;
    }

    /// The name that a client means, which may exist.
    ///
    /// @throws RefusedException NO [CANNOT] for an ill-formed one
    public String existing(String octets) throws RefusedException {
        return fold(decode(octets)
                .orElseThrow(() -> RefusedException.no(
                        "CANNOT", "the mailbox name is too long or not in " + (utf8 ? "UTF-8" : "modified UTF-7"))));
    }

    /// A pattern of LIST; one that is ill-formed or much longer than any name matches nothing.
    public Optional<String> pattern(String octets) {
        return decode(octets);
    }

    private Optional<String> decode(String octets) {
        Optional<String> decoded = utf8 ? utf8(octets) : ModifiedUtf7.decode(octets);
        return decoded.filter(name -> name.length() <= LONGEST_WRITTEN)
                .map(name -> Normalizer.normalize(name, Normalizer.Form.NFC));
    }

    private static Optional<String> utf8(String octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString());
        } catch (CharacterCodingException _) { // the answer: not a name
            return Optional.empty();
        }
    }

    /// INBOX is INBOX in any case, also as the first level; RFC 9051 section 5.1.
    public static String fold(String name) {
        if (name.length() >= 5
                && name.substring(0, 5).toUpperCase(Locale.ROOT).equals(INBOX)
                && (name.length() == 5 || name.charAt(5) == DELIMITER)) {
            return INBOX + name.substring(5);
        }
        return name;
    }

    /// As an octet string for the client: an atom, quoted, or (never needed) a literal.
    public String wire(String name) {
        String octets = utf8
                ? new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                : ModifiedUtf7.encode(name);
        boolean atom = !octets.isEmpty() && !octets.equalsIgnoreCase("NIL");
        for (int i = 0; i < octets.length() && atom; i++) {
            atom = Lexer.astringChar(octets.charAt(i));
        }
        return atom ? octets : quoted(octets);
    }

    /// In quotes, `"` and `\` escaped.
    public static String quoted(String octets) {
        return '"' + octets.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /// The name above; empty for one of the first level.
    public static Optional<String> parent(String name) {
        int slash = name.lastIndexOf(DELIMITER);
        return slash <= 0 ? Optional.empty() : Optional.of(name.substring(0, slash));
    }
}
