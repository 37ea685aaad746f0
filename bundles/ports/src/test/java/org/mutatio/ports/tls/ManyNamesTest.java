package org.mutatio.ports.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A hoster's hundreds of domains, each with its certificate.
class ManyNamesTest {
    private static final int DOMAINS = 500;

    @TempDir
    Path home;

    private CertificateFolder folder;
    private final Map<String, BigInteger> serials = new HashMap<>();

    @BeforeEach
    void make() throws Exception {
        var authority = new TestAuthority();
        var keys = TestAuthority.keys("P-256"); // one for all: 500 of them take seconds
        for (var i = 0; i < DOMAINS; i++) {
            var domain = "d" + i + ".example";
            var certificate = authority.issue(keys, "mail." + domain, "*.imap." + domain);
            TestAuthority.put(home.resolve("config/tls").resolve(domain), keys, certificate, authority.intermediate());
            serials.put(domain, certificate.getSerialNumber());
        }
        folder = new CertificateFolder(
                home.resolve("config/tls"),
                home.resolve("data/tls"),
                "mail.d7.example",
                InstantSource.system(),
                new SecureRandom());
        folder.load();
    }

    @Test
    void eachOfFiveHundredDomainsIsShownItsOwn() throws Exception {
        for (var i = 0; i < DOMAINS; i++) {
            var domain = "d" + i + ".example";
            for (var name : List.of(domain, "mail." + domain, "MAIL." + domain, "a.imap." + domain)) {
                assertEquals(
                        serials.get(domain),
                        folder.current().find(name, "EC").orElseThrow().own().getSerialNumber(),
                        name);
            }
        }
        // And through whole handshakes, for some.
        var tls = new ServerTls(folder);
        for (var i = 0; i < DOMAINS; i += 50) {
            assertEquals(serials.get("d" + i + ".example"), shown(tls, "x.imap.d" + i + ".example"));
        }
        assertEquals(serials.get("d0.example"), shown(tls, "unknown.test"), "the first one, as none is the server's");
    }

    /// A handshake asks a map: it reads no certificate, whatever their number.
    @Test
    void aNameIsFoundWithoutAScan() {
        var current = folder.current();
        var seen = new ArrayList<String>();
        var counting = new ArrayList<>(current.all());
        assertEquals(DOMAINS, counting.size());
        for (var round = 0; round < 2_000; round++) {
            for (var i = 0; i < DOMAINS; i++) {
                var found = current.find("mail.d" + i + ".example", "EC");
                if (found.isEmpty()) {
                    seen.add("d" + i);
                }
            }
        }
        // A million look-ups: a scan of 500 certificates' names each would be half a thousand million parsed names.
        assertEquals(List.of(), seen);
    }

    private static BigInteger shown(ServerTls tls, String name) throws Exception {
        var shown = new ArrayList<BigInteger>();
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Noting(shown)}, null);
        var client = context.createSSLEngine();
        client.setUseClientMode(true);
        var parameters = client.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        client.setSSLParameters(parameters);
        shakeHands(client, tls.engine(TlsProfile.CLIENT, null));
        assertEquals(1, shown.size());
        return shown.getFirst();
    }

    private static void shakeHands(SSLEngine client, SSLEngine server) throws Exception {
        client.beginHandshake();
        server.beginHandshake();
        var toServer = java.nio.ByteBuffer.allocate(64 * 1024);
        var toClient = java.nio.ByteBuffer.allocate(64 * 1024);
        var nothing = java.nio.ByteBuffer.allocate(64 * 1024);
        var over = Set.of(SSLEngineResult.HandshakeStatus.FINISHED, SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING);
        for (var turn = 0; turn < 100; turn++) {
            step(client, toClient, toServer, nothing);
            step(server, toServer, toClient, nothing);
            if (over.contains(client.getHandshakeStatus()) && over.contains(server.getHandshakeStatus())) {
                return;
            }
        }
        assertTrue(false, "no handshake in 100 turns");
    }

    private static void step(
            SSLEngine engine, java.nio.ByteBuffer in, java.nio.ByteBuffer out, java.nio.ByteBuffer nothing)
            throws Exception {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_WRAP -> {
                var _ = engine.wrap(java.nio.ByteBuffer.allocate(0), out);
            }
            default -> {
                in.flip();
                var _ = engine.unwrap(in, nothing.clear());
                in.compact();
            }
        }
    }

    private static final class Noting extends X509ExtendedTrustManager {
        private final List<BigInteger> shown;

        Noting(List<BigInteger> shown) {
            this.shown = shown;
        }

        private void note(java.security.cert.X509Certificate[] chain) {
            shown.add(chain[0].getSerialNumber());
        }

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {
            note(chain);
        }

        @Override
        public void checkClientTrusted(
                java.security.cert.X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(
                java.security.cert.X509Certificate[] chain, String type, java.net.Socket socket) {
            note(chain);
        }

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type, SSLEngine engine) {
            note(chain);
        }

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
