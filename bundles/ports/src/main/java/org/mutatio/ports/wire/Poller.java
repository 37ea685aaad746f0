package org.mutatio.ports.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches idle connections: one platform thread with one selector.
///
/// A channel is registered for one wait only and is out of the selector again before its session goes on, so that
/// the session may read it in blocking mode (a blocking read on a registered channel throws). All keys belong to
/// the poller's thread; sessions and signals only queue their [Watch], each at most once, so the queue is as long
/// as there are connections.
final class Poller implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Poller.class);

    private final Selector selector;
    private final Queue<Watch> queue = new ConcurrentLinkedQueue<>();
    private List<Watch> leaving = new ArrayList<>();
    private final Thread thread;
    private volatile boolean ending;

    Poller(String name) {
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("no selector", e);
        }
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    /// Waits until the channel can be read, a signal came, or the time is over. The channel comes and goes in
    /// blocking mode.
    ///
    /// @param deadline in [System#nanoTime]'s terms
    void await(Watch watch, long deadline) throws IOException {
        watch.channel.configureBlocking(false);
        watch.beginWait();
        notice(watch);
        var expiring = false;
        while (watch.waiting()) {
            var left = deadline - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(watch, left);
            } else if (!expiring) {
                expiring = true;
                watch.signalExpired();
                notice(watch);
            } else {
                LockSupport.park(watch); // the poller answers at once
            }
        }
        if (!watch.closed()) {
            watch.channel.configureBlocking(true);
        }
    }

    /// After a signal was set: makes the poller look at it.
    void notice(Watch watch) {
        if (watch.waiting() && watch.enterQueue()) {
            queue.add(watch);
            selector.wakeup();
        }
    }

    private void run() {
        while (!ending || !selector.keys().isEmpty() || !queue.isEmpty()) {
            try {
                selector.select(this::arrived);
                do {
                    attendQueue();
                    letGo();
                } while (!leaving.isEmpty() || !queue.isEmpty());
            } catch (IOException | RuntimeException e) {
                log.error("event=poller-failed", e); // a fault of ours; without a poller nobody would ever wake
                LockSupport.parkNanos(100_000_000);
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            log.warn("event=poller-close-failed reason=\"{}\"", e.getMessage());
        }
    }

    private void arrived(SelectionKey key) {
        leave((Watch) key.attachment());
    }

    private void attendQueue() {
        for (var watch = queue.poll(); watch != null; watch = queue.poll()) {
            watch.leaveQueue();
            if (!watch.waiting() || watch.leaving) {
                continue; // a signal of an earlier wait
            }
            if (watch.key == null) {
                try {
                    watch.key = watch.channel.register(selector, SelectionKey.OP_READ, watch);
                } catch (ClosedChannelException _) {
                    leave(watch); // closed meanwhile: the session finds out when it reads
                    continue;
                }
            }
            if (watch.mustEnd()) {
                leave(watch);
            }
        }
    }

    private void leave(Watch watch) {
        if (watch.leaving) {
            return;
        }
        watch.leaving = true;
        if (watch.key != null) {
            watch.key.cancel();
        }
        leaving.add(watch);
    }

    /// A cancelled key leaves the selector only in the next selection, so that is done before the sessions are
    /// told.
    private void letGo() throws IOException {
        if (leaving.isEmpty()) {
            return;
        }
        var free = leaving;
        leaving = new ArrayList<>();
        try {
            selector.selectNow(this::arrived);
        } finally {
            for (var watch : free) {
                watch.key = null;
                watch.leaving = false;
                watch.endWait();
            }
        }
    }

    /// Ends the thread when the last wait is over.
    @Override
    public void close() {
        ending = true;
        selector.wakeup();
    }

    /// For tests: the thread that polls.
    Thread thread() {
        return thread;
    }
}
