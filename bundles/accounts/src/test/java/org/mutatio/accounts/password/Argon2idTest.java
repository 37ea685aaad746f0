package org.mutatio.accounts.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Argon2idTest {

    private static final Argon2id SMALL = new Argon2id(64, 1, 1);
    private static final SecureRandom RANDOM = new SecureRandom();

    /// From test.c of the reference implementation, to which RFC 9106 refers.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            password          | $argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4
            password          | $argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc
            differentpassword | $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94
            password          | $argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw
            """)
    void vectorsOfTheReferenceImplementation(String password, String line) {
        assertTrue(Argon2id.verify(password, line));
        assertFalse(Argon2id.verify(password + " ", line));
    }

    @Test
    void whatIsHashedIsVerified() {
        String line = SMALL.hash("p\u00E4ssword", RANDOM);

        assertTrue(line.startsWith("$argon2id$v=19$m=64,t=1,p=1$"), line);
        assertTrue(Argon2id.verify("p\u00E4ssword", line));
        assertFalse(Argon2id.verify("password", line));
    }

    @Test
    void twoHashesOfOnePasswordDiffer() {
        assertNotEquals(SMALL.hash("password", RANDOM), SMALL.hash("password", RANDOM));
    }

    @Test
    void theStandardIsTheFirstChoiceOfOwasp() {
        assertEquals(new Argon2id(19 * 1024, 2, 1), Argon2id.STANDARD);
    }

    @Test
    void aDecoyCostsTheSameAndFitsNothing() {
        String decoy = SMALL.decoy(RANDOM);

        assertFalse(SMALL.outdated(decoy));
        assertFalse(Argon2id.verify("password", decoy));
        assertEquals(SMALL.hash("password", RANDOM).length(), decoy.length());
    }

    @Test
    void otherCostsAreOutdated() {
        String line = SMALL.hash("password", RANDOM);

        assertFalse(SMALL.outdated(line));
        assertTrue(new Argon2id(128, 1, 1).outdated(line));
        assertTrue(new Argon2id(64, 2, 1).outdated(line));
        assertTrue(SMALL.outdated("$argon2id$torn"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "password",
                "$argon2id$",
                "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "$argon2id$v=19$m=256,t=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", // an empty hash would fit every password
                "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgL",
                "$argon2id$v=19$m=256,t=2,p=1$***$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "$argon2id$v=19$m=2000000000,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "$argon2id$v=19$m=-1,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "$argon2id$v=19$m=256,t=1000000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
            })
    void aDamagedLineFitsNothing(String line) {
        assertFalse(Argon2id.verify("password", line));
    }

    @Test
    void costsBeyondReasonAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Argon2id(7, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Argon2id((1 << 20) + 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Argon2id(64, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Argon2id(64, 1, 17));
    }
}
