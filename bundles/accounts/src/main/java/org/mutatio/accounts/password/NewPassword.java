package org.mutatio.accounts.password;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.mutatio.sdk.mail.MailAddress;

/// Makes and judges new passwords.
public final class NewPassword {

    private static final int SHORTEST = 10;
    /// No characters that look alike.
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
    private static final Set<String> COMMON = Set.of(
            "1234567890",
            "0123456789",
            "password12",
            "password123",
            "passwort123",
            "qwertyuiop",
            "qwertzuiop",
            "iloveyou12",
            "changeme123",
            "letmein123",
            "welcome123",
            "administrator",
            "password1234",
            "0987654321");

    private NewPassword() {}

    /// Four groups of five: 99 bits, easy to read out.
    ///
    /// @param random cryptographically strong
    public static String generate(RandomGenerator random) {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            if (i > 0 && i % 5 == 0) {
                password.append('-');
            }
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return password.toString();
    }

    /// @return what is wrong with it, in words; empty: it will do
    public static Optional<String> weakness(String password, MailAddress owner) {
        Optional<String> opaque = OpaqueString.of(password);
        Optional<String> stringPrepared = OpaqueString.saslPrep(password);
        if (opaque.isEmpty() || stringPrepared.isEmpty()) {
            return Optional.of("is empty, longer than 1,024 characters, or holds control or only invisible characters");
        }
        // The shorter form is judged: neither what SCRAM's preparation takes away nor what it unfolds makes it harder.
        String plain = (opaque.get().length() < stringPrepared.get().length() ? opaque : stringPrepared)
                .get()
                .toLowerCase(Locale.ROOT);
        if (plain.codePointCount(0, plain.length()) < SHORTEST) {
            return Optional.of("has fewer than " + SHORTEST + " characters");
        }
        if (plain.chars().distinct().count() < 5) {
            return Optional.of("has fewer than 5 different characters");
        }
        String name = owner.localPart().toLowerCase(Locale.ROOT);
        if (COMMON.contains(plain) || name.length() > 3 && plain.length() < 2 * name.length() && plain.contains(name)) {
            return Optional.of("is easy to guess");
        }
        return Optional.empty();
    }
}
