package org.mutatio.ports.reception;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.mutatio.net.ConnectionHandler;

/// One handler for every protocol, put and taken by hand.
final class TestHandlers implements Handlers {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable ConnectionHandler live;

    void set(@Nullable ConnectionHandler handler) {
        lock.lock();
        try {
            live = handler;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<ConnectionHandler> lend(String protocol, Duration wait) {
        var left = wait.toNanos();
        lock.lock();
        try {
            while (live == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return Optional.ofNullable(live);
        } catch (InterruptedException e) {
            throw new IllegalStateException(
                    "nobody interrupts a session within " + TimeUnit.NANOSECONDS.toMillis(left), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean live(ConnectionHandler handler) {
        lock.lock();
        try {
            return handler.equals(live);
        } finally {
            lock.unlock();
        }
    }
}
