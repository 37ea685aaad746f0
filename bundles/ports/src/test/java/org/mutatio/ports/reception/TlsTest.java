package org.mutatio.ports.reception;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import javax.net.ssl.ExtendedSSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.net.Connection;

class TlsTest {
    @TempDir
    Path home;

    private final TestTls client = new TestTls();
    private TestHouse house;

    @BeforeEach
    void open() throws IOException {
        house = new TestHouse(home);
        house.handlers.set(TestHouse::echo);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void implicitTlsFromTheFirstOctet(String protocol) throws Exception {
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        try (var tls = client.over(TestHouse.connect(port), "", protocol)) {
            var in = TestHouse.reader(tls);
            assertEquals("hello imaps", in.readLine());
            TestHouse.send(tls, "WHO\r\n");
            assertTrue(in.readLine().endsWith(" " + protocol));
            TestHouse.send(tls, "QUIT\r\n");
            assertEquals("bye", in.readLine());
            assertEquals(-1, in.read());
        }
    }

    @Test
    void startTlsGoesOnWithTheSameStreams() throws Exception {
        var port = house.open(TestHouse.settings("mx", "starttls"));
        try (var socket = TestHouse.connect(port)) {
            var plain = TestHouse.reader(socket);
            assertEquals("hello mx", plain.readLine());
            TestHouse.send(socket, "STARTTLS\r\n");
            assertEquals("go ahead", plain.readLine());
            var tls = client.over(socket, "");
            var in = TestHouse.reader(tls);
            TestHouse.send(tls, "WHO\r\n");
            assertTrue(in.readLine().endsWith(" TLSv1.3"));
        }
    }

    /// RFC 3207 section 5 and the paper of 2021: no octet of a handshake may follow.
    @ParameterizedTest
    @CsvSource({"together", "after the go-ahead"})
    void octetsBehindStartTlsEndTheConnectionWithoutHandshake(String when) throws Exception {
        var port = house.open(TestHouse.settings("mx", "starttls"));
        try (var socket = TestHouse.connect(port)) {
            var in = TestHouse.reader(socket);
            assertEquals("hello mx", in.readLine());
            TestHouse.send(socket, when.equals("together") ? "STARTTLS\r\nRSET\r\n" : "STARTTLS\r\n");
            assertEquals("go ahead", in.readLine());
            if (!when.equals("together")) {
                TestHouse.send(socket, "RSET\r\n");
            }
            assertEquals(-1, readOrReset(socket));
        }
    }

    private static int readOrReset(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("still open", e);
        } catch (IOException _) {
            return -1; // reset: closed with unread octets
        }
    }

    /// A swap begins between our go-ahead and the client's hello: the handshake is done, and the
    /// session hears of the swap before its next command. A sender whose handshake failed would come
    /// back without TLS.
    @ParameterizedTest
    @CsvSource({"hand over", "wake"})
    void noSignalBreaksAHandshakeThatWasGranted(String signal) throws Exception {
        var there = new LinkedBlockingQueue<Connection>();
        house.handlers.set(connection -> {
            var out = connection.socket().getOutputStream();
            connection.awaitInput(java.time.Duration.ofSeconds(10));
            assertEquals("STARTTLS", TestHouse.line(connection.socket().getInputStream()));
            TestHouse.say(out, "go ahead");
            there.add(connection);
            connection.startTls();
            TestHouse.say(out, String.valueOf(connection.awaitInput(java.time.Duration.ofSeconds(10))));
        });
        var port = house.open(TestHouse.settings("mx", "starttls"));
        try (var socket = TestHouse.connect(port)) {
            TestHouse.send(socket, "STARTTLS\r\n");
            assertEquals("go ahead", TestHouse.line(socket.getInputStream()));
            var connection = java.util.Objects.requireNonNull(there.poll(10, TimeUnit.SECONDS));
            if (signal.equals("wake")) {
                connection.wake();
            } else {
                house.handlers.set(TestHouse::echo);
                house.house.handlersChanged();
            }
            // A client far away: no fact shows that the server waits for it.
            java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            var tls = client.over(socket, "");
            assertEquals(signal.equals("wake") ? "READY" : "HAND_OVER", TestHouse.line(tls.getInputStream()));
        }
    }

    @Test
    void aClientThatIsSilentAfterStartTlsGetsNoMoreThanTheHandshakeDeadline() throws Exception {
        house.close();
        house = new TestHouse(
                home,
                TestHouse.ROOMY,
                new Timeouts(
                        TestHouse.SHORT.handler(),
                        TestHouse.SHORT.proxy(),
                        java.time.Duration.ofMillis(100),
                        TestHouse.SHORT.write()),
                new org.mutatio.vault.ChannelVault());
        house.handlers.set(TestHouse::echo);
        var port = house.open(TestHouse.settings("mx", "starttls"));
        try (var socket = TestHouse.connect(port)) {
            assertEquals("hello mx", TestHouse.line(socket.getInputStream()));
            TestHouse.send(socket, "STARTTLS\r\n");
            assertEquals("go ahead", TestHouse.line(socket.getInputStream()));
            assertEquals(-1, readOrReset(socket));
        }
    }

    /// A drop now and then buys nobody time: the deadline is for the whole handshake.
    @Test
    void aHandshakeThatDripsIsCut() throws Exception {
        house.close();
        house = new TestHouse(
                home,
                TestHouse.ROOMY,
                new Timeouts(
                        TestHouse.SHORT.handler(),
                        TestHouse.SHORT.proxy(),
                        java.time.Duration.ofMillis(200),
                        TestHouse.SHORT.write()),
                new org.mutatio.vault.ChannelVault());
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        try (var socket = TestHouse.connect(port)) {
            var hello = HexFormat.of().parseHex("1603010200010001fc0303"); // a hello of 508 octets begins
            var dripped = 0;
            try {
                for (; dripped < 508; dripped++) {
                    socket.getOutputStream().write(dripped < hello.length ? hello[dripped] : 0);
                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                }
            } catch (IOException _) {
                // cut
            }
            assertTrue(dripped < 508, "all of it was awaited");
        }
    }

    @Test
    void octetsOfTheClientsHelloBehindItsProxyHeaderAreTheHandshakes() throws Exception {
        var settings = ListenerSettings.of(
                "imaps",
                "imap",
                "",
                "127.0.0.1:0",
                "implicit",
                "",
                false,
                true,
                java.util.List.of("127.0.0.0/8"),
                java.util.Map.of());
        var port = house.open(settings);
        try (var socket = TestHouse.connect(port)) {
            socket.getOutputStream().write("PROXY TCP4 203.0.113.1 192.0.2.2 4711 993\r\n".getBytes(US_ASCII));
            try (var tls = client.over(socket, "")) { // no answer is awaited in between
                assertEquals("hello imaps", TestHouse.line(tls.getInputStream()));
                TestHouse.send(tls, "WHO\r\n");
                assertEquals("203.0.113.1:4711 TLSv1.3", TestHouse.line(tls.getInputStream()));
            }
        }
    }

    @Test
    void tlsComesOnceAndBeforeCompression() throws Exception {
        var refused = new LinkedBlockingQueue<String>();
        house.handlers.set(connection -> {
            connection.startCompression();
            refused.add(String.valueOf(assertThrows(IllegalStateException.class, connection::startTls)
                    .getMessage()));
            refused.add(String.valueOf(assertThrows(IllegalStateException.class, connection::startCompression)
                    .getMessage()));
        });
        var port = house.open(TestHouse.settings("mx", "starttls"));
        try (var socket = TestHouse.connect(port)) {
            assertEquals("TLS comes once, and before compression", refused.poll(10, TimeUnit.SECONDS));
            assertEquals("compression is on already", refused.poll(10, TimeUnit.SECONDS));
            assertEquals(-1, readOrReset(socket));
        }
    }

    /// A peer that sends what is not DEFLATE ends its own session.
    @Test
    void whatIsNotDeflateEndsTheSession() throws Exception {
        house.handlers.set(connection -> {
            connection.startCompression();
            connection.awaitInput(java.time.Duration.ofSeconds(10));
            connection.socket().getInputStream().read();
        });
        var port = house.open(TestHouse.settings("imap", "none"));
        try (var socket = TestHouse.connect(port)) {
            TestHouse.send(socket, "\u00ff\u00ff\u00ff\u00ff");
            var octet = 0;
            while (octet >= 0) { // what DEFLATE says at its end
                octet = readOrReset(socket);
            }
            assertEquals(-1, octet);
        }
    }

    @Test
    void garbageInsteadOfHandshakeIsAlertedAndClosed() throws Exception {
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        try (var socket = TestHouse.connect(port)) {
            TestHouse.send(socket, "a LOGIN ann secret\r\n");
            var octets = new ArrayList<Integer>();
            for (var octet = socket.getInputStream().read(); octet >= 0; octet = readOrReset(socket)) {
                octets.add(octet);
            }
            assertTrue(octets.size() <= 7, "an alert at most, not " + octets);
        }
        assertEquals(
                1.0,
                house.house.meters().samples().stream()
                        .filter(sample -> sample.name().equals("mutatio_tls_failures_total"))
                        .mapToDouble(sample -> sample.value())
                        .sum());
    }

    @Test
    void aSilentClientGetsNoMoreThanTheHandshakeDeadline() throws Exception {
        house.close();
        house = new TestHouse(
                home,
                TestHouse.ROOMY,
                new Timeouts(
                        TestHouse.SHORT.handler(),
                        TestHouse.SHORT.proxy(),
                        java.time.Duration.ofMillis(100),
                        TestHouse.SHORT.write()),
                new org.mutatio.vault.ChannelVault());
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        try (var socket = TestHouse.connect(port)) {
            assertEquals(-1, readOrReset(socket));
        }
    }

    @Test
    void noRenegotiationByTheClient() throws Exception { // RFC 9325 section 3.5
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        try (var tls = client.over(TestHouse.connect(port), "", "TLSv1.2")) {
            var in = TestHouse.reader(tls);
            assertEquals("hello imaps", in.readLine());
            assertThrows(IOException.class, () -> {
                tls.startHandshake();
                TestHouse.send(tls, "WHO\r\n");
                in.readLine();
                throw new AssertionError("renegotiated");
            });
        }
    }

    @Test
    void keyUpdatesOfTls13AreFollowed() throws Exception { // RFC 8446 section 4.6.3
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        try (var tls = client.over(TestHouse.connect(port), "", "TLSv1.3")) {
            var in = TestHouse.reader(tls);
            assertEquals("hello imaps", in.readLine());
            tls.startHandshake(); // in TLS 1.3 JSSE sends a KeyUpdate
            TestHouse.send(tls, "one\r\n");
            assertEquals("one", in.readLine());
            TestHouse.send(tls, "two\r\n");
            assertEquals("two", in.readLine());
        }
    }

    @Test
    void channelBindingsAreTheClientsAlsoInAResumedSession() throws Exception { // RFC 5929, RFC 9266
        house.handlers.set(connection -> {
            var tls = connection.tls().orElseThrow();
            var out = connection.socket().getOutputStream();
            TestHouse.say(out, hex(tls.channelBinding("tls-server-end-point")));
            TestHouse.say(out, hex(tls.channelBinding("tls-exporter")));
            TestHouse.say(out, hex(tls.channelBinding("tls-unique")));
            connection.awaitInput(java.time.Duration.ofSeconds(5));
        });
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        var created = 0L;
        for (var round = 0; round < 2; round++) {
            try (var tls = client.over(TestHouse.connect(port), "localhost", "TLSv1.3")) {
                var in = TestHouse.reader(tls);
                var digest = MessageDigest.getInstance("SHA-256")
                        .digest(TestTls.shown(tls).getEncoded());
                assertEquals(HexFormat.of().formatHex(digest), in.readLine());
                var exported = ((ExtendedSSLSession) tls.getSession())
                        .exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32);
                assertEquals(HexFormat.of().formatHex(exported), in.readLine());
                assertEquals("-", in.readLine());
                if (round == 1) {
                    assertEquals(created, tls.getSession().getCreationTime(), "resumed by ticket");
                }
                created = tls.getSession().getCreationTime();
            }
        }
    }

    private static String hex(java.util.Optional<java.nio.ByteBuffer> binding) {
        return binding.map(octets -> {
                    var copy = new byte[octets.remaining()];
                    octets.get(copy);
                    return HexFormat.of().formatHex(copy);
                })
                .orElse("-");
    }

    @Test
    void halfRecordsSurviveTimeouts() throws Exception {
        var timeouts = new LinkedBlockingQueue<String>();
        house.handlers.set(connection -> {
            TestHouse.say(connection.socket().getOutputStream(), "hello");
            connection.socket().setSoTimeout(5);
            var in = connection.socket().getInputStream();
            var text = new StringBuilder();
            while (text.length() < 6) {
                try {
                    var octet = in.read();
                    if (octet < 0) {
                        return;
                    }
                    text.append((char) octet);
                } catch (SocketTimeoutException _) {
                    timeouts.add("timeout");
                }
            }
            TestHouse.say(connection.socket().getOutputStream(), text.toString());
        });
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        var cut = new CountDownLatch(1);
        try (var relay = new Relay(port, cut, timeouts)) {
            var tls = client.over(TestHouse.connect(relay.port()), "");
            assertEquals("hello", TestHouse.line(tls.getInputStream())); // so the handshake is over on both sides
            cut.countDown();
            timeouts.clear();
            TestHouse.send(tls, "abcdef");
            assertEquals("abcdef", TestHouse.reader(tls).readLine());
            assertTrue(relay.pieces.get() > 3, "the record came in pieces: " + relay.pieces);
            tls.close();
        }
    }

    /// Passes octets on; after the cut it gives the server one third of them at a time, and waits for a
    /// time-out there in between.
    private static final class Relay implements AutoCloseable {
        private final ServerSocket in = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        final java.util.concurrent.atomic.AtomicInteger pieces = new java.util.concurrent.atomic.AtomicInteger();

        Relay(int target, CountDownLatch cut, LinkedBlockingQueue<String> timeouts) throws IOException {
            Thread.ofVirtual().start(() -> {
                try (var client = in.accept();
                        var server = TestHouse.connect(target)) {
                    Thread.ofVirtual().start(() -> pass(server, client));
                    var buffer = new byte[4096];
                    for (var n = client.getInputStream().read(buffer);
                            n >= 0;
                            n = client.getInputStream().read(buffer)) {
                        if (cut.getCount() > 0) {
                            server.getOutputStream().write(buffer, 0, n);
                            continue;
                        }
                        for (var at = 0; at < n; at += Math.max(1, n / 3)) {
                            server.getOutputStream().write(buffer, at, Math.min(Math.max(1, n / 3), n - at));
                            pieces.incrementAndGet();
                            timeouts.poll(5, TimeUnit.SECONDS);
                        }
                    }
                } catch (IOException | InterruptedException _) {
                    // over
                }
            });
        }

        private static void pass(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                to.shutdownOutput();
            } catch (IOException _) {
                // over
            }
        }

        int port() {
            return in.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"none,false", "implicit,false", "none,true", "implicit,true"})
    void megabytesComeAndGoWhole(String tls, boolean deflate) throws Exception {
        var size = 3_000_000;
        house.handlers.set(connection -> {
            if (deflate) {
                connection.startCompression();
            }
            swallowAndReturn(connection, size);
        });
        var port = house.open(TestHouse.settings("big", tls));
        var octets = new byte[size];
        new Random(7).nextBytes(octets);
        java.util.Arrays.fill(octets, 1_000_000, 2_000_000, (byte) 'a');
        try (var raw = TestHouse.connect(port);
                var socket = tls.equals("implicit") ? client.over(raw, "") : raw) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            if (deflate) {
                out = new DeflaterOutputStream(
                        out, new java.util.zip.Deflater(java.util.zip.Deflater.BEST_SPEED, true), 4096, true);
                in = new InflaterInputStream(in, new java.util.zip.Inflater(true));
            }
            var sender = out;
            var sending = Thread.ofVirtual().start(() -> {
                try {
                    sender.write(octets);
                    sender.flush();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            var back = in.readNBytes(size);
            sending.join(10_000);
            assertArrayEquals(octets, back);
        }
    }

    /// Reads in odd portions, and writes what it read in other ones.
    private static void swallowAndReturn(Connection connection, int size) throws IOException {
        var in = connection.socket().getInputStream();
        var out = connection.socket().getOutputStream();
        var all = new byte[size];
        var checksum = new CRC32();
        var random = new Random(3);
        for (var at = 0; at < size; ) {
            if (random.nextInt(50) == 0) {
                connection.awaitInput(java.time.Duration.ofSeconds(5));
            }
            var want = Math.min(size - at, 1 + random.nextInt(40_000));
            var n = in.read(all, at, want);
            if (n < 0) {
                return;
            }
            checksum.update(all, at, n);
            at += n;
        }
        for (var at = 0; at < size; ) {
            var n = Math.min(size - at, 1 + random.nextInt(30_000));
            out.write(all, at, n);
            at += n;
        }
        out.flush();
    }

    @Test
    void compressionInTheMiddleOfAConversation() throws Exception { // RFC 4978
        var port = house.open(TestHouse.settings("imaps", "implicit"));
        try (var tls = client.over(TestHouse.connect(port), "")) {
            TestHouse.send(tls, "DEFLATE\r\n");
            assertEquals("hello imaps", TestHouse.line(tls.getInputStream()));
            assertEquals("go ahead", TestHouse.line(tls.getInputStream()));
            var in = new InflaterInputStream(tls.getInputStream(), new java.util.zip.Inflater(true), 1);
            var out = new DeflaterOutputStream(tls.getOutputStream(), new java.util.zip.Deflater(9, true), 512, true);
            for (var line : new String[] {"one", "two", "three"}) {
                TestHouse.say(out, line);
                assertEquals(line, TestHouse.line(in));
            }
            TestHouse.say(out, "QUIT");
            assertEquals("bye", TestHouse.line(in));
        }
    }

    @Test
    void theKeyOfTheFirstStartIsForItsOwnerOnly() throws Exception {
        var key = home.resolve("data/tls/self-signed/privkey.pem");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    }
}
