package org.mutatio.ports.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.ports.tls.CertificateFolder;
import org.mutatio.ports.tls.ServerTls;
import org.mutatio.ports.tls.TestAuthority;
import org.mutatio.ports.tls.TlsProfile;

/// What goes over the wire in a handshake, piece by piece.
class TlsLayerTest {
    @TempDir
    Path home;

    private ServerTls tls;

    @BeforeEach
    void make() throws Exception {
        new TestAuthority().put(home.resolve("config/tls/mail.example"), "P-256", "mail.example");
        var folder = new CertificateFolder(
                home.resolve("config/tls"),
                home.resolve("data/tls"),
                "mail.example",
                InstantSource.system(),
                new SecureRandom());
        folder.load();
        tls = new ServerTls(folder);
    }

    /// Two queues instead of a channel; each write is one piece.
    private static final class Pipe implements Layer {
        final LinkedBlockingQueue<ByteBuffer> fromClient = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<ByteBuffer> toClient = new LinkedBlockingQueue<>();
        private ByteBuffer rest = ByteBuffer.allocate(0);

        @Override
        public int read(byte[] into, int offset, int length, int millis) throws IOException {
            if (!rest.hasRemaining()) {
                try {
                    var next = fromClient.poll(millis, TimeUnit.MILLISECONDS);
                    if (next == null) {
                        throw new SocketTimeoutException("nothing came");
                    }
                    rest = next;
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            var count = Math.min(length, rest.remaining());
            rest.get(into, offset, count);
            return count;
        }

        @Override
        public boolean ready() {
            return rest.hasRemaining() || !fromClient.isEmpty();
        }

        @Override
        public int buffered() {
            return rest.remaining();
        }

        @Override
        public boolean ended() {
            return false;
        }

        @Override
        public void write(ByteBuffer octets) {
            toClient.add(ByteBuffer.allocate(octets.remaining()).put(octets).flip());
        }

        @Override
        public void trim() {}
    }

    private static SSLEngine client(String protocol) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Believing()}, null);
        var client = context.createSSLEngine("mail.example", 993);
        client.setUseClientMode(true);
        client.setEnabledProtocols(new String[] {protocol});
        return client;
    }

    /// A round trip of the network for each piece would make a handshake slow: one write a flight.
    @ParameterizedTest
    @CsvSource({"TLSv1.3,2", "TLSv1.2,2"}) // the server's flight and its tickets; its flight and its Finished
    void aFlightIsOneWrite(String protocol, int flights) throws Exception {
        var pipe = new Pipe();
        var failure = new AtomicReference<@Nullable Exception>();
        var server = Thread.ofVirtual().start(() -> {
            try {
                var end = System.nanoTime() + 10_000_000_000L;
                TlsLayer.accept(name -> tls.engine(TlsProfile.CLIENT, name), pipe, end)
                        .handshake(end);
            } catch (IOException | RuntimeException e) {
                failure.set(e);
            }
        });
        var client = client(protocol);
        client.beginHandshake();
        var sizes = new ArrayList<Integer>();
        var app = ByteBuffer.allocate(client.getSession().getApplicationBufferSize());
        var piece = ByteBuffer.allocate(0);
        for (var open = true; open; ) {
            switch (client.getHandshakeStatus()) {
                case NEED_WRAP -> {
                    var out = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
                    var _ = client.wrap(ByteBuffer.allocate(0), out);
                    pipe.fromClient.add(out.flip());
                }
                case NEED_TASK -> {
                    for (var task = client.getDelegatedTask(); task != null; task = client.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!piece.hasRemaining()) {
                        var next = pipe.toClient.poll(10, TimeUnit.SECONDS);
                        assertTrue(next != null, "the server is silent: " + failure.get());
                        piece = next;
                        sizes.add(piece.remaining());
                    }
                    assertEquals(
                            SSLEngineResult.Status.OK, client.unwrap(piece, app).getStatus());
                }
                default -> open = false;
            }
        }
        server.join(10_000);
        assertNull(failure.get());
        pipe.toClient.forEach(late -> sizes.add(late.remaining()));
        assertEquals(flights, sizes.size(), "octets of each write: " + sizes);
    }

    /// A hello that comes in drops is waited for; where it is none, JSSE says so.
    @Test
    void aHelloInDropsIsAHello() throws Exception {
        var pipe = new Pipe();
        var client = client("TLSv1.3");
        client.beginHandshake();
        var hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        var _ = client.wrap(ByteBuffer.allocate(0), hello);
        hello.flip();
        while (hello.hasRemaining()) {
            pipe.fromClient.add(ByteBuffer.wrap(new byte[] {hello.get()}));
        }
        var asked = new ArrayList<@Nullable String>();
        var _ = TlsLayer.accept(
                name -> {
                    asked.add(name);
                    return tls.engine(TlsProfile.CLIENT, name);
                },
                pipe,
                System.nanoTime() + 10_000_000_000L);
        assertEquals(List.of("mail.example"), asked);
    }

    private static final class Believing implements X509TrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
