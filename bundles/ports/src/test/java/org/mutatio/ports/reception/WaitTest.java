package org.mutatio.ports.reception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.net.Connection;
import org.mutatio.net.Connection.Input;

/// What `awaitInput` answers when. The session's thread does what the test asks it to.
class WaitTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    /// Longer than a session counts as busy, so that the selector is in charge.
    private static final Duration IDLE = Duration.ofMillis(60);

    @TempDir
    Path home;

    private interface Step {
        Object with(Connection connection) throws IOException;
    }

    private final CountDownLatch over = new CountDownLatch(1);
    private final SynchronousQueue<Step> steps = new SynchronousQueue<>();
    private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
    private final AtomicReference<@Nullable Connection> arrived = new AtomicReference<>();
    private TestHouse house;
    private Socket socket;

    @BeforeEach
    void open() throws Exception {
        house = new TestHouse(home);
        var there = new CountDownLatch(1);
        house.handlers.set(connection -> {
            arrived.set(connection);
            there.countDown();
            try {
                while (over.getCount() > 0) {
                    var step = steps.poll(20, TimeUnit.MILLISECONDS);
                    if (step == null) {
                        continue;
                    }
                    var answer = step.with(connection);
                    answers.add(answer);
                    if (answer.equals("end")) {
                        return;
                    }
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        socket = TestHouse.connect(house.open(TestHouse.settings("test", "none")));
        assertTrue(there.await(5, TimeUnit.SECONDS));
    }

    @AfterEach
    void close() throws Exception {
        over.countDown();
        socket.close();
        house.close();
    }

    private Connection connection() {
        return java.util.Objects.requireNonNull(arrived.get());
    }

    private void begin(Step step) throws InterruptedException {
        assertTrue(steps.offer(step, 5, TimeUnit.SECONDS));
    }

    private Object answer() throws InterruptedException {
        var answer = answers.poll(10, TimeUnit.SECONDS);
        if (answer == null) {
            throw new AssertionError("no answer");
        }
        return answer;
    }

    private Object does(Step step) throws InterruptedException {
        begin(step);
        return answer();
    }

    private Object waits(Duration deadline) throws InterruptedException {
        return does(c -> c.awaitInput(deadline));
    }

    @Test
    void zeroAsksWithoutWaiting() throws Exception {
        assertEquals(Input.TIMEOUT, waits(Duration.ZERO));
        TestHouse.send(socket, "x");
        assertEquals(Input.READY, waits(LONG));
        assertEquals(Input.READY, waits(Duration.ZERO));
        assertEquals(1, does(Connection::available));
        assertEquals((int) 'x', does(c -> c.socket().getInputStream().read()));
        assertEquals(Input.TIMEOUT, waits(Duration.ZERO));
    }

    @Test
    void theDeadlineEndsAnIdleWait() throws Exception {
        assertEquals(Input.TIMEOUT, waits(Duration.ofMillis(3)));
        assertEquals(Input.TIMEOUT, waits(IDLE));
        assertEquals(Input.TIMEOUT, waits(IDLE));
    }

    @Test
    void octetsEndAnIdleWait() throws Exception {
        for (var i = 0; i < 5; i++) {
            begin(c -> c.awaitInput(LONG));
            untilIdle();
            TestHouse.send(socket, "x");
            assertEquals(Input.READY, answer());
            assertEquals((int) 'x', does(c -> c.socket().getInputStream().read()));
        }
    }

    /// Until the session's thread sleeps in the selector's care: the only fact of it that shows is the time.
    private static void untilIdle() {
        var end = System.nanoTime() + IDLE.toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    @Test
    void theEndOfThePeerEndsAWait() throws Exception {
        begin(c -> c.awaitInput(LONG));
        untilIdle();
        socket.shutdownOutput();
        assertEquals(Input.CLOSED, answer());
        assertEquals(-1, does(c -> c.socket().getInputStream().read()));
        assertEquals(Input.CLOSED, waits(LONG));
    }

    @Test
    void octetsBeforeTheEndComeFirst() throws Exception {
        TestHouse.send(socket, "x");
        socket.shutdownOutput();
        assertEquals(Input.READY, waits(LONG));
        assertEquals((int) 'x', does(c -> c.socket().getInputStream().read()));
        assertEquals(Input.CLOSED, waits(LONG));
    }

    @Test
    void aWakeEndsAWaitAndIsRememberedOnce() throws Exception {
        begin(c -> c.awaitInput(LONG));
        untilIdle();
        connection().wake();
        assertEquals(Input.READY, answer());
        assertEquals(Input.TIMEOUT, waits(Duration.ZERO)); // and nothing is there
        connection().wake(); // before the wait
        assertEquals(Input.READY, waits(LONG));
        assertEquals(Input.TIMEOUT, waits(IDLE));
        for (var i = 0; i < 100; i++) {
            connection().wake();
        }
        assertEquals(Input.READY, waits(LONG));
    }

    @Test
    void wakesAndOctetsInAnyOrderLoseNothing() throws Exception {
        var octets = 300;
        var read = new AtomicInteger();
        begin(c -> {
            var in = c.socket().getInputStream();
            while (read.get() < octets) {
                if (c.awaitInput(LONG) != Input.READY) {
                    return "not ready";
                }
                while (c.available() > 0) {
                    in.read();
                    read.incrementAndGet();
                }
            }
            return "all";
        });
        var waker = Thread.ofVirtual().start(() -> {
            while (read.get() < octets) {
                connection().wake();
                java.util.concurrent.locks.LockSupport.parkNanos(100_000);
            }
        });
        for (var i = 0; i < octets; i++) {
            TestHouse.send(socket, "x");
            if (i % 20 == 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(15_000_000); // idle now and then
            }
        }
        assertEquals("all", answer());
        waker.join(5_000);
    }

    @Test
    void aReadTimesOutAndMayBeRepeated() throws Exception {
        Step readSoon = c -> {
            c.socket().setSoTimeout(20);
            try {
                return c.socket().getInputStream().read();
            } catch (SocketTimeoutException _) {
                return "timeout";
            }
        };
        assertEquals("timeout", does(readSoon));
        assertEquals("timeout", does(readSoon));
        TestHouse.send(socket, "x");
        assertEquals(Input.READY, waits(LONG));
        assertEquals((int) 'x', does(readSoon));
    }

    @Test
    void whatWasWrittenGoesOutBeforeAWait() throws Exception {
        begin(c -> {
            c.socket().getOutputStream().write("* idling\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return c.awaitInput(LONG);
        });
        assertEquals("* idling", TestHouse.reader(socket).readLine());
        TestHouse.send(socket, "x");
        assertEquals(Input.READY, answer());
    }

    @Test
    void aHandlerThatGoesHandsItsSessionsOver() throws Exception {
        begin(c -> c.awaitInput(LONG));
        untilIdle();
        house.handlers.set(TestHouse::echo);
        house.house.handlersChanged();
        assertEquals(Input.HAND_OVER, answer());
        TestHouse.send(socket, "x");
        assertEquals(Input.HAND_OVER, waits(LONG)); // also with octets: between commands is now
    }

    @Test
    void aCloseFromElsewhereEndsAWait() throws Exception {
        begin(c -> c.awaitInput(LONG));
        untilIdle();
        connection().close();
        connection().close();
        assertEquals(Input.CLOSED, answer());
        assertEquals(-1, socket.getInputStream().read());
    }

    @Test
    void aCloseFromElsewhereEndsARead() throws Exception {
        var reading = new CountDownLatch(1);
        begin(c -> {
            c.socket().setSoTimeout(10_000);
            reading.countDown();
            try {
                return c.socket().getInputStream().read();
            } catch (IOException _) {
                return "closed";
            }
        });
        assertTrue(reading.await(5, TimeUnit.SECONDS));
        connection().close();
        assertEquals("closed", answer());
    }

    @Test
    void theLastReplyReachesAPeerThatIsStillSending() throws Exception {
        TestHouse.send(socket, "x".repeat(50_000));
        assertEquals("end", does(c -> {
            TestHouse.say(c.socket().getOutputStream(), "554 enough");
            return "end";
        }));
        assertEquals("554 enough", TestHouse.reader(socket).readLine());
    }

    @Test
    void aSocketThatItsOwnSessionClosesSaysItsLastWords() throws Exception { // as SubEthaSMTP does
        TestHouse.send(socket, "x".repeat(50_000));
        does(c -> {
            c.socket().getOutputStream().write("221 bye\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            c.socket().close();
            return "end";
        });
        assertEquals("221 bye", TestHouse.reader(socket).readLine());
    }

    @Test
    void theSocketFaceTellsWhereItIs() throws Exception {
        assertEquals(socket.getLocalPort(), does(c -> c.socket().getPort()));
        assertEquals(socket.getPort(), does(c -> c.socket().getLocalPort()));
        assertTrue((Boolean) does(c -> c.socket().isConnected()));
        assertFalse((Boolean) does(c -> c.socket().isClosed()));
        assertEquals(12, connection().id().length());
    }

    @Test
    void aPeerThatReadsNothingIsCut() throws Exception {
        house.close();
        house = new TestHouse(
                home,
                TestHouse.ROOMY,
                new Timeouts(LONG, LONG, LONG, Duration.ofMillis(200)),
                new org.mutatio.vault.ChannelVault());
        var ended = new CountDownLatch(1);
        house.handlers.set(deafs -> {
            try {
                var much = new byte[1 << 20];
                for (var i = 0; i < 100; i++) {
                    deafs.socket().getOutputStream().write(much);
                }
            } finally {
                ended.countDown();
            }
        });
        var port = house.open(TestHouse.settings("test", "none"));
        try (var deaf = TestHouse.connect(port)) {
            assertTrue(ended.await(5, TimeUnit.SECONDS), "cut while it writes to " + deaf);
        }
    }

    /// It reads a little all the time: for so much it needs longer than the limit, and is not stuck.
    @Test
    void aPeerThatReadsSlowlyIsNotCut() throws Exception {
        house.close();
        house = new TestHouse(
                home,
                TestHouse.ROOMY,
                new Timeouts(LONG, LONG, LONG, Duration.ofSeconds(2)),
                new org.mutatio.vault.ChannelVault());
        var size = 16 << 20;
        house.handlers.set(slow -> slow.socket().getOutputStream().write(new byte[size])); // one write
        var port = house.open(TestHouse.settings("test", "none"));
        try (var slow = new Socket()) {
            slow.setReceiveBufferSize(64 * 1024);
            slow.setSoTimeout(10_000);
            slow.connect(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port));
            var read = 0;
            var piece = new byte[256 * 1024];
            for (var n = 0; n >= 0; n = slow.getInputStream().read(piece)) {
                read += n;
                java.util.concurrent.locks.LockSupport.parkNanos(n * 250L); // 4 MB/s
            }
            assertEquals(size, read);
        }
    }

    @Test
    void aClosedConnectionSaysSo() throws Exception {
        var closed = connection();
        closed.close();
        assertEquals(Input.CLOSED, waits(LONG));
        assertTrue((Boolean) does(c -> c.socket().isClosed()));
        for (Step step : new Step[] {
            c -> c.socket().getInputStream().read(),
            c -> {
                c.socket().getOutputStream().write(1);
                return "written";
            },
            Connection::available
        }) {
            assertTrue(String.valueOf(does(c -> {
                        try {
                            return step.with(c);
                        } catch (IOException e) {
                            return String.valueOf(e.getMessage());
                        }
                    }))
                    .endsWith("is closed"));
        }
        closed.wake(); // never throws, never blocks
        closed.close();
    }

    @Test
    void aDeadlineLongerThanNanosecondsCanSayIsALongOne() throws Exception {
        begin(c -> c.awaitInput(Duration.ofSeconds(Long.MAX_VALUE)));
        TestHouse.send(socket, "x");
        assertEquals(Input.READY, answer());
    }

    @Test
    void twoThousandIdleConnectionsAreServedAtOnce() throws Exception {
        house.handlers.set(TestHouse::echo);
        var port = house.open(TestHouse.settings("many", "none"));
        var sockets = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 2_000; i++) {
                sockets.add(TestHouse.connect(port));
            }
            for (var one : sockets) {
                assertEquals("hello many", TestHouse.line(one.getInputStream()));
            }
            untilIdle();
            for (var one : sockets) {
                TestHouse.send(one, "ping\r\n");
            }
            for (var one : sockets) {
                assertEquals("ping", TestHouse.line(one.getInputStream()));
            }
            assertEquals(2_001, house.house.sessions());
        } finally {
            for (var one : sockets) {
                one.close();
            }
        }
    }
}
