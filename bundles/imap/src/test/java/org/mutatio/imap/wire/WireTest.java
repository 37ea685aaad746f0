package org.mutatio.imap.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mutatio.imap.talk.House;
import org.mutatio.imap.talk.MemoryConnection;
import org.mutatio.net.Connection;

class WireTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final Outgoing out = new Outgoing(sent);

    private String sent() {
        return sent.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void nothingIsHeldBetweenCommands() throws IOException {
        MemoryConnection connection = new MemoryConnection(House.PLAIN);
        Incoming in = new Incoming(connection, out::flush);
        connection.clientSays("ab".getBytes(StandardCharsets.US_ASCII));
        assertEquals('a', in.next());
        assertTrue(in.holds() > 0);
        assertEquals(Connection.Input.READY, in.await(Duration.ZERO));
        assertEquals('b', in.next());
        out.text("x".repeat(5_000));
        assertTrue(out.holds() > 0);
        assertEquals(Connection.Input.TIMEOUT, in.await(Duration.ZERO));
        assertEquals(0, in.holds());
        out.flush();
        assertEquals(0, out.holds());
    }

    @Test
    void numbersAndLiterals() throws IOException {
        out.number(0).text(" ").number(-7).text(" ").number(Long.MAX_VALUE).line();
        out.literal(3, true);
        assertTrue(out.inLiteral());
        out.write(new byte[] {'a', 'b'});
        out.write('c');
        assertFalse(out.inLiteral());
        out.flush();
        assertEquals("0 -7 9223372036854775807\r\n~{3}\r\nabc", sent());
    }

    @Test
    void aLineIsTakenBackUnlessPartOfItIsGone() throws IOException {
        out.text("kept ");
        out.mark();
        out.text("not kept");
        assertTrue(out.back());
        out.text("too").flush();
        assertEquals("kept too", sent());
        out.mark();
        out.write(new byte[100_000]);
        assertFalse(out.back());
    }

    @Test
    void largeOctetsPassWithoutACopy() throws IOException {
        byte[] large = new byte[200_000];
        large[199_999] = 1;
        out.write(large);
        assertEquals(200_000, out.sent());
        assertArrayEquals(large, sent.toByteArray());
    }

    @Test
    void aPeerThatHasGoneIsToldApart() {
        Outgoing gone = new Outgoing(new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("reset");
            }
        });
        assertThrows(Outgoing.PeerGoneException.class, () -> gone.text("x").flush());
    }
}
