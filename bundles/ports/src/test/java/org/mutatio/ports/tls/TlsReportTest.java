package org.mutatio.ports.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.ports.tls.TlsReport.Weight;

/// What `mutatio tls check` finds.
class TlsReportTest {
    private static final List<String> DOMAINS = List.of("example.org", "shop.example.org", "example.net");

    @TempDir
    Path home;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private TestAuthority authority;
    private CertificateFolder folder;

    @BeforeEach
    void make() throws Exception {
        authority = new TestAuthority();
        folder = fresh();
    }

    private CertificateFolder fresh() {
        return new CertificateFolder(
                home.resolve("config/tls"), home.resolve("data/tls"), "mail.example.org", now::get, new SecureRandom());
    }

    /// As a server that starts now.
    private TlsReport report() throws IOException {
        folder = fresh();
        folder.load();
        return TlsReport.of(folder, DOMAINS);
    }

    private Path at(String name) {
        return home.resolve("config/tls").resolve(name);
    }

    private TlsReport.Entry only() throws IOException {
        var entries = report().entries();
        assertEquals(1, entries.size());
        return entries.getFirst();
    }

    private static String said(TlsReport.Entry entry, Weight weight) {
        return String.join(
                "; ",
                entry.findings().stream()
                        .filter(finding -> finding.weight() == weight)
                        .map(TlsReport.Finding::text)
                        .toList());
    }

    @Test
    void aGoodOneIsDescribed() throws Exception {
        authority.put(at("mail.example.org"), "P-256", "mail.example.org", "*.shop.example.org", "mail.example.com");
        var entry = only();
        assertEquals(List.of("mail.example.org", "*.shop.example.org", "mail.example.com"), entry.names());
        assertEquals("CN=Test Issuer", entry.issuer());
        assertEquals("EC P-256", entry.key());
        assertEquals("SHA256withECDSA", entry.signature());
        assertEquals(88, entry.days());
        assertEquals("complete (3), private authority", entry.chain());
        assertEquals(entry.names(), entry.serves());
        assertTrue(entry.fallback());
        assertEquals(List.of("example.org", "shop.example.org"), entry.domains());
        assertEquals(Weight.NOTE, entry.worst(), entry.findings().toString());
        assertEquals(List.of("example.net"), report().without(DOMAINS));
    }

    @Test
    void theFirstStartsOwnIsSelfSigned() throws Exception {
        var entry = only();
        assertEquals("self-signed", entry.chain());
        assertEquals(Weight.WARNING, entry.worst(), entry.findings().toString());
    }

    @Test
    void aFolderThatIsRefusedIsAProblem() throws Exception {
        Files.createDirectories(at("broken.example.org"));
        Files.writeString(at("broken.example.org").resolve("fullchain.pem"), "nonsense");
        authority.put(at("mail.example.org"), "P-256", "mail.example.org");
        var report = report();
        assertEquals(
                "the files are refused: wants both fullchain.pem and privkey.pem; none of this name serves",
                said(report.of("broken.example.org").getFirst(), Weight.PROBLEM));
        assertFalse(report.of("broken.example.org").getFirst().present());
        // A renewal that went wrong: what serves is described, what is refused is told.
        Files.writeString(at("mail.example.org").resolve("privkey.pem"), "nonsense");
        folder.look();
        folder.look();
        var entry = TlsReport.of(folder, DOMAINS).of("mail.example.org").getFirst();
        assertTrue(entry.present());
        assertTrue(
                said(entry, Weight.PROBLEM).endsWith("; the old one serves on"),
                entry.findings().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "rw-------,NOTE,",
        "rw-r-----,WARNING,has mode rw-r-----: chmod 600",
        "rw-r--r--,PROBLEM,'may be read by everybody: chmod 600, and think of a new key'"
    })
    void rightsOfTheKey(String rights, Weight weight, String text) throws Exception {
        authority.put(at("mail.example.org"), "P-256", "mail.example.org");
        Files.setPosixFilePermissions(
                at("mail.example.org").resolve("privkey.pem"), PosixFilePermissions.fromString(rights));
        var entry = only();
        assertEquals(weight, entry.worst());
        if (text != null) {
            assertTrue(said(entry, weight).endsWith(text), said(entry, weight));
        }
    }

    @Test
    void chains() throws Exception {
        var keys = TestAuthority.keys("P-256");
        var own = authority.issue(keys, "mail.example.org");
        TestAuthority.put(at("mail.example.org"), keys, own);
        assertEquals("incomplete (1)", only().chain());
        assertTrue(said(only(), Weight.PROBLEM).startsWith("it ends at CN=Test Issuer, which Java does not know"));
        TestAuthority.put(at("mail.example.org"), keys, own, authority.intermediate());
        assertEquals("incomplete (2)", only().chain());
        assertTrue(said(only(), Weight.WARNING).startsWith("it ends at CN=Test Root, which Java does not know"));
        TestAuthority.put(at("mail.example.org"), keys, own, authority.root(), authority.intermediate());
        assertEquals("out of order (3)", only().chain());
        assertTrue(said(only(), Weight.PROBLEM).startsWith("number 2 in fullchain.pem did not issue number 1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            P-256   | SHA256withECDSA | EC P-256 | NOTE    | ''
            P-384   | SHA256withECDSA | EC P-384 | NOTE    | ''
            3072    | SHA256withECDSA | RSA 3072 | NOTE    | ''
            2048    | SHA256withECDSA | RSA 2048 | NOTE    | public tests want 3072 bits of an RSA key; EC P-256 is better and faster
            1024    | SHA256withECDSA | RSA 1024 | PROBLEM | an RSA key of 1024 bits is too short: take EC P-256
            Ed25519 | SHA256withECDSA | EdDSA    | WARNING | many mail programs do not know Ed25519 in TLS: take EC P-256
            P-256   | SHA1withECDSA   | EC P-256 | PROBLEM | it is signed by SHA1withECDSA, which no client takes any more
            """)
    void keysAndSignatures(String kind, String signature, String shown, Weight weight, String text) throws Exception {
        authority.signing(signature).put(at("mail.example.org"), kind, "mail.example.org");
        var entry = only();
        assertEquals(shown, entry.key());
        assertEquals(weight, entry.worst());
        assertTrue(said(entry, weight).contains(text), said(entry, weight));
    }

    @Test
    void aKeyWithWhichNoHandshakeWouldDoIsNotTaken() throws Exception {
        authority.put(at("mail.example.org"), "P-521", "mail.example.org");
        assertEquals(
                "the files are refused: its key is on the curve P-521; clients want P-256 or P-384; none of this name"
                        + " serves",
                said(report().of("mail.example.org").getFirst(), Weight.PROBLEM));
    }

    @Test
    void purposesAndNames() throws Exception {
        authority.purpose(KeyPurposeId.id_kp_clientAuth).put(at("mail.example.org"), "P-256", "mail.example.org");
        assertTrue(said(only(), Weight.PROBLEM).startsWith("it is not for servers"));
        authority.purpose(KeyPurposeId.id_kp_serverAuth).put(at("mail.example.org"), "P-256");
        assertTrue(said(only(), Weight.PROBLEM).startsWith("it has no DNS names"));
        authority.put(at("mail.example.org"), "P-256", "imap.example.org");
        assertTrue(said(only(), Weight.WARNING).contains("mail.example.org ([ports] hostname) is not in it"));
        authority.mustStaple().put(at("mail.example.org"), "P-256", "mail.example.org");
        assertTrue(said(only(), Weight.PROBLEM).startsWith("it wants a stapled OCSP response"));
    }

    @Test
    void whoIsShownForANameThatTwoHave() throws Exception {
        authority.put(at("a"), "P-256", "mail.example.org", "imap.example.org");
        authority.put(at("mail.example.org"), "P-256", "mail.example.org");
        authority.put(at("rsa"), "2048", "mail.example.org");
        var report = report();
        assertEquals(List.of("a", "imap.example.org"), report.of("a").getFirst().serves());
        assertTrue(said(report.of("a").getFirst(), Weight.NOTE)
                .contains("for mail.example.org the one of mail.example.org is shown"));
        assertEquals(
                List.of("mail.example.org"),
                report.of("MAIL.example.org").getFirst().serves());
        assertEquals(
                List.of("rsa", "mail.example.org"), report.of("rsa").getFirst().serves(), "another kind of key");
        assertEquals("a", report.of("imap.example.org").getFirst().name());
        assertEquals(List.of(), report.of("unknown.test"));
    }

    /// One line in the log at each step; a third of the life is where it is renewed in any case.
    @ParameterizedTest
    @CsvSource({
        "90,31,false",
        "90,30,false",
        "90,14,true",
        "90,13,true",
        "90,7,true",
        "90,1,true",
        "90,0,true",
        "365,31,false",
        "365,30,true",
        "365,20,true",
        "6,3,false",
        "6,2,false",
        "6,1,true"
    })
    void stepsOfExpiry(int life, int left, boolean soon) throws Exception {
        authority
                .valid(now.get().minus(Duration.ofDays(life - left)), Duration.ofDays(life))
                .put(at("mail.example.org"), "P-256", "mail.example.org");
        var report = report();
        assertEquals(
                soon, folder.expiries().getFirst().soon(), folder.expiries().toString());
        assertEquals(
                left == 0 ? Weight.PROBLEM : soon ? Weight.WARNING : Weight.NOTE,
                report.entries().getFirst().worst());
    }

    @Test
    void notYetGood() throws Exception {
        authority
                .valid(now.get().plus(Duration.ofDays(1)), Duration.ofDays(90))
                .put(at("mail.example.org"), "P-256", "mail.example.org");
        assertTrue(said(only(), Weight.PROBLEM).startsWith("it is not good before "));
    }
}
