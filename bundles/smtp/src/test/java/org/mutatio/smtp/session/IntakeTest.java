package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mutatio.net.Connection;

/// What a connection costs that waits: nothing, or the octets of the line it has begun.
class IntakeTest {

    private final Deque<byte[]> packets = new ArrayDeque<>();
    private final List<Integer> heldWhileWaiting = new ArrayList<>();
    private Intake intake;

    @BeforeEach
    void connect() throws IOException {
        Socket socket = new Socket() {
            @Override
            public InputStream getInputStream() {
                return new InputStream() {
                    @Override
                    public int read() {
                        throw new UnsupportedOperationException("octet by octet");
                    }

                    @Override
                    public int read(byte[] to, int from, int most) throws IOException {
                        byte[] packet = packets.poll();
                        return packet == null ? -1 : new ByteArrayInputStream(packet).read(to, from, most);
                    }
                };
            }

            @Override
            public OutputStream getOutputStream() {
                return new ByteArrayOutputStream();
            }
        };
        Connection connection = (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, _) -> {
                    if (method.getName().equals("awaitInput")) {
                        heldWhileWaiting.add(intake.octets().length);
                        return Connection.Input.READY;
                    }
                    return method.getName().equals("socket") ? socket : null;
                });
        intake = new Intake(connection, new HeldOutput(socket.getOutputStream()), new Buffers(), () -> 0);
    }

    private String comes(String octets) {
        packets.add(octets.getBytes(StandardCharsets.US_ASCII));
        assertEquals(Intake.Filled.OCTETS, intake.await(1));
        return new String(intake.octets(), intake.at(), intake.buffered(), StandardCharsets.US_ASCII);
    }

    @Test
    void aLineThatHasBegunHoldsItsOctetsOnly() {
        assertEquals("N", comes("N"));
        assertEquals("NOO", comes("OO"));
        assertEquals("NOOP\r\n", comes("P\r\n"));
        intake.take(6);
        assertEquals("x".repeat(3000), comes("x".repeat(3000)));
        assertEquals("x".repeat(3000) + "y", comes("y"));
        intake.take(2995);
        assertEquals("xxxxxyz", comes("z"));
        assertEquals(List.of(0, 1, 3, 0, Buffers.SIZE, 6), heldWhileWaiting);
    }

    @Test
    void aBufferIsLentAgain() {
        Buffers buffers = new Buffers();
        byte[] lent = buffers.lend();
        buffers.takeBack(lent);
        assertSame(lent, buffers.lend());
    }
}
