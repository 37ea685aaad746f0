package org.mutatio.accounts.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {

    /// RFC 7677 section 3: user `user`, password `pencil`.
    private static final byte[] SALT = base64("W22ZaJ0SNY7soEsUEjb6gQ==");

    private static final String AUTH_MESSAGE = String.join(
            ",",
            "n=user,r=rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    private static final String PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String SIGNATURE = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }

    @Test
    void theExampleOfRfc7677Section3() {
        ScramVerifier verifier = ScramVerifier.make("pencil", 4096, SALT);

        assertEquals("W22ZaJ0SNY7soEsUEjb6gQ==", verifier.saltBase64());
        assertTrue(verifier.proves(base64(PROOF), AUTH_MESSAGE.getBytes(UTF_8)));
        assertEquals(
                SIGNATURE, Base64.getEncoder().encodeToString(verifier.serverSignature(AUTH_MESSAGE.getBytes(UTF_8))));
    }

    @Test
    void aProofFitsOnlyItsPasswordItsMessageAndItsLength() {
        byte[] message = AUTH_MESSAGE.getBytes(UTF_8);
        ScramVerifier verifier = ScramVerifier.make("pencil", 4096, SALT);

        assertFalse(ScramVerifier.make("Pencil", 4096, SALT).proves(base64(PROOF), message));
        assertFalse(verifier.proves(base64(PROOF), (AUTH_MESSAGE + "!").getBytes(UTF_8)));
        assertFalse(verifier.proves(new byte[0], message));
        assertFalse(verifier.proves(new byte[33], message));
    }

    @Test
    void whatIsStoredIsReadAgain() {
        ScramVerifier verifier = ScramVerifier.make("pencil", 4096, SALT);
        ScramVerifier read = ScramVerifier.parse(verifier.line()).orElseThrow();

        assertTrue(verifier.line().startsWith("$scram-sha-256$i=4096$W22ZaJ0SNY7soEsUEjb6gQ==$"));
        assertEquals(verifier.line(), read.line());
        assertTrue(read.proves(base64(PROOF), AUTH_MESSAGE.getBytes(UTF_8)));
    }

    @Test
    void twoVerifiersOfOnePasswordShareNothing() {
        SecureRandom random = new SecureRandom();

        assertNotEquals(
                ScramVerifier.make("pencil", 4096, random).line(),
                ScramVerifier.make("pencil", 4096, random).line());
    }

    @Test
    void itsTextForLogsHoldsNoKey() {
        assertEquals(
                "ScramVerifier[i=4096]",
                ScramVerifier.make("pencil", 4096, SALT).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "$scram-sha-256$",
                "$scram-sha-256$i=4096$W22ZaJ0SNY7soEsUEjb6gQ==",
                "$scram-sha-256$i=many$W22ZaJ0SNY7soEsUEjb6gQ==$AAAA$AAAA",
                "$scram-sha-256$i=4096$W22ZaJ0SNY7soEsUEjb6gQ==$AAAA$AAAA",
                "$scram-sha-256$i=4096$***$AAAA$AAAA",
                "$scram-sha-256$i=4095$W22ZaJ0SNY7soEsUEjb6gQ==$" + NOUGHTS + "$" + NOUGHTS, // RFC 7677 section 4
                "$scram-sha-256$i=10000001$W22ZaJ0SNY7soEsUEjb6gQ==$" + NOUGHTS + "$" + NOUGHTS,
                "$scram-sha-256$i=4096$$" + NOUGHTS + "$" + NOUGHTS,
                "$scram-sha-1$i=4096$W22ZaJ0SNY7soEsUEjb6gQ==$" + NOUGHTS + "$" + NOUGHTS
            })
    void aDamagedLineIsNoVerifier(String line) {
        assertEquals(Optional.empty(), ScramVerifier.parse(line));
    }

    /// 32 octets.
    private static final String NOUGHTS = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    @Test
    void aWholeLineIsAVerifier() { // so that the damaged ones above fail for what they say
        assertTrue(ScramVerifier.parse("$scram-sha-256$i=4096$W22ZaJ0SNY7soEsUEjb6gQ==$" + NOUGHTS + "$" + NOUGHTS)
                .isPresent());
    }

    @Test
    void fewerRoundsThanRfc7677Section4AllowsAreNotMade() {
        assertThrows(IllegalArgumentException.class, () -> ScramVerifier.make("pencil", 4095, SALT));
    }

    @Test
    void aDecoyLooksTheSameEachTimeAndIsOfItsNameAndKey() {
        byte[] key = "a secret".getBytes(UTF_8);
        String salt = ScramVerifier.decoy("ann@example.com", key, _ -> 20_000).saltBase64();

        assertEquals(
                salt, ScramVerifier.decoy("ann@example.com", key, _ -> 20_000).saltBase64());
        assertNotEquals(
                salt, ScramVerifier.decoy("bo@example.com", key, _ -> 20_000).saltBase64());
        assertNotEquals(
                salt,
                ScramVerifier.decoy("ann@example.com", "another".getBytes(UTF_8), _ -> 20_000)
                        .saltBase64());
        assertEquals(16, base64(salt).length); // as long as a real one
    }
}
