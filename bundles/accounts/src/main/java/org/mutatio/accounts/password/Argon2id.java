package org.mutatio.accounts.password;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Argon2id (RFC 9106) as PHC strings: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
///
/// @param kibibytes memory of one hash
/// @param passes over the memory
/// @param lanes parallel ones; computed one after the other here
public record Argon2id(int kibibytes, int passes, int lanes) {

    /// OWASP's first choice; 60 to 70 ms on one core of the machine it was measured on.
    public static final Argon2id STANDARD = new Argon2id(19_456, 2, 1);

    private static final String PREFIX = "$argon2id$";
    private static final int SALT = 16;
    private static final int HASH = 32;
    /// Beyond that a stored string is damaged or hostile: one hash must not eat the heap.
    private static final int MOST_KIBIBYTES = 1 << 20;

    public Argon2id {
        if (kibibytes < 8 * lanes
                || kibibytes > MOST_KIBIBYTES
                || passes < 1
                || passes > 100
                || lanes < 1
                || lanes > 16) {
            throw new IllegalArgumentException("argon2id wants 8 KiB to 1 GiB, 1 to 100 passes, 1 to 16 lanes");
        }
    }

    public static boolean is(String credential) {
        return credential.startsWith(PREFIX);
    }

    /// A fresh hash.
    ///
    /// @param random cryptographically strong
    public String hash(String password, RandomGenerator random) {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        return write(salt, compute(this, password, salt, HASH));
    }

    private String write(byte[] salt, byte[] hash) {
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return PREFIX + "v=19$m=" + kibibytes + ",t=" + passes + ",p=" + lanes + "$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(hash);
    }

    /// A hash that no password has, of the same cost, for names that are not there.
    public String decoy(RandomGenerator random) {
        byte[] salt = new byte[SALT];
        byte[] hash = new byte[HASH];
        random.nextBytes(salt);
        random.nextBytes(hash);
        return write(salt, hash);
    }

    /// @return false also for a string that cannot be read
    public static boolean verify(String password, String credential) {
        Optional<Parsed> parsed = Parsed.of(credential);
        if (parsed.isEmpty()) {
            return false;
        }
        byte[] computed = compute(
                parsed.get().cost(), password, parsed.get().salt(), parsed.get().hash().length);
        return MessageDigest.isEqual(computed, parsed.get().hash());
    }

    /// Whether it was made with other costs, and is to be made anew at the next log-in.
    public boolean outdated(String credential) {
        return Parsed.of(credential).map(parsed -> !parsed.cost().equals(this)).orElse(true);
    }

    private static byte[] compute(Argon2id cost, String password, byte[] salt, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.kibibytes())
                .withIterations(cost.passes())
                .withParallelism(cost.lanes())
                .withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }

    /// A PHC string taken apart.
    private static final class Parsed {
        private final Argon2id cost;
        private final byte[] salt;
        private final byte[] hash;

        private Parsed(Argon2id cost, byte[] salt, byte[] hash) {
            this.cost = cost;
            this.salt = salt;
            this.hash = hash;
        }

        Argon2id cost() {
            return cost;
        }

        byte[] salt() {
            return salt;
        }

        byte[] hash() {
            return hash;
        }

        static Optional<Parsed> of(String credential) {
            String[] parts = credential.split("\\$", -1);
            if (parts.length != 6 || !parts[1].equals("argon2id") || !parts[2].equals("v=19")) {
                return Optional.empty();
            }
            String[] costs = parts[3].split(",", -1);
            if (costs.length != 3
                    || !costs[0].startsWith("m=")
                    || !costs[1].startsWith("t=")
                    || !costs[2].startsWith("p=")) {
                return Optional.empty();
            }
            try {
                Argon2id cost = new Argon2id(number(costs[0]), number(costs[1]), number(costs[2]));
                byte[] salt = Base64.getDecoder().decode(parts[4]);
                byte[] hash = Base64.getDecoder().decode(parts[5]);
                boolean whole = salt.length >= 8 && salt.length <= 64 && hash.length >= 16 && hash.length <= 64;
                return whole ? Optional.of(new Parsed(cost, salt, hash)) : Optional.empty();
            } catch (IllegalArgumentException e) { // NumberFormatException too
                return Optional.empty();
            }
        }

        private static int number(String text) {
            return Integer.parseInt(text.substring(2));
        }
    }
}
