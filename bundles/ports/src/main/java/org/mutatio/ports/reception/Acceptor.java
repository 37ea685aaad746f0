package org.mutatio.ports.reception;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts on all listening channels: one platform thread, one selector, no blocking call.
///
/// A channel may be taken out again without being closed ([Door#leave]), which a blocking accept would not allow;
/// so a newer bundle goes on with it.
public final class Acceptor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Acceptor.class);

    private static final int BACKLOG = 1024;

    /// Of one channel in a row, so that a flood on one port leaves the others their turn.
    private static final int ROUND = 64;

    /// After a failed accept (no file descriptors): the same would fail at once again.
    private static final long REST_MILLIS = 200;

    private final Selector selector;
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final List<SelectionKey> resting = new ArrayList<>();
    private final List<CountDownLatch> leaving = new ArrayList<>();
    private volatile boolean ending;

    public Acceptor() {
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("no selector", e);
        }
        Thread.ofPlatform().name("ports-acceptor").daemon().start(this::run);
    }

    /// Opens a listening channel.
    ///
    /// @throws IOException the address is taken or not ours; [java.net.BindException] says which
    static ServerSocketChannel listen(ListenAddress where) throws IOException {
        var channel = ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(where.address(), BACKLOG);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// A channel that is being accepted on.
    final class Door {
        private final ServerSocketChannel channel;
        private final Consumer<SocketChannel> host;

        private Door(ServerSocketChannel channel, Consumer<SocketChannel> host) {
            this.channel = channel;
            this.host = host;
        }

        /// Accepts no more, and returns when that is so (a closed channel that is still registered goes on
        /// listening); the channel stays open.
        void leave() {
            var left = new CountDownLatch(1);
            order(() -> {
                var key = channel.keyFor(selector);
                if (key != null) {
                    key.cancel();
                }
                leaving.add(left);
            });
            try {
                if (!left.await(2, TimeUnit.SECONDS)) {
                    log.warn("event=acceptor-busy");
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // nobody of ours does that
            }
        }
    }

    /// @param host takes each accepted channel; quick, and does not block
    Door open(ServerSocketChannel channel, Consumer<SocketChannel> host) {
        var door = new Door(channel, host);
        order(() -> {
            try {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_ACCEPT, door);
            } catch (ClosedChannelException _) {
                // closed again already
            } catch (IOException e) {
                log.error("event=accept-impossible reason=\"{}\"", e.getMessage());
            }
        });
        return door;
    }

    private void order(Runnable order) {
        orders.add(order);
        selector.wakeup();
    }

    private void run() {
        while (!ending) {
            try {
                selector.select(this::arrived, resting.isEmpty() ? 0 : REST_MILLIS);
                wakeResting();
                do {
                    runOrders();
                    selector.selectNow(this::arrived); // lets cancelled keys go
                    tellLeft();
                    // The selectNow may have swallowed the wake-up of an order that came after runOrders: it would wait
                    // for the next connection, and a listener that is not registered yet gets none.
                } while (!orders.isEmpty());
            } catch (IOException | RuntimeException e) {
                log.error("event=acceptor-failed", e);
                LockSupport.parkNanos(100_000_000);
            }
        }
        runOrders();
        try {
            selector.close();
        } catch (IOException e) {
            log.warn("event=acceptor-close-failed reason=\"{}\"", e.getMessage());
        }
        tellLeft();
    }

    private void runOrders() {
        for (var order = orders.poll(); order != null; order = orders.poll()) {
            order.run();
        }
    }

    private void tellLeft() {
        leaving.forEach(CountDownLatch::countDown);
        leaving.clear();
    }

    private void wakeResting() {
        for (var key : resting) {
            if (key.isValid()) {
                key.interestOps(SelectionKey.OP_ACCEPT);
            }
        }
        resting.clear();
    }

    private void arrived(SelectionKey key) {
        var door = (Door) key.attachment();
        try {
            for (var i = 0; i < ROUND; i++) {
                var channel = door.channel.accept();
                if (channel == null) {
                    return;
                }
                door.host.accept(channel);
            }
        } catch (ClosedChannelException _) {
            key.cancel();
        } catch (IOException e) {
            log.error(
                    "event=accept-failed reason=\"{}\" cure=\"if it says too many open files, raise the limit (ulimit -n)\"",
                    e.getMessage());
            key.interestOps(0);
            resting.add(key);
        }
    }

    /// Ends the thread; the channels stay open.
    @Override
    public void close() {
        ending = true;
        selector.wakeup();
    }
}
