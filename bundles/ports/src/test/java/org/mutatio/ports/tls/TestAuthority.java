package org.mutatio.ports.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A certificate authority of the tests: a root, an intermediate, and what they issue.
public final class TestAuthority {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair rootKeys = keys("P-256");
    private final KeyPair keys = keys("P-256");
    private final X509CertificateHolder root;
    private final X509CertificateHolder intermediate;
    private Instant from = Instant.now().minus(Duration.ofDays(1));
    private Duration life = Duration.ofDays(90);
    private String signature = "SHA256withECDSA";
    private boolean mustStaple;
    private KeyPurposeId purpose = KeyPurposeId.id_kp_serverAuth;

    public TestAuthority() throws Exception {
        this.root = authority("CN=Test Root", "CN=Test Root", rootKeys);
        this.intermediate = authority("CN=Test Issuer", "CN=Test Root", keys);
    }

    private X509CertificateHolder authority(String subject, String issuer, KeyPair own) throws Exception {
        return new JcaX509v3CertificateBuilder(
                        new X500Name(issuer),
                        new BigInteger(100, RANDOM),
                        Date.from(Instant.now().minus(Duration.ofDays(2))),
                        Date.from(Instant.now().plus(Duration.ofDays(3000))),
                        new X500Name(subject),
                        own.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(rootKeys.getPrivate()));
    }

    /// What the next certificates are good for.
    public TestAuthority valid(Instant begin, Duration span) {
        from = begin;
        life = span;
        return this;
    }

    TestAuthority signing(String algorithm) {
        signature = algorithm;
        return this;
    }

    TestAuthority mustStaple() {
        mustStaple = true;
        return this;
    }

    TestAuthority purpose(KeyPurposeId wanted) {
        purpose = wanted;
        return this;
    }

    /// @param kind `P-256`, `P-384`, `P-521`, `Ed25519` or a number of RSA bits
    public static KeyPair keys(String kind) throws Exception {
        var curve = kind.startsWith("P-");
        var rsa = !curve && !kind.equals("Ed25519");
        var generator = KeyPairGenerator.getInstance(curve ? "EC" : rsa ? "RSA" : kind);
        if (curve) {
            generator.initialize(new ECGenParameterSpec("secp" + kind.substring(2) + "r1"), RANDOM);
        } else if (rsa) {
            generator.initialize(Integer.parseInt(kind), RANDOM);
        }
        return generator.generateKeyPair();
    }

    public X509CertificateHolder issue(KeyPair own, String... names) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                intermediate.getSubject(),
                new BigInteger(100, RANDOM),
                Date.from(from),
                Date.from(from.plus(life)),
                new X500Name("CN=server"),
                own.getPublic());
        if (names.length > 0) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(Stream.of(names)
                            .map(name -> new GeneralName(GeneralName.dNSName, name))
                            .toArray(GeneralName[]::new)));
        }
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        if (mustStaple) {
            builder.addExtension(
                    new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24"), false, new DERSequence(new ASN1Integer(5)));
        }
        return builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()));
    }

    /// Puts a new pair into a folder, each file renamed into place.
    public X509CertificateHolder put(Path folder, String kind, String... names) throws Exception {
        var own = keys(kind);
        var certificate = issue(own, names);
        put(folder, own, certificate, intermediate, root);
        return certificate;
    }

    /// @param chain as it stands in fullchain.pem
    public static void put(Path folder, KeyPair own, X509CertificateHolder... chain) throws IOException {
        Files.createDirectories(folder);
        write(folder, "privkey.pem", new JcaPKCS8Generator(own.getPrivate(), null));
        write(folder, "fullchain.pem", (Object[]) chain);
    }

    X509CertificateHolder root() {
        return root;
    }

    X509CertificateHolder intermediate() {
        return intermediate;
    }

    private static void write(Path folder, String name, Object... contents) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            for (var content : contents) {
                writer.writeObject(content);
            }
        }
        var fresh = folder.resolve(name + ".new");
        Files.writeString(fresh, text.toString(), StandardCharsets.US_ASCII);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
