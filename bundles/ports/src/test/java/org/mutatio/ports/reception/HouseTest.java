package org.mutatio.ports.reception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.ports.limit.Limits;
import org.mutatio.ports.limit.Networks;
import org.mutatio.vault.ChannelVault;

class HouseTest {
    private static final Limits STRICT = new Limits(3, 100, 2, 500, 1_000, Networks.NONE);

    @TempDir
    Path home;

    private static ListenerSettings listener(String name, String protocol, String address, List<String> proxies) {
        return ListenerSettings.of(
                name, protocol, "", address, "none", "", false, !proxies.isEmpty(), proxies, Map.of("banner", "short"));
    }

    @Test
    void aConnectionWaitsForItsHandler() throws Exception { // a swap of the protocol bundle
        try (var house = new TestHouse(home)) {
            var port = house.open(TestHouse.settings("test", "none"));
            house.handlers.set(TestHouse::echo);
            house.handlers.set(null);
            try (var socket = TestHouse.connect(port)) {
                TestHouse.send(socket, "early\r\n");
                while (house.house.sessions() == 0) {
                    Thread.onSpinWait();
                }
                house.handlers.set(TestHouse::echo);
                var in = TestHouse.reader(socket);
                assertEquals("hello test", in.readLine());
                assertEquals("early", in.readLine());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            smtp | 421 4.3.2 service is being replaced, try again
            imap | * BYE [UNAVAILABLE] service is being replaced, try again
            """)
    void withoutAnyHandlerItIsToldSo(String protocol, String farewell) throws Exception {
        var patience = new Timeouts(
                Duration.ofMillis(50), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
        try (var house = new TestHouse(home, TestHouse.ROOMY, patience, new ChannelVault())) {
            var port = house.open(listener("test", protocol, "127.0.0.1:0", List.of()));
            try (var socket = TestHouse.connect(port)) {
                var in = TestHouse.reader(socket);
                assertEquals(farewell, in.readLine());
                assertEquals(-1, in.read());
            }
        }
    }

    @Test
    void theFourthStrangerIsRefusedUntilOneLogsIn() throws Exception {
        try (var house = new TestHouse(home, STRICT, TestHouse.SHORT, new ChannelVault())) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(TestHouse.settings("test", "none"));
            var sockets = new ArrayList<Socket>();
            for (var i = 0; i < 3; i++) {
                sockets.add(TestHouse.connect(port));
                assertEquals("hello test", TestHouse.line(sockets.get(i).getInputStream()));
            }
            try (var fourth = TestHouse.connect(port)) {
                assertEquals(
                        "421 4.7.0 too many connections from you, try again later",
                        TestHouse.line(fourth.getInputStream()));
                assertEquals(-1, fourth.getInputStream().read());
            }
            for (var i = 0; i < 3; i++) {
                TestHouse.send(sockets.get(i), "LOGIN ann\r\n");
                assertEquals(
                        i < 2 ? "in" : "too many", TestHouse.line(sockets.get(i).getInputStream()));
            }
            try (var fifth = TestHouse.connect(port)) {
                assertEquals("hello test", TestHouse.line(fifth.getInputStream()));
            }
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void theProxysHeaderNamesTheClient() throws Exception {
        try (var house = new TestHouse(home, STRICT, TestHouse.SHORT, new ChannelVault())) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(listener("test", "smtp", "127.0.0.1:0", List.of("127.0.0.0/8")));
            for (var i = 0; i < 4; i++) { // more than one address may have: they are others'
                try (var socket = TestHouse.connect(port)) {
                    TestHouse.send(socket, "PROXY TCP4 203.0.113." + i + " 192.0.2.2 4711 25\r\nWHO\r\n");
                    assertEquals("hello test", TestHouse.line(socket.getInputStream()));
                    assertEquals("203.0.113." + i + ":4711 plain", TestHouse.line(socket.getInputStream()));
                }
            }
        }
    }

    @Test
    void theClientBehindTheProxyIsLimited() throws Exception {
        try (var house = new TestHouse(home, STRICT, TestHouse.SHORT, new ChannelVault())) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(listener("test", "smtp", "127.0.0.1:0", List.of("127.0.0.0/8")));
            var sockets = new ArrayList<Socket>();
            for (var i = 0; i < 4; i++) {
                sockets.add(TestHouse.connect(port));
                TestHouse.send(sockets.get(i), "PROXY TCP4 203.0.113.1 192.0.2.2 4711 25\r\n");
                assertEquals(
                        i < 3 ? "hello test" : "421 4.7.0 too many connections from you, try again later",
                        TestHouse.line(sockets.get(i).getInputStream()));
            }
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"EHLO me, 2000", "'', 150", "PROXY TCP4 203.0.113.1, 150"})
    void withoutItsHeaderAProxyIsClosed(String instead, long millis) throws Exception {
        var hurry = new Timeouts(
                Duration.ofSeconds(5), Duration.ofMillis(millis), Duration.ofSeconds(5), Duration.ofSeconds(5));
        try (var house = new TestHouse(home, STRICT, hurry, new ChannelVault())) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(listener("test", "smtp", "127.0.0.1:0", List.of("127.0.0.0/8")));
            try (var socket = TestHouse.connect(port)) {
                TestHouse.send(socket, instead + (instead.startsWith("E") ? "\r\n" : ""));
                assertEquals(-1, socket.getInputStream().read());
            }
        }
    }

    @Test
    void othersThanTheProxyMayNotForgeAHeader() throws Exception {
        try (var house = new TestHouse(home)) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(listener("test", "smtp", "127.0.0.1:0", List.of("192.0.2.7/32")));
            try (var socket = TestHouse.connect(port)) {
                TestHouse.send(socket, "PROXY TCP4 203.0.113.1 192.0.2.2 4711 25\r\nWHO\r\n");
                assertEquals("hello test", TestHouse.line(socket.getInputStream()));
                assertEquals("PROXY TCP4 203.0.113.1 192.0.2.2 4711 25", TestHouse.line(socket.getInputStream()));
                assertEquals("127.0.0.1:" + socket.getLocalPort() + " plain", TestHouse.line(socket.getInputStream()));
            }
        }
    }

    @Test
    void aBusyPortNamesTheCureAndIsBoundWhenItIsFree() throws Exception {
        try (var house = new TestHouse(home)) {
            int port;
            try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = other.getLocalPort();
                house.house.listeners().open(listener("mx", "smtp", "127.0.0.1:" + port, List.of()));
                var state = house.house.listeners().states().getFirst();
                assertFalse(state.bound());
                assertEquals(
                        "127.0.0.1:" + port + " is in use by another program; `ss -ltnp 'sport = :" + port
                                + "'` names it: stop it, or change the address of [[listener]] \"mx\" of mutatio.toml",
                        state.problem());
            }
            house.house.listeners().retry();
            assertTrue(house.house.listeners().states().getFirst().bound());
            house.handlers.set(TestHouse::echo);
            try (var socket = TestHouse.connect(port)) {
                assertEquals("hello mx", TestHouse.line(socket.getInputStream()));
            }
        }
    }

    @Test
    void aChangedTableMovesItsOwnSocketOnly() throws Exception {
        try (var house = new TestHouse(home)) {
            house.handlers.set(TestHouse::echo);
            var one = listener("one", "smtp", "127.0.0.1:0", List.of());
            var two = listener("two", "smtp", "127.0.0.1:0", List.of());
            var portOfOne = house.open(one);
            var portOfTwo = house.open(two);
            try (var old = TestHouse.connect(portOfOne)) {
                assertEquals("hello one", TestHouse.line(old.getInputStream()));
                house.house.listeners().change(one, listener("one", "imap", "127.0.0.1:0", List.of())); // same address
                assertEquals(
                        portOfOne, house.house.listeners().states().getFirst().port());
                house.house.listeners().change(one, listener("one", "smtp", "[::1]:0", List.of()));
                var states = house.house.listeners().states();
                assertEquals(portOfTwo, states.getFirst().port());
                assertEquals("[::1]:0", states.getLast().address());
                TestHouse.send(old, "still here\r\n");
                assertEquals("still here", TestHouse.line(old.getInputStream()));
            }
            assertThrows(java.net.ConnectException.class, () -> TestHouse.connect(portOfOne));
            try (var socket = TestHouse.connect(portOfTwo)) {
                assertEquals("hello two", TestHouse.line(socket.getInputStream()));
            }
        }
    }

    @Test
    void bothFamiliesComeThroughTheStar() throws Exception {
        try (var house = new TestHouse(home)) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(listener("star", "smtp", "*:0", List.of()));
            for (var address : new String[] {"127.0.0.1", "::1"}) {
                try (var socket = new Socket(InetAddress.ofLiteral(address), port)) {
                    assertEquals("hello star", TestHouse.line(socket.getInputStream()));
                }
            }
        }
    }

    @Test
    void aNewerHouseGoesOnWithTheSocketsAndRefusesNobody() throws Exception {
        var vault = new ChannelVault();
        var old = new TestHouse(home, TestHouse.ROOMY, TestHouse.SHORT, vault);
        old.handlers.set(TestHouse::echo);
        var settings = TestHouse.settings("test", "none");
        var port = old.open(settings);
        var served = new AtomicInteger();
        var refused = new AtomicInteger();
        var stop = new AtomicBoolean();
        var client = Thread.ofVirtual().start(() -> {
            while (!stop.get()) {
                try (var socket = TestHouse.connect(port)) {
                    TestHouse.send(socket, "QUIT\r\n");
                    if (TestHouse.line(socket.getInputStream()).startsWith("hello")) {
                        served.incrementAndGet();
                    }
                } catch (java.io.IOException _) {
                    refused.incrementAndGet();
                }
            }
        });
        var house = old;
        try (var session = TestHouse.connect(port)) {
            assertEquals("hello test", TestHouse.line(session.getInputStream()));
            for (var swap = 0; swap < 5; swap++) {
                house.house.listeners().letGo("test");
                house.house.close();
                assertEquals(1, vault.names("listener/").size());
                house = new TestHouse(home, TestHouse.ROOMY, TestHouse.SHORT, vault);
                house.handlers.set(TestHouse::echo);
                assertEquals(port, house.open(settings));
            }
            // The session of the first house is asked to end, and was not cut.
            assertEquals("hand over", TestHouse.line(session.getInputStream()));
        }
        stop.set(true);
        client.join(5_000);
        assertEquals(0, refused.get());
        assertTrue(served.get() > 0);
        house.close();
        assertThrows(java.net.ConnectException.class, () -> TestHouse.connect(port));
        assertEquals(List.of(), vault.names("").stream().toList());
    }

    @Test
    void aSocketThatNoTableClaimsIsClosed() throws Exception { // its table went while this bundle was replaced
        var vault = new ChannelVault();
        var old = new TestHouse(home, TestHouse.ROOMY, TestHouse.SHORT, vault);
        var gone = old.open(TestHouse.settings("gone", "none"));
        var kept = old.open(TestHouse.settings("kept", "none"));
        old.house.listeners().letGo("gone");
        old.house.listeners().letGo("kept");
        old.house.close();
        try (var house = new TestHouse(home, TestHouse.ROOMY, TestHouse.SHORT, vault)) {
            house.handlers.set(TestHouse::echo);
            assertEquals(kept, house.open(TestHouse.settings("kept", "none")));
            TestHouse.connect(gone).close(); // the kernel takes it still
            house.house.listeners().closeOrphans();
            assertThrows(java.net.ConnectException.class, () -> TestHouse.connect(gone));
            try (var socket = TestHouse.connect(kept)) {
                assertEquals("hello kept", TestHouse.line(socket.getInputStream()));
            }
        }
    }

    /// The old house has a minute behind it when the new one runs already: what it gave on, and what
    /// came after it, is not its own any more.
    @Test
    void aHouseThatIsBeingReplacedClosesNoSocketOfTheNewOne() throws Exception {
        var vault = new ChannelVault();
        try (var old = new TestHouse(home, TestHouse.ROOMY, TestHouse.SHORT, vault);
                var house = new TestHouse(home, TestHouse.ROOMY, TestHouse.SHORT, vault)) {
            house.handlers.set(TestHouse::echo);
            var shared = old.open(TestHouse.settings("shared", "none"));
            assertEquals(shared, house.open(TestHouse.settings("shared", "none")));
            var fresh = house.open(TestHouse.settings("fresh", "none"));
            old.house.listeners().letGo("shared");
            old.house.listeners().closeOrphans();
            for (var port : List.of(shared, fresh)) {
                try (var socket = TestHouse.connect(port)) {
                    assertTrue(TestHouse.line(socket.getInputStream()).startsWith("hello "));
                }
            }
        }
    }

    @Test
    void aNewNameThatIsTakenIsRefusedAndTheOldListenerServesOn() throws Exception {
        try (var house = new TestHouse(home)) {
            house.handlers.set(TestHouse::echo);
            var one = TestHouse.settings("one", "none");
            var port = house.open(one);
            assertTrue(house.open(TestHouse.settings("two", "none")) > 0);
            var e = assertThrows(
                    IllegalArgumentException.class,
                    () -> house.house.listeners().change(one, TestHouse.settings("two", "none")));
            assertEquals("[[listener]] \"two\" is there twice: names must differ", e.getMessage());
            try (var socket = TestHouse.connect(port)) {
                assertEquals("hello one", TestHouse.line(socket.getInputStream()));
            }
            house.house.listeners().change(one, TestHouse.settings("three", "none"));
            assertEquals(
                    List.of("two", "three"),
                    house.house.listeners().states().stream()
                            .map(ListenerState::name)
                            .toList());
        }
    }

    /// Whoever reaches the proxy's network without being a proxy says nothing: that costs a place as well.
    @Test
    void whoWaitsWithHisHeaderIsCountedInAll() throws Exception {
        var few = new Limits(20, 100, 40, 500, 3, Networks.NONE);
        try (var house = new TestHouse(home, few, TestHouse.SHORT, new ChannelVault())) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(listener("test", "smtp", "127.0.0.1:0", List.of("127.0.0.0/8")));
            var silent = new ArrayList<Socket>();
            for (var i = 0; i < 3; i++) {
                silent.add(TestHouse.connect(port));
            }
            while (house.house.sessions() < 3) {
                Thread.onSpinWait();
            }
            try (var fourth = TestHouse.connect(port)) {
                assertEquals(
                        "421 4.4.5 too many connections, try again later", TestHouse.line(fourth.getInputStream()));
            }
            // With its header the third is a client, and takes no second place.
            TestHouse.send(silent.getLast(), "PROXY TCP4 203.0.113.1 192.0.2.2 4711 25\r\n");
            assertEquals("hello test", TestHouse.line(silent.getLast().getInputStream()));
            for (var socket : silent) {
                socket.close();
            }
            awaitNobody(house);
            for (var i = 0; i < 5; i++) { // and all places were given back
                try (var socket = TestHouse.connect(port)) {
                    TestHouse.send(socket, "PROXY UNKNOWN\r\n");
                    assertEquals("hello test", TestHouse.line(socket.getInputStream()));
                    TestHouse.send(socket, "QUIT\r\n");
                    assertEquals("bye", TestHouse.line(socket.getInputStream()));
                }
                awaitNobody(house);
            }
        }
    }

    private static void awaitNobody(TestHouse house) {
        var end = System.nanoTime() + 10_000_000_000L;
        while (house.house.sessions() > 0) {
            assertTrue(System.nanoTime() < end, "sessions stay");
            Thread.onSpinWait();
        }
    }

    /// A handler may fail in any way: an Error of a class that its bundle took along, a socket that it
    /// closed. Its place, its channel and its entry in the vault are given back.
    @ParameterizedTest
    @CsvSource({"error", "close", "refused TLS", "open streams"})
    void howeverASessionEndsNothingOfItStays(String how) throws Exception {
        var one = new Limits(1, 100, 1, 500, 1_000, Networks.NONE);
        try (var house = new TestHouse(home, one, TestHouse.SHORT, new ChannelVault())) {
            house.handlers.set(connection -> {
                switch (how) {
                    case "error" -> throw new NoClassDefFoundError("org/mutatio/gone/Later, for this test");
                    case "close" -> connection.socket().close();
                    case "refused TLS" -> {
                        TestHouse.say(connection.socket().getOutputStream(), "go ahead");
                        connection.startTls(); // the client says something else
                    }
                    default -> {
                        connection.startCompression();
                        connection.socket().getOutputStream().write(1);
                    }
                }
            });
            var port = house.open(TestHouse.settings("test", "starttls"));
            for (var i = 0; i < 3; i++) { // one address may have one connection
                try (var socket = TestHouse.connect(port)) {
                    TestHouse.send(socket, "no handshake\r\n");
                    var text = new String(readAll(socket), java.nio.charset.StandardCharsets.ISO_8859_1);
                    assertFalse(text.startsWith("421"), text);
                }
                awaitNobody(house);
                assertEquals(Set.of(), house.vault.names("connection/"));
            }
            assertEquals(
                    0,
                    house.house.meters().samples().stream()
                            .filter(sample -> sample.name().equals("mutatio_connections_active"))
                            .mapToDouble(sample -> sample.value())
                            .sum());
        }
    }

    private static byte[] readAll(Socket socket) {
        var octets = new java.io.ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(octets);
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("still open", e);
        } catch (java.io.IOException _) {
            // reset: the end as well
        }
        return octets.toByteArray();
    }

    @Test
    void aHouseThatCannotBeBuiltLeavesNoThreadBehind() throws Exception {
        java.nio.file.Files.createDirectories(home.resolve("data"));
        java.nio.file.Files.writeString(home.resolve("data/tls"), "a file where the folder should be");
        var before = threads();
        for (var i = 0; i < 3; i++) {
            assertThrows(java.io.IOException.class, () -> new TestHouse(home));
        }
        assertNoneSince(before);
    }

    @Test
    void aHouseThatIsClosedLeavesNoThreadBehind() throws Exception {
        var before = threads();
        for (var i = 0; i < 3; i++) {
            try (var house = new TestHouse(home)) {
                house.handlers.set(TestHouse::echo);
                try (var socket = TestHouse.connect(house.open(TestHouse.settings("test", "none")))) {
                    assertEquals("hello test", TestHouse.line(socket.getInputStream()));
                }
            }
        }
        assertNoneSince(before);
    }

    /// Platform threads of ours; those of other tests may be on their way out.
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ports-"))
                .collect(java.util.stream.Collectors.toSet());
    }

    private static void assertNoneSince(Set<Thread> before) {
        var end = System.nanoTime() + 10_000_000_000L;
        while (!before.containsAll(threads()) && System.nanoTime() < end) {
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
        var left = threads();
        left.removeAll(before);
        assertEquals(Set.of(), left);
    }

    @Test
    void aDrainAsksEverybodyAndCountsWhoStays() throws Exception {
        try (var house = new TestHouse(home)) {
            var stubborn = new CountDownLatch(1);
            house.handlers.set(connection -> {
                if (connection.listener().name().equals("test")) {
                    TestHouse.echo(connection);
                    return;
                }
                try {
                    assertTrue(stubborn.await(10, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (var socket = TestHouse.connect(house.open(TestHouse.settings("test", "none")));
                    var _ = TestHouse.connect(house.open(TestHouse.settings("stubborn", "none")))) {
                assertEquals("hello test", TestHouse.line(socket.getInputStream()));
                while (house.house.sessions() < 2) {
                    Thread.onSpinWait();
                }
                var reader = Thread.ofVirtual().start(() -> {
                    try {
                        assertEquals("hand over", TestHouse.line(socket.getInputStream()));
                        socket.shutdownOutput();
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                assertEquals(1, house.house.drain(Instant.now().plusMillis(700)));
                reader.join(5_000);
                stubborn.countDown();
            }
        }
    }

    @Test
    void aHandlerThatFailsCostsItsOwnSessionOnly() throws Exception {
        try (var house = new TestHouse(home)) {
            house.handlers.set(connection -> {
                throw new IllegalStateException("a bug of ours, for this test");
            });
            var port = house.open(TestHouse.settings("test", "none"));
            try (var socket = TestHouse.connect(port)) {
                assertEquals(-1, socket.getInputStream().read());
            }
            house.handlers.set(TestHouse::echo);
            try (var socket = TestHouse.connect(port)) {
                assertEquals("hello test", TestHouse.line(socket.getInputStream()));
            }
        }
    }

    @Test
    void freeKeysGoToTheProtocolBundle() throws Exception {
        try (var house = new TestHouse(home)) {
            house.handlers.set(connection -> TestHouse.say(
                    connection.socket().getOutputStream(),
                    connection.listener().settings().get("banner") + " "
                            + connection.listener().role()));
            try (var socket = TestHouse.connect(house.open(listener("test", "smtp", "127.0.0.1:0", List.of())))) {
                assertEquals("short mx", TestHouse.line(socket.getInputStream()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pop3 |            | 127.0.0.1:0 | none |        | false | [[listener]] "x": protocol = "pop3": must be "smtp" or "imap"
            imap | mx         | 127.0.0.1:0 | none |        | false | [[listener]] "x": role = "mx": imap has no roles
            smtp | relay      | 127.0.0.1:0 | none |        | false | [[listener]] "x": role = "relay": must be "mx", "submission" or "lmtp"
            smtp | mx         | 127.0.0.1   | none |        | false | [[listener]] "x": address = "127.0.0.1" is no listening address; write it like "127.0.0.1:2525", "[::1]:2525" or "*:25"
            smtp | mx         | host.test:1 | none |        | false | [[listener]] "x": address = "host.test:1" is no listening address; write it like "127.0.0.1:2525", "[::1]:2525" or "*:25"
            smtp | mx         | 127.0.0.1:0 | yes  |        | false | [[listener]] "x": tls = "yes": must be "none", "starttls" or "implicit"
            smtp | submission | *:587       | none |        | true  | [[listener]] "x": plaintext-auth = true is for loopback addresses only, such as "127.0.0.1:2587"; this one is "*:587"
            smtp | mx         | 127.0.0.1:0 | starttls | old | false | [[listener]] "x": tls-profile = "old": must be "mx" or "client"
            smtp | mx         | 127.0.0.1:0 | none | client | false | [[listener]] "x": tls-profile = "client" has no meaning where tls = "none": leave one of them out
            """)
    void aTableThatMakesNoSenseIsNamed(
            String protocol,
            String role,
            String address,
            String tls,
            String profile,
            boolean plaintextAuth,
            String problem) {
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> ListenerSettings.of(
                        "x",
                        protocol,
                        role == null ? "" : role,
                        address,
                        tls,
                        profile == null ? "" : profile,
                        plaintextAuth,
                        false,
                        List.of(),
                        Map.of()));
        assertEquals(problem, e.getMessage());
    }
}
