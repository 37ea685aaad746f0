package org.mutatio.accounts.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CredentialsTest {

    private static final Argon2id SMALL = new Argon2id(64, 1, 1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Credentials both = new Credentials(SMALL, true, 4096, RANDOM);
    private final Credentials hashOnly = new Credentials(SMALL, false, 4096, RANDOM);

    @Test
    void aPasswordBecomesAHashAndAVerifier() {
        List<String> lines = both.make("pencil and paper");

        assertEquals(2, lines.size());
        assertTrue(Argon2id.verify("pencil and paper", Credentials.hash(lines).orElseThrow()));
        assertEquals(4096, Credentials.verifier(lines).orElseThrow().iterations());
        assertFalse(lines.toString().contains("pencil"));
    }

    @Test
    void withoutScramThereIsOnlyTheHash() {
        List<String> lines = hashOnly.make("pencil and paper");

        assertEquals(1, lines.size());
        assertEquals(Optional.empty(), Credentials.verifier(lines));
    }

    @Test
    void whatIsNoPasswordIsNotMadeIntoCredentialsAndNotRepeated() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> both.make("secret\0secret"));

        assertFalse(String.valueOf(refused.getMessage()).contains("secret"));
    }

    @Test
    void theyAreOutdatedWhenTheSettingsAskForOthers() {
        List<String> lines = both.make("pencil and paper");

        assertFalse(both.outdated(lines));
        assertTrue(hashOnly.outdated(lines), "SCRAM was switched off");
        assertTrue(both.outdated(hashOnly.make("pencil and paper")), "SCRAM was switched on");
        assertTrue(new Credentials(new Argon2id(128, 1, 1), true, 4096, RANDOM).outdated(lines), "other costs");
        assertTrue(new Credentials(SMALL, true, 5000, RANDOM).outdated(lines), "other rounds");
        assertTrue(both.outdated(List.of()), "nothing there");
    }

    @Test
    void roundsBelowRfc7677Section4AreRefusedAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> new Credentials(SMALL, true, 1000, RANDOM));
    }
}
