package org.mutatio.accounts.password;

import java.text.Normalizer;
import java.util.Optional;

/// Passwords as people type them on different keyboards made equal: RFC 8265 section 4.2 (OpaqueString), and for SCRAM
/// the older SASLprep (RFC 4013), which clients still compute.
public final class OpaqueString {

    private static final int LONGEST = 1_024;

    private OpaqueString() {}

    /// Other spaces become U+0020, then NFC; empty, over-long and control characters are no password.
    public static Optional<String> of(String password) {
        return prepared(password, Normalizer.Form.NFC);
    }

    /// The same with NFKC; RFC 4013 section 2.2.
    public static Optional<String> saslPrep(String password) {
        StringBuilder kept = new StringBuilder();
        password.codePoints()
                .filter(c -> c != 0x00AD && c != 0x200B && c != 0x2060 && c != 0xFEFF) // RFC 3454 table B.1
                .forEach(kept::appendCodePoint);
        return prepared(kept.toString(), Normalizer.Form.NFKC);
    }

    private static Optional<String> prepared(String password, Normalizer.Form form) {
        if (password.isEmpty() || password.length() > LONGEST) {
            return Optional.empty();
        }
        StringBuilder mapped = new StringBuilder(password.length());
        for (int i = 0; i < password.length(); i++) {
            char c = password.charAt(i);
            if (Character.isISOControl(c)) {
                return Optional.empty();
            }
            mapped.append(Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c);
        }
        return Optional.of(Normalizer.normalize(mapped, form));
    }
}
