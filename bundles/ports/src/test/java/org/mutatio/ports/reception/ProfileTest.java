package org.mutatio.ports.reception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.ports.tls.TestAuthority;

/// What each profile takes and refuses, by a client that can do that one thing only; RFC 9325, and RFC
/// 7435 for `mx`.
class ProfileTest {
    @TempDir
    Path home;

    private TestAuthority authority;
    private TestHouse house;
    private int mx;
    private int imaps;

    @BeforeEach
    void open() throws Exception {
        authority = new TestAuthority();
        authority.put(home.resolve("config/tls/b.example"), "P-256", "b.example");
        authority.put(home.resolve("config/tls/localhost"), "P-256", "localhost");
        authority.put(home.resolve("config/tls/localhost-rsa"), "2048", "localhost");
        house = new TestHouse(home);
        house.handlers.set(TestHouse::echo);
        mx = house.open(listener("mx", "smtp", "mx", ""));
        imaps = house.open(listener("imaps", "imap", "", ""));
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static ListenerSettings listener(String name, String protocol, String role, String profile) {
        return ListenerSettings.of(
                name, protocol, role, "127.0.0.1:0", "implicit", profile, false, false, List.of(), Map.of());
    }

    private static SSLSocket dial(TestTls client, int port, String protocol, String suite, String group, String scheme)
            throws Exception {
        return client.over(TestHouse.connect(port), parameters -> {
            parameters.setServerNames(List.of(new SNIHostName("localhost")));
            if (!protocol.isEmpty()) {
                parameters.setProtocols(new String[] {protocol});
            }
            if (!suite.isEmpty()) {
                parameters.setCipherSuites(new String[] {suite});
            }
            if (!group.isEmpty()) {
                parameters.setNamedGroups(new String[] {group});
            }
            if (!scheme.isEmpty()) {
                parameters.setSignatureSchemes(new String[] {scheme});
            }
        });
    }

    /// @return what was agreed on, or `refused`
    private static String outcome(int port, String protocol, String suite, String group, String scheme)
            throws Exception {
        try (var tls = dial(new TestTls(), port, protocol, suite, group, scheme)) {
            TestHouse.line(tls.getInputStream()); // TLS 1.3: the server's refusal may come behind our handshake
            return "taken";
        } catch (SSLException e) {
            // Never silence: the client is told in an alert.
            assertTrue(String.valueOf(e.getMessage()).contains("Received fatal alert"), e.toString());
            return "refused";
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # protocol | suite                                      | client  | mx
            TLSv1.3 | TLS_AES_256_GCM_SHA384                        | taken   | taken
            TLSv1.3 | TLS_CHACHA20_POLY1305_SHA256                  | taken   | taken
            TLSv1.3 | TLS_AES_128_GCM_SHA256                        | taken   | taken
            TLSv1.2 | TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384       | taken   | taken
            TLSv1.2 | TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384         | taken   | taken
            TLSv1.2 | TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 | taken   | taken
            TLSv1.2 | TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256   | taken   | taken
            TLSv1.2 | TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256       | taken   | taken
            TLSv1.2 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256         | taken   | taken
            TLSv1.2 | TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384       | refused | taken
            TLSv1.2 | TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384         | refused | taken
            TLSv1.2 | TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256       | refused | taken
            TLSv1.2 | TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256         | refused | taken
            TLSv1.2 | TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA          | refused | taken
            TLSv1.2 | TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA            | refused | taken
            TLSv1.2 | TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA          | refused | taken
            TLSv1.2 | TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA            | refused | taken
            TLSv1.2 | TLS_DHE_RSA_WITH_AES_256_GCM_SHA384           | refused | refused
            TLSv1.2 | TLS_DHE_RSA_WITH_AES_128_CBC_SHA              | refused | refused
            """)
    void suites(String protocol, String suite, String client, String strangers) throws Exception {
        assertEquals(client, outcome(imaps, protocol, suite, "", ""));
        assertEquals(strangers, outcome(mx, protocol, suite, "", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3,x25519,taken",
        "TLSv1.3,secp256r1,taken",
        "TLSv1.3,secp384r1,taken",
        "TLSv1.3,secp521r1,refused",
        "TLSv1.3,x448,refused",
        "TLSv1.3,ffdhe2048,refused",
        "TLSv1.2,secp256r1,taken",
        "TLSv1.2,secp521r1,refused"
    })
    void groups(String protocol, String group, String expected) throws Exception {
        assertEquals(expected, outcome(imaps, protocol, "", group, ""));
        assertEquals(expected, outcome(mx, protocol, "", group, ""));
    }

    /// RFC 9155: no SHA-1 in a handshake. The certificate of the kind that the client can verify is shown.
    @ParameterizedTest
    @CsvSource({
        "TLSv1.3,ecdsa_secp256r1_sha256,taken",
        "TLSv1.3,rsa_pss_rsae_sha256,taken",
        "TLSv1.2,rsa_pkcs1_sha256,taken",
        "TLSv1.2,rsa_pkcs1_sha512,taken",
        "TLSv1.2,rsa_sha224,refused",
        "TLSv1.2,dsa_sha256,refused"
    })
    void signatures(String protocol, String scheme, String expected) throws Exception {
        assertEquals(expected, outcome(imaps, protocol, "", "", scheme));
        assertEquals(expected, outcome(mx, protocol, "", "", scheme));
    }

    @Test
    void theServersOrderDecides() throws Exception {
        for (var port : new int[] {mx, imaps}) {
            try (var tls = new TestTls().over(TestHouse.connect(port), parameters -> reverse(parameters, "TLSv1.3"))) {
                assertEquals("TLS_AES_256_GCM_SHA384", tls.getSession().getCipherSuite());
            }
            try (var tls = new TestTls().over(TestHouse.connect(port), parameters -> reverse(parameters, "TLSv1.2"))) {
                assertEquals(
                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                        tls.getSession().getCipherSuite());
            }
        }
    }

    private static void reverse(SSLParameters parameters, String protocol) {
        var suites = List.of(parameters.getCipherSuites()).reversed();
        parameters.setProtocols(new String[] {protocol});
        parameters.setCipherSuites(suites.toArray(String[]::new));
    }

    @Test
    void aListenerSaysItsProfileItself() throws Exception {
        var strict = house.open(listener("strict", "smtp", "mx", "client"));
        var tolerant = house.open(listener("tolerant", "smtp", "submission", "mx"));
        var cbc = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
        assertEquals("refused", outcome(strict, "TLSv1.2", cbc, "", ""));
        assertEquals("taken", outcome(tolerant, "TLSv1.2", cbc, "", ""));
        assertEquals(
                List.of("mx=mx", "imaps=client", "strict=client", "tolerant=mx"),
                house.house.listeners().states().stream()
                        .map(state -> state.name() + "=" + state.profile())
                        .toList());
    }

    /// A session that began in weak encryption at port 25 does not go on in it at a mail program's port.
    @Test
    void noSessionOfTheTolerantProfileIsResumedInTheStrictOne() throws Exception {
        var client = new TestTls();
        var suite = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256";
        long created;
        try (var first = dial(client, mx, "TLSv1.2", suite, "", "")) {
            assertEquals("hello mx", TestHouse.line(first.getInputStream()));
            created = first.getSession().getCreationTime();
        }
        try (var second = dial(client, mx, "TLSv1.2", suite, "", "")) {
            assertEquals(created, second.getSession().getCreationTime(), "the same one takes the ticket");
        }
        assertThrows(SSLException.class, () -> dial(client, imaps, "TLSv1.2", suite, "", ""));
    }

    /// Each name's clients come back by ticket, also when it is not the server's own, and when
    /// certificates of others were loaded meanwhile. Where its own was renewed the client is shown the
    /// new one: JSSE binds a ticket to the chain.
    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void ticketsSurviveAReloadOfCertificates(String protocol) throws Exception {
        var other = home.resolve("config/tls/b.example");
        var client = new TestTls();
        var created = resumes(client, protocol, "b.example", 0);
        for (var round = 0; round < 3; round++) {
            assertEquals(created, resumes(client, protocol, "b.example", created), "resumed");
        }
        assertEquals(created, resumes(client, protocol, "b.example", created), "and again");
        reload(home.resolve("config/tls/localhost"), "localhost");
        assertEquals(created, resumes(client, protocol, "b.example", created), "behind the reload");
        reload(other, "b.example");
        assertNotEquals(created, resumes(client, protocol, "b.example", created));
    }

    /// @return when the session began
    private long resumes(TestTls client, String protocol, String name, long before) throws Exception {
        try (var tls = client.over(TestHouse.connect(imaps), parameters -> {
            parameters.setServerNames(List.of(new SNIHostName(name)));
            parameters.setProtocols(new String[] {protocol});
        })) {
            assertEquals("hello imaps", TestHouse.line(tls.getInputStream())); // behind it: the ticket has come
            assertTrue(tls.getSession().getCreationTime() >= before);
            return tls.getSession().getCreationTime();
        }
    }

    private void reload(Path folder, String name) throws Exception {
        var before = shown(name);
        authority.put(folder, "P-256", name);
        var deadline = System.nanoTime() + 10_000_000_000L;
        while (before.equals(shown(name))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not reloaded");
            }
        }
    }

    private X509Certificate shown(String name) throws Exception {
        try (var tls = new TestTls().over(TestHouse.connect(imaps), name)) {
            return TestTls.shown(tls);
        }
    }
}
