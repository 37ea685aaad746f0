package org.mutatio.ports.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/// Reads certbot's files and their like (RFC 7468). Keys may be PKCS #8, or the older forms of OpenSSL.
final class Pem {
    private static final String PKCS8 = "-----BEGIN PRIVATE KEY-----";

    private Pem() {}

    /// @throws IOException not a chain of certificates
    static List<X509Certificate> chain(byte[] pem) throws IOException {
        try {
            var chain = new ArrayList<X509Certificate>();
            for (var certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
                chain.add((X509Certificate) certificate);
            }
            if (chain.isEmpty()) {
                throw new IOException("no certificate in it");
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw new IOException("not a chain of certificates in PEM: " + e.getMessage(), e);
        }
    }

    /// @param publicKey of the certificate: says the algorithm
    /// @throws IOException not a key, encrypted, or of another algorithm; the message holds nothing of
    ///     the key
    static PrivateKey key(byte[] pem, PublicKey publicKey) throws IOException {
        try {
            return KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8(pem, publicKey)));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            // the causes quote what they read
            throw new IOException("not a private key of the certificate's kind (" + publicKey.getAlgorithm() + ")");
        }
    }

    private static byte[] pkcs8(byte[] pem, PublicKey publicKey) throws IOException {
        var text = new String(pem, StandardCharsets.ISO_8859_1);
        var begin = text.indexOf(PKCS8);
        if (begin >= 0) {
            // The usual form needs no BouncyCastle, which costs the start a tenth of a second.
            var end = text.indexOf("-----END", begin);
            if (end < 0) {
                throw new IOException("the private key is cut short");
            }
            return java.util.Base64.getMimeDecoder()
                    .decode(text.substring(begin + PKCS8.length(), end).strip());
        }
        try (var parser = new PEMParser(new StringReader(text))) {
            for (var found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof PEMKeyPair pair) {
                    // An EC key may leave its curve out: the certificate names it.
                    var algorithm = SubjectPublicKeyInfo.getInstance(publicKey.getEncoded())
                            .getAlgorithm();
                    return new PrivateKeyInfo(
                                    algorithm, pair.getPrivateKeyInfo().parsePrivateKey())
                            .getEncoded();
                }
                if (found instanceof PrivateKeyInfo info) {
                    return info.getEncoded();
                }
            }
        }
        throw new IOException("no private key in it (an encrypted one cannot be used)");
    }

    /// @throws IOException the key is another certificate's
    static void requirePair(X509Certificate certificate, PrivateKey key) throws IOException {
        try {
            var algorithm = switch (certificate.getPublicKey().getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> certificate.getPublicKey().getAlgorithm(); // EdDSA
            };
            var probe = "mutatio".getBytes(StandardCharsets.US_ASCII);
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(probe);
            if (!verifier.verify(signer.sign())) {
                throw new IOException("private key and certificate do not belong together");
            }
        } catch (GeneralSecurityException _) {
            throw new IOException("private key and certificate do not belong together");
        }
    }

    /// @throws IOException no profile can sign with that key, so that every handshake would fail
    static void requireUseful(PublicKey key) throws IOException {
        if (!(key instanceof ECPublicKey elliptic)) {
            return;
        }
        var curve = curve(elliptic);
        if (!curve.equals("P-256") && !curve.equals("P-384")) {
            throw new IOException("its key is on the curve " + curve + "; clients want P-256 or P-384");
        }
    }

    /// Its usual name, or the identifier of the curve.
    static String curve(ECPublicKey key) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(key.getParams());
            var curve = parameters.getParameterSpec(ECGenParameterSpec.class).getName();
            return switch (curve) {
                case "secp256r1", "1.2.840.10045.3.1.7" -> "P-256";
                case "secp384r1", "1.3.132.0.34" -> "P-384";
                case "secp521r1", "1.3.132.0.35" -> "P-521";
                default -> curve;
            };
        } catch (GeneralSecurityException _) {
            return "unknown"; // the JDK would not have read the key
        }
    }
}
