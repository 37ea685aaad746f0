package org.mutatio.ports.reception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.net.Connection;
import org.mutatio.net.ConnectionHandler;

/// A conversation goes on in the next version of its handler, on the same socket.
class HandOverTest {
    @TempDir
    Path home;

    private TestHouse house;

    @BeforeEach
    void open() throws IOException {
        house = new TestHouse(home);
    }

    @AfterEach
    void close() {
        house.close();
    }

    /// Counts lines; the count is what it hands over, behind the name of its format.
    private static final class Counter implements ConnectionHandler {
        private final String name;
        private final String format;
        private final CountDownLatch left = new CountDownLatch(1);

        Counter(String name, String format) {
            this.name = name;
            this.format = format;
        }

        @Override
        public void handle(Connection connection) throws IOException {
            TestHouse.say(connection.socket().getOutputStream(), "hello");
            count(connection, 0);
        }

        @Override
        public boolean resumes(ByteBuffer state) {
            return text(state).startsWith(format + ":");
        }

        @Override
        public void resume(Connection connection, ByteBuffer state) throws IOException {
            count(connection, Integer.parseInt(text(state).substring(format.length() + 1)));
        }

        private static String text(ByteBuffer state) {
            return StandardCharsets.US_ASCII.decode(state.duplicate()).toString();
        }

        private void count(Connection connection, int before) throws IOException {
            int lines = before;
            while (true) {
                switch (connection.awaitInput(Duration.ofSeconds(10))) {
                    case READY -> {
                        String line = TestHouse.line(connection.socket().getInputStream());
                        if (line.equals("STARTTLS")) {
                            TestHouse.say(connection.socket().getOutputStream(), "go ahead");
                            connection.startTls();
                        } else {
                            TestHouse.say(connection.socket().getOutputStream(), name + " " + ++lines);
                        }
                    }
                    case HAND_OVER -> {
                        connection.handOver(
                                ByteBuffer.wrap((format + ":" + lines).getBytes(StandardCharsets.US_ASCII)));
                        left.countDown();
                        return;
                    }
                    case TIMEOUT, CLOSED -> {
                        return;
                    }
                }
            }
        }
    }

    private void swap(@Nullable ConnectionHandler next) {
        house.handlers.set(next);
        house.house.handlersChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "starttls", "implicit"})
    void theNextVersionGoesOnWithTheSameSocketAndItsTls(String tls) throws Exception {
        swap(new Counter("old", "v1"));
        int port = house.open(TestHouse.settings("mx", tls));
        Socket socket = TestHouse.connect(port);
        if (tls.equals("implicit")) {
            socket = new TestTls().over(socket, "");
        }
        var in = TestHouse.reader(socket);
        assertEquals("hello", in.readLine());
        if (tls.equals("starttls")) {
            TestHouse.send(socket, "STARTTLS\r\n");
            assertEquals("go ahead", in.readLine());
            socket = new TestTls().over(socket, "");
            in = TestHouse.reader(socket);
        }
        TestHouse.send(socket, "a\r\n");
        assertEquals("old 1", in.readLine());
        swap(new Counter("new", "v1"));
        TestHouse.send(socket, "b\r\n");
        TestHouse.send(socket, "c\r\n");
        // the old one may have been quicker with either line, but none is lost, doubled or counted anew
        assertTrue(in.readLine().endsWith(" 2"));
        assertTrue(in.readLine().endsWith(" 3"));
        var third = new Counter("third", "v1");
        swap(third);
        swap(new Counter("last", "v1")); // while the one before has hardly begun
        for (int line = 4; line < 40; line++) {
            TestHouse.send(socket, "d\r\n");
            assertTrue(in.readLine().endsWith(" " + line));
        }
        assertEquals(1, house.house.sessions());
        socket.close();
    }

    @Test
    void aConversationWaitsForTheNextVersionToCome() throws Exception {
        var old = new Counter("old", "v1");
        swap(old);
        int port = house.open(TestHouse.settings("mx", "none"));
        try (var socket = TestHouse.connect(port)) {
            var in = TestHouse.reader(socket);
            assertEquals("hello", in.readLine());
            swap(null);
            assertTrue(old.left.await(5, TimeUnit.SECONDS));
            TestHouse.send(socket, "said into the gap\r\n");
            swap(new Counter("new", "v1"));
            assertEquals("new 1", in.readLine());
        }
    }

    @Test
    void aStateThatTheNextVersionDoesNotKnowEndsWithAGoodbye() throws Exception {
        swap(new Counter("old", "v1"));
        int port = house.open(TestHouse.settings("mx", "none"));
        try (var socket = TestHouse.connect(port)) {
            var in = TestHouse.reader(socket);
            assertEquals("hello", in.readLine());
            swap(new Counter("new", "v2"));
            assertEquals("421 4.3.2 service is being replaced, try again", in.readLine());
            assertNull(in.readLine());
        }
    }

    @Test
    void aServerThatGoesDownHandsNothingOver() throws Exception {
        swap(new Counter("old", "v1"));
        int port = house.open(TestHouse.settings("mx", "none"));
        try (var socket = TestHouse.connect(port)) {
            var in = TestHouse.reader(socket);
            assertEquals("hello", in.readLine());
            house.house.drain(java.time.Instant.now().plusSeconds(5));
            assertEquals("421 4.3.2 service is being replaced, try again", in.readLine());
            assertNull(in.readLine());
        }
    }
}
