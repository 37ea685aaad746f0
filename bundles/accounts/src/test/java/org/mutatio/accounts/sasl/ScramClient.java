package org.mutatio.accounts.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The client's side of SCRAM-SHA-256, straight from RFC 5802 section 3; shares nothing with the server's.
final class ScramClient {

    private final String name;
    private final String password;
    private final String nonce;
    private final String header;
    private final byte[] bound;
    private String authMessage = "";
    private byte[] salted = {};

    /// @param password prepared
    ScramClient(String name, String password, String nonce) {
        this(name, password, nonce, "n,,", new byte[0]);
    }

    ScramClient(String name, String password, String nonce, String header, byte[] binding) {
        this.name = name;
        this.password = password;
        this.nonce = nonce;
        this.header = header;
        byte[] head = header.getBytes(UTF_8);
        this.bound = Arrays.copyOf(head, head.length + binding.length);
        System.arraycopy(binding, 0, bound, head.length, binding.length);
    }

    String first() {
        return header + bare();
    }

    private String bare() {
        return "n=" + name + ",r=" + nonce;
    }

    String last(String serverFirst) {
        String[] parts = serverFirst.split(",", -1);
        byte[] salt = Base64.getDecoder().decode(parts[1].substring(2));
        int rounds = Integer.parseInt(parts[2].substring(2));
        String withoutProof = "c=" + Base64.getEncoder().encodeToString(bound) + "," + parts[0];
        authMessage = bare() + "," + serverFirst + "," + withoutProof;
        salted = hi(password.getBytes(UTF_8), salt, rounds);
        byte[] clientKey = hmac(salted, "Client Key");
        byte[] signature = hmac(sha256(clientKey), authMessage);
        for (int i = 0; i < signature.length; i++) {
            clientKey[i] ^= signature[i];
        }
        return withoutProof + ",p=" + Base64.getEncoder().encodeToString(clientKey);
    }

    /// What the server must say to be believed.
    String serverFinal() {
        return "v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), authMessage));
    }

    /// A verifier as our server stores it.
    static String verifier(String password, String salt, int rounds) {
        byte[] salted = hi(password.getBytes(UTF_8), Base64.getDecoder().decode(salt), rounds);
        Base64.Encoder base64 = Base64.getEncoder();
        return "$scram-sha-256$i=" + rounds + "$" + salt + "$"
                + base64.encodeToString(sha256(hmac(salted, "Client Key"))) + "$"
                + base64.encodeToString(hmac(salted, "Server Key"));
    }

    /// RFC 5802 section 2.2.
    private static byte[] hi(byte[] password, byte[] salt, int rounds) {
        byte[] salted = Arrays.copyOf(salt, salt.length + 4);
        salted[salt.length + 3] = 1;
        byte[] u = hmac(password, salted);
        byte[] result = u.clone();
        for (int i = 1; i < rounds; i++) {
            u = hmac(password, u);
            for (int k = 0; k < result.length; k++) {
                result[k] ^= u[k];
            }
        }
        return result;
    }

    private static byte[] hmac(byte[] key, String text) {
        return hmac(key, text.getBytes(UTF_8));
    }

    private static byte[] hmac(byte[] key, byte[] octets) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
