package org.mutatio.ports.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The server's name in a client's first record, whatever that record is.
class ClientHelloTest {

    /// As JSSE writes it.
    private static ByteBuffer hello(String name) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        var engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        if (!name.isEmpty()) {
            var parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        }
        engine.beginHandshake();
        var octets = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var _ = engine.wrap(ByteBuffer.allocate(0), octets);
        return octets.flip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail.example.com", "MAIL.example.com", "xn--bcher-kva.example", "x"})
    void theNameIsRead(String name) throws Exception {
        var hello = hello(name);
        assertEquals(hello.remaining(), ClientHello.length(hello));
        assertEquals(Optional.of(name), ClientHello.serverName(hello));
        assertEquals(0, hello.position(), "and everything is still there for JSSE");
    }

    @Test
    void noneIsNone() throws Exception {
        assertEquals(Optional.empty(), ClientHello.serverName(hello("")));
    }

    @Test
    void whatFollowsTheRecordIsNotLookedAt() throws Exception {
        var hello = hello("mail.example.com");
        var more = ByteBuffer.allocate(hello.remaining() + 100)
                .put(hello)
                .put(new byte[100])
                .flip();
        assertEquals(more.remaining() - 100, ClientHello.length(more));
        assertEquals(Optional.of("mail.example.com"), ClientHello.serverName(more));
    }

    @Test
    void everyBeginningOfAHelloIsAwaitedOrRefused() throws Exception {
        var hello = hello("mail.example.com");
        for (var length = 0; length < hello.limit(); length++) {
            var begun = hello.duplicate().limit(length);
            assertEquals(length < 5 ? 0 : hello.limit(), ClientHello.length(begun));
        }
        for (var first : new byte[] {0, 21, 23, 'E', (byte) 0x80}) {
            assertEquals(-1, ClientHello.length(ByteBuffer.wrap(new byte[] {first})));
        }
        assertEquals(-1, ClientHello.length(ByteBuffer.wrap(new byte[] {22, 3, 1, 0x40, 1})), "longer than a record");
        assertEquals(-1, ClientHello.length(ByteBuffer.wrap(new byte[] {22, 3, 1, 0, 0})), "empty");
    }

    /// Whatever a stranger sends: an answer, never an exception, and no name with octets that a name
    /// cannot have.
    @Test
    void damagedHellosHaveANameOrNone() throws Exception {
        var seed = 20261130L;
        var random = new Random(seed);
        var hello = hello("mail.example.com");
        var good = new byte[hello.remaining()];
        hello.get(good);
        for (var round = 0; round < 20_000; round++) {
            var octets = good.clone();
            for (var i = random.nextInt(4); i >= 0; i--) {
                octets[5 + random.nextInt(good.length - 5)] = (byte) random.nextInt(256);
            }
            var name = ClientHello.serverName(ByteBuffer.wrap(octets));
            assertTrue(
                    name.isEmpty() || name.get().matches("[A-Za-z0-9._-]{1,253}"),
                    "seed " + seed + " round " + round + ": " + name);
        }
    }
}
