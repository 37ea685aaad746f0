package org.mutatio.ports.wire;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What [Poller] and one connection know of each other; one object a connection, used for each of its waits.
///
/// The flags are written by anybody and never reset but `woken` and `handOver` (by the session). `waiting`
/// goes up by the
/// session and down by the poller alone. A signal is written before `waiting` is read, and `waiting` before the
/// signals are read, so one of both sides sees the other.
final class Watch {
    final SocketChannel channel;
    private final AtomicBoolean queued = new AtomicBoolean();

    private volatile boolean woken;
    private volatile boolean handOver;
    private volatile boolean closed;
    private volatile boolean expired;
    private volatile boolean waiting;
    private volatile @Nullable Thread thread;

    /// Of the poller's thread alone.
    @Nullable
    SelectionKey key;

    /// Of the poller's thread alone: on its way back to the session.
    boolean leaving;

    Watch(SocketChannel channel) {
        this.channel = channel;
    }

    void signalWake() {
        woken = true;
    }

    void signalHandOver() {
        handOver = true;
    }

    void signalClosed() {
        closed = true;
    }

    void signalExpired() {
        expired = true;
    }

    /// By the session, when another handler begins.
    void forgetHandOver() {
        handOver = false;
    }

    boolean handOver() {
        return handOver;
    }

    boolean closed() {
        return closed;
    }

    /// Whether a wake came since the last question.
    boolean takeWake() {
        if (!woken) {
            return false;
        }
        woken = false;
        return true;
    }

    /// Whether somebody wants the session's attention.
    boolean called() {
        return woken || handOver || closed;
    }

    /// Whether a wait must end now.
    boolean mustEnd() {
        return expired || called();
    }

    boolean waiting() {
        return waiting;
    }

    void beginWait() {
        expired = false;
        thread = Thread.currentThread();
        waiting = true;
    }

    /// By the poller: the channel is free again.
    void endWait() {
        var sleeper = thread;
        waiting = false;
        java.util.concurrent.locks.LockSupport.unpark(sleeper);
    }

    /// @return true when it was not queued yet: at most one entry a connection
    boolean enterQueue() {
        return queued.compareAndSet(false, true);
    }

    void leaveQueue() {
        queued.set(false);
    }
}
