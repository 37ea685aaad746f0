package org.mutatio.accounts.password;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// What a server needs for SCRAM-SHA-256 and not more (RFC 5802 section 3, RFC 7677): who steals it still
/// cannot log in without guessing. Written `$scram-sha-256$i=20000$<salt>$<StoredKey>$<ServerKey>`.
public final class ScramVerifier {

    private static final String PREFIX = "$scram-sha-256$";
    private static final int SALT = 16;
    public static final int MOST_ITERATIONS = 10_000_000;
    /// RFC 7677 section 4.
    public static final int LEAST_ITERATIONS = 4_096;

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    public static boolean is(String credential) {
        return credential.startsWith(PREFIX);
    }

    /// @param password prepared ([OpaqueString#saslPrep])
    /// @param random cryptographically strong
    public static ScramVerifier make(String password, int iterations, RandomGenerator random) {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        return make(password, iterations, salt);
    }

    static ScramVerifier make(String password, int iterations, byte[] salt) {
        requireRounds(iterations);
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, 256);
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            byte[] clientKey = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
            byte[] serverKey = hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
            return new ScramVerifier(iterations, salt, hash(clientKey), serverKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA256", e);
        } finally {
            spec.clearPassword();
        }
    }

    static void requireRounds(int iterations) {
        if (iterations < LEAST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException(
                    "SCRAM wants " + LEAST_ITERATIONS + " to " + MOST_ITERATIONS + " rounds, not " + iterations);
        }
    }

    /// For names that are not there: always the same salt for a name, so that it cannot be told from a real
    /// one.
    ///
    /// @param key secret, for the salt
    /// @param rounds gets a number that is the name's
    public static ScramVerifier decoy(String name, byte[] key, IntUnaryOperator rounds) {
        byte[] salt = Arrays.copyOf(hmac(key, name.getBytes(StandardCharsets.UTF_8)), SALT);
        byte[] nobody = hmac(key, salt);
        int number = ByteBuffer.wrap(hmac(key, nobody)).getInt();
        return new ScramVerifier(rounds.applyAsInt(number), salt, nobody, nobody);
    }

    public static Optional<ScramVerifier> parse(String credential) {
        String[] parts = credential.split("\\$", -1);
        if (parts.length != 6 || !is(credential) || !parts[2].startsWith("i=")) {
            return Optional.empty();
        }
        try {
            int iterations = Integer.parseInt(parts[2].substring(2));
            Base64.Decoder base64 = Base64.getDecoder();
            ScramVerifier read = new ScramVerifier(
                    iterations, base64.decode(parts[3]), base64.decode(parts[4]), base64.decode(parts[5]));
            boolean whole = iterations >= LEAST_ITERATIONS
                    && iterations <= MOST_ITERATIONS
                    && read.salt.length > 0
                    && read.storedKey.length == 32
                    && read.serverKey.length == 32;
            return whole ? Optional.of(read) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public int iterations() {
        return iterations;
    }

    public String saltBase64() {
        return Base64.getEncoder().encodeToString(salt);
    }

    /// Whether the client knows the password, compared in constant time; RFC 5802 section 3.
    ///
    /// Who does not know it leaves nothing to know him by: what remains of a wrong proof is another value
    /// each time.
    public boolean proves(byte[] proof, byte[] authMessage) {
        byte[] signature = hmac(storedKey, authMessage);
        if (proof.length != signature.length) {
            return false;
        }
        byte[] clientKey = new byte[proof.length];
        for (int i = 0; i < proof.length; i++) {
            clientKey[i] = (byte) (proof[i] ^ signature[i]);
        }
        return MessageDigest.isEqual(hash(clientKey), storedKey);
    }

    /// Proves the server to the client.
    public byte[] serverSignature(byte[] authMessage) {
        return hmac(serverKey, authMessage);
    }

    static byte[] hmac(byte[] key, byte[] octets) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    static byte[] hash(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// As stored: who reads it can play the server, so it is kept out of [#toString] and of logs.
    public String line() {
        Base64.Encoder base64 = Base64.getEncoder();
        return PREFIX + "i=" + iterations + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(storedKey)
                + "$" + base64.encodeToString(serverKey);
    }

    /// Without the keys.
    @Override
    public String toString() {
        return "ScramVerifier[i=" + iterations + "]";
    }
}
