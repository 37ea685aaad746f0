package org.mutatio.ports.reception;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptorTest {

    /// Doors are opened one behind the other while the acceptor is busy with those before. An order whose wake-up was
    /// swallowed stayed until the next connection: after a start nobody was served at all.
    @Test
    void everyDoorOfABurstIsOpened() throws Exception {
        for (int round = 0; round < 1_000; round++) {
            List<ServerSocketChannel> channels = new ArrayList<>();
            try (Acceptor acceptor = new Acceptor()) {
                int doors = 4;
                CountDownLatch arrived = new CountDownLatch(1);
                for (int i = 0; i < doors; i++) {
                    ServerSocketChannel channel =
                            ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                    channels.add(channel);
                    Acceptor.Door _ = acceptor.open(channel, client -> {
                        close(client);
                        arrived.countDown();
                    });
                }
                // Only at the last one: a visitor at another door would wake the acceptor for it.
                close(SocketChannel.open(channels.getLast().getLocalAddress()));
                assertTrue(arrived.await(5, TimeUnit.SECONDS), "a door stayed shut in round " + round);
            } finally {
                for (ServerSocketChannel channel : channels) {
                    channel.close();
                }
            }
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
