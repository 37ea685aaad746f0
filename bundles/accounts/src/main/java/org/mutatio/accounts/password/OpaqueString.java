package org.mutatio.accounts.password;

import java.text.Normalizer;
import java.util.Optional;

/// Passwords as people type them on different keyboards made equal: RFC 8265 section 4.2 (OpaqueString),
/// and for SCRAM the older SASLprep (RFC 4013), which clients still compute.
public final class OpaqueString {

    private static final int LONGEST = 1_024;

    private OpaqueString() {}

    /// Other spaces become U+0020, then NFC; empty, over-long and control characters are no password.
    public static Optional<String> of(String password) {
        return prepared(password, Normalizer.Form.NFC);
    }

    /// The same with NFKC, and without what is commonly mapped to nothing; RFC 4013 section 2.
    ///
    /// What Unicode 3.2 did not know yet (an emoji) is let through against RFC 4013 section 2.5: clients
    /// either do so, too, or send such a password as it is.
    public static Optional<String> saslPrep(String password) {
        StringBuilder kept = new StringBuilder();
        password.codePoints().filter(c -> !mappedToNothing(c)).forEach(kept::appendCodePoint);
        return prepared(kept.toString(), Normalizer.Form.NFKC);
    }

    /// RFC 3454 table B.1.
    private static boolean mappedToNothing(int c) {
        return switch (c) {
            case 0x00AD, 0x034F, 0x1806, 0x180B, 0x180C, 0x180D, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF -> true;
            default -> c >= 0xFE00 && c <= 0xFE0F;
        };
    }

    private static Optional<String> prepared(String password, Normalizer.Form form) {
        if (password.isEmpty() || password.length() > LONGEST) {
            return Optional.empty();
        }
        StringBuilder mapped = new StringBuilder(password.length());
        for (int i = 0; i < password.length(); ) {
            int c = password.codePointAt(i);
            switch (Character.getType(c)) {
                // A surrogate here has no partner: in UTF-8 it would become `?`, and many passwords one.
                case Character.CONTROL,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE -> {
                    return Optional.empty();
                }
                case Character.SPACE_SEPARATOR -> mapped.append(' ');
                default -> mapped.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return Optional.of(Normalizer.normalize(mapped, form));
    }
}
