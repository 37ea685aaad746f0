package org.mutatio.ports.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateFolderTest {
    @TempDir
    Path home;

    private final SecureRandom random = new SecureRandom();
    private Path configured;
    private CertificateFolder folder;
    private long serial;

    @BeforeEach
    void make() {
        configured = home.resolve("config/tls");
        folder = new CertificateFolder(
                configured, home.resolve("data/tls"), "mail.example.com", InstantSource.system(), random);
    }

    private record Pair(String chain, String key) {}

    private Pair pair(String algorithm, String... names) throws Exception {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("RSA") ? 2048 : algorithm.equals("EC") ? 256 : 255, random);
        var keys = generator.generateKeyPair();
        return new Pair(pem(certificate(keys, algorithm, names)), pem(new JcaPKCS8Generator(keys.getPrivate(), null)));
    }

    private Object certificate(KeyPair keys, String algorithm, String... names) throws Exception {
        var subject = new X500Name("CN=test");
        var now = InstantSource.system().instant();
        return new JcaX509v3CertificateBuilder(
                        subject,
                        BigInteger.valueOf(++serial),
                        Date.from(now.minusSeconds(1)),
                        Date.from(now.plus(Duration.ofDays(90))),
                        subject,
                        keys.getPublic())
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(Stream.of(names)
                                .map(name -> new GeneralName(GeneralName.dNSName, name))
                                .toArray(GeneralName[]::new)))
                .build(new JcaContentSignerBuilder(signature(algorithm)).build(keys.getPrivate()));
    }

    private static String signature(String algorithm) {
        return switch (algorithm) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> algorithm;
        };
    }

    private static String pem(Object what) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(what);
        }
        return text.toString();
    }

    private void put(String name, Pair pair) throws IOException {
        put(name, "privkey.pem", pair.key());
        put(name, "fullchain.pem", pair.chain());
    }

    /// As certbot and careful people do: a new file, renamed into place, so that its key is another one.
    private void put(String name, String file, String text) throws IOException {
        var where = Files.createDirectories(configured.resolve(name));
        var fresh = where.resolve(file + ".new");
        Files.write(fresh, text.getBytes(StandardCharsets.US_ASCII));
        Files.move(fresh, where.resolve(file), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private String serves(String serverName) {
        return folder.current().find(serverName).orElseThrow().folder();
    }

    private BigInteger serialOf(String serverName) {
        return folder.current().find(serverName).orElseThrow().own().getSerialNumber();
    }

    private void twoLooks() throws IOException {
        folder.look();
        folder.look();
    }

    @Test
    void withoutAnyASelfSignedOneIsMadeOnceAndKept() throws Exception {
        folder.load();
        assertEquals("self-signed", serves("whatever.example"));
        var first = serialOf("mail.example.com");
        make();
        folder.load();
        assertEquals(first, serialOf("mail.example.com"));
        assertEquals(
                List.of("mail.example.com", "localhost"),
                folder.current().find(null).orElseThrow().names());
    }

    @Test
    void aSelfSignedOneThatIsBrokenIsMadeAgain() throws Exception {
        folder.load();
        Files.writeString(home.resolve("data/tls/self-signed/privkey.pem"), "nonsense");
        make();
        folder.load();
        assertEquals("self-signed", serves("x"));
    }

    @Test
    void theSelfSignedOneFollowsTheServersName() throws Exception {
        folder.load();
        var first = serialOf("x");
        folder.hostName("mail.example.com"); // the same
        assertEquals(first, serialOf("x"));
        folder.hostName("Mail.Example.NET");
        assertEquals(
                List.of("mail.example.net", "localhost"),
                folder.current().find("x").orElseThrow().names());
        var second = serialOf("x");
        assertNotEquals(first, second);
        // A start under another name than that of the first one.
        make();
        folder.load();
        assertEquals(
                List.of("mail.example.com", "localhost"),
                folder.current().find("x").orElseThrow().names());
    }

    @Test
    void theSelfSignedOneIsMadeAnewBeforeItExpires() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-11-30T00:00:00Z"));
        folder = new CertificateFolder(configured, home.resolve("data/tls"), "mail.example.com", now::get, random);
        folder.load();
        var first = serialOf("x");
        folder.remind();
        assertEquals(first, serialOf("x"));
        now.updateAndGet(instant -> instant.plus(Duration.ofDays(720)));
        folder.remind();
        assertNotEquals(first, serialOf("x"));
        assertEquals(List.of(new CertificateFolder.Expiry("self-signed", 730, false)), folder.expiries());
    }

    /// OSGi renames while the housekeeper looks.
    @Test
    void renamingAndLookingAtOnceDisturbNobody() throws Exception {
        put("a.example", pair("EC", "a.example"));
        folder.load();
        var failure = new AtomicReference<@Nullable Throwable>();
        var over = new AtomicBoolean();
        var renaming = Thread.ofPlatform().start(() -> {
            for (var i = 0; !over.get(); i++) {
                try {
                    folder.hostName("mail" + i % 2 + ".example.com");
                    LockSupport.parkNanos(50_000); // leaves the lock to the other one now and then
                } catch (IOException | RuntimeException e) {
                    failure.set(e);
                }
            }
        });
        try {
            var chain = pair("EC", "b.example");
            for (var i = 0; i < 200 && failure.get() == null; i++) {
                put("b" + i % 40 + ".example", chain);
                folder.look();
                folder.look();
                if (i % 40 == 39) {
                    try (var all = Files.newDirectoryStream(configured, "b*")) {
                        for (var one : all) {
                            Files.delete(one.resolve("fullchain.pem"));
                            Files.delete(one.resolve("privkey.pem"));
                        }
                    }
                }
            }
        } finally {
            over.set(true);
            renaming.join(10_000);
        }
        assertTrue(!renaming.isAlive(), "still renaming");
        assertNull(failure.get());
        folder.look();
        assertEquals("a.example", serves("a.example"));
    }

    /// Whatever lies in the files: it is refused, or read; nothing is thrown that would keep the others
    /// waiting.
    @Test
    void damagedFilesAreRefusedAndNothingElse() throws Exception {
        var seed = 20261130L;
        var random = new java.util.Random(seed);
        var good = pair("EC", "m.example");
        var keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        var texts = List.of(good.chain(), good.key(), pem(keys.getPrivate()));
        put("good.example", pair("EC", "good.example"));
        folder.load();
        for (var round = 0; round < 120; round++) {
            for (var file : List.of("fullchain.pem", "privkey.pem")) {
                var octets = texts.get(random.nextInt(texts.size())).toCharArray();
                for (var i = random.nextInt(6); i > 0; i--) {
                    octets[random.nextInt(octets.length)] = (char) (32 + random.nextInt(95));
                }
                var text = new String(octets);
                put("m.example", file, text.substring(0, random.nextInt(text.length() + 1)));
            }
            folder.look();
            folder.look();
            assertEquals("good.example", serves("good.example"), "seed " + seed + " round " + round);
        }
        put("m.example", good);
        twoLooks();
        assertEquals("m.example", serves("m.example"), "seed " + seed);
    }

    @Test
    void aFileLargerThanAChainCanBeIsRefused() throws Exception {
        put("m.example", pair("EC", "m.example"));
        folder.load();
        var old = serialOf("m.example");
        put("m.example", "fullchain.pem", "x".repeat((1 << 20) + 1));
        twoLooks();
        assertEquals(old, serialOf("m.example"));
    }

    @Test
    void ofTwoCertificatesForOneNameTheLaterOneIsTaken() throws Exception {
        put("a", pair("EC", "shared.example"));
        put("b", pair("EC", "shared.example"));
        folder.load();
        var chosen = folder.current().find("shared.example").orElseThrow();
        for (var one : folder.current().all()) {
            assertTrue(!one.expires().isAfter(chosen.expires()), one + " expires after " + chosen);
        }
    }

    @Test
    void exactBeforeWildcardBeforeTheRest() throws Exception {
        put("a.example.com", pair("EC", "a.example.com"));
        put("example.com", pair("EC", "example.com", "*.example.com"));
        put("mail.example.com", pair("RSA", "mail.example.com"));
        put("*.example.net", pair("Ed25519", "other.example"));
        folder.load();
        assertEquals("a.example.com", serves("a.example.com"));
        assertEquals("a.example.com", serves("A.Example.COM"));
        assertEquals("example.com", serves("b.example.com"));
        assertEquals("example.com", serves("example.com"));
        assertEquals("mail.example.com", serves("x.b.example.com"), "a wildcard is one label deep");
        assertEquals("*.example.net", serves("imap.example.net"), "a folder may be called by a wildcard");
        assertEquals("*.example.net", serves("other.example"));
        assertEquals("mail.example.com", serves("unknown.test"), "the server's own name serves the rest");
    }

    @Test
    void aFolderCalledDefaultServesTheRest() throws Exception {
        put("default", pair("EC", "x.example"));
        put("mail.example.com", pair("EC", "mail.example.com"));
        folder.load();
        assertEquals("default", serves("unknown.test"));
    }

    @Test
    void certbotsLinksAreFollowed() throws Exception {
        put("archive-1", pair("EC", "c.example"));
        var live = Files.createDirectories(configured.resolve("live/c.example"));
        for (var file : List.of("fullchain.pem", "privkey.pem")) {
            Files.createSymbolicLink(live.resolve(file), Path.of("../../archive-1/" + file));
        }
        folder.load();
        var before = serialOf("c.example");
        put("archive-2", pair("EC", "c.example"));
        for (var file : List.of("fullchain.pem", "privkey.pem")) {
            Files.delete(live.resolve(file));
            Files.createSymbolicLink(live.resolve(file), Path.of("../../archive-2/" + file));
        }
        twoLooks();
        assertNotEquals(before, serialOf("c.example"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"key first", "certificate first"})
    void aRenewalIsTakenInEitherOrder(String order) throws Exception {
        put("m.example", pair("EC", "m.example"));
        folder.load();
        var old = serialOf("m.example");
        var next = pair("EC", "m.example");
        var keyFirst = order.equals("key first");
        put("m.example", keyFirst ? "privkey.pem" : "fullchain.pem", keyFirst ? next.key() : next.chain());
        twoLooks(); // long enough to judge the mismatched pair
        assertEquals(old, serialOf("m.example"), "the old pair serves on");
        put("m.example", keyFirst ? "fullchain.pem" : "privkey.pem", keyFirst ? next.chain() : next.key());
        twoLooks();
        assertNotEquals(old, serialOf("m.example"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fullchain.pem | -----BEGIN CERTIFICATE-----
            fullchain.pem | nonsense
            fullchain.pem | ''
            privkey.pem   | -----BEGIN PRIVATE KEY-----
            privkey.pem   | -----BEGIN EC PRIVATE KEY-----
            privkey.pem   | ''
            """)
    void aBrokenFileLeavesTheOldPairServing(String file, String text) throws Exception {
        put("m.example", pair("EC", "m.example"));
        folder.load();
        var old = serialOf("m.example");
        put("m.example", file, text);
        twoLooks();
        assertEquals(old, serialOf("m.example"));
        put("m.example", pair("RSA", "m.example"));
        twoLooks();
        assertNotEquals(old, serialOf("m.example"), "and a good one ends the trouble");
    }

    @Test
    void oneBadFolderAtTheStartLeavesTheOthers() throws Exception {
        put("bad.example", "fullchain.pem", "nonsense");
        put("good.example", pair("EC", "good.example"));
        folder.load();
        assertEquals("good.example", serves("good.example"));
        assertEquals("good.example", serves("bad.example"), "the only good one serves the rest");
    }

    @Test
    void foldersComeAndGo() throws Exception {
        folder.load();
        put("new.example", pair("EC", "new.example"));
        twoLooks();
        assertEquals("new.example", serves("new.example"));
        for (var file : List.of("fullchain.pem", "privkey.pem")) {
            Files.delete(configured.resolve("new.example").resolve(file));
        }
        folder.look();
        assertEquals("self-signed", serves("new.example"));
    }

    @Test
    void aHandshakeInAChangeStillFindsItsKey() throws Exception {
        put("m.example", pair("EC", "m.example"));
        folder.load();
        var alias = folder.current().find("m.example").orElseThrow().id();
        put("m.example", pair("EC", "m.example"));
        twoLooks();
        assertNotEquals(alias, folder.current().find("m.example").orElseThrow().id());
        assertNotNull(folder.byId(alias));
    }

    @Test
    void keysInOpensslsOlderFormAreRead() throws Exception {
        for (var algorithm : List.of("RSA", "EC")) {
            var generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(algorithm.equals("RSA") ? 2048 : 256, random);
            var keys = generator.generateKeyPair();
            var key = pem(keys.getPrivate()); // BEGIN RSA PRIVATE KEY, BEGIN EC PRIVATE KEY
            assertTrue(key.startsWith("-----BEGIN " + algorithm + " PRIVATE KEY"));
            put(algorithm + ".example", new Pair(pem(certificate(keys, algorithm, algorithm + ".example")), key));
        }
        folder.load();
        assertEquals("RSA.example", serves("rsa.example"));
        assertEquals("EC.example", serves("ec.example"));
    }

    @Test
    void expiryIsTold() throws Exception {
        put("m.example", pair("EC", "m.example"));
        folder.load();
        assertEquals(List.of(new CertificateFolder.Expiry("m.example", 89, false)), folder.expiries());
    }

    @Test
    void onlyTwoVersionsOfTls() throws Exception {
        folder.load();
        var tls = new ServerTls(folder);
        var tolerant = tls.engine(TlsProfile.MX, null);
        var strict = tls.engine(TlsProfile.CLIENT, null);
        assertEquals(List.of("TLSv1.3", "TLSv1.2"), List.of(tolerant.getEnabledProtocols()));
        assertEquals(List.of("TLSv1.3", "TLSv1.2"), List.of(strict.getEnabledProtocols()));
        assertTrue(List.of(tolerant.getEnabledCipherSuites()).contains("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"));
        assertTrue(Stream.of(strict.getEnabledCipherSuites()).noneMatch(suite -> suite.contains("CBC")));
    }
}
