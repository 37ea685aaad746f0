package org.mutatio.accounts.password;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Hashes on few platform threads, so that a flood of log-ins eats neither both cores nor the memory (19
/// MiB a hash).
///
/// Known-good pairs of address and account go first. At most `places` wait; one more is told "not now" at
/// once.
public final class HashPool implements AutoCloseable {

    /// No room, or it took too long: 454 4.7.0.
    public static final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;

        BusyException(String reason) {
            super(reason);
        }
    }

    private static final class Work<T> extends FutureTask<T> implements Comparable<Work<?>> {
        private final boolean first;
        private final long number;

        Work(Callable<T> work, boolean first, long number) {
            super(work);
            this.first = first;
            this.number = number;
        }

        @Override
        public int compareTo(Work<?> other) {
            return first == other.first ? Long.compare(number, other.number) : first ? -1 : 1;
        }
    }

    private final int places;
    private final Duration wait;
    private final ThreadPoolExecutor pool;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong numbers = new AtomicLong();

    /// @param threads at work at once
    /// @param places that may wait beside them
    /// @param wait longest, with the work
    public HashPool(int threads, int places, Duration wait) {
        this.places = threads + places;
        this.wait = wait;
        this.pool =
                new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new PriorityBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "password-hash");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /// @param first before those that wait: its client has logged in from there before
    public <T> T run(Callable<T> work, boolean first) throws BusyException {
        if (inside.incrementAndGet() > places) {
            inside.decrementAndGet();
            throw new BusyException("the hash pool is full: " + places);
        }
        Work<T> task = new Work<>(
                () -> {
                    try {
                        return work.call();
                    } finally {
                        inside.decrementAndGet();
                    }
                },
                first,
                numbers.incrementAndGet());
        try {
            pool.execute(task);
        } catch (RejectedExecutionException e) {
            inside.decrementAndGet();
            throw new BusyException("the hash pool is closed");
        }
        try {
            return task.get(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            giveUp(task);
            throw new BusyException("no hash within " + wait);
        } catch (ExecutionException e) {
            throw new IllegalStateException("hashing failed", e.getCause());
        } catch (InterruptedException e) { // nobody of ours does that; keep the fact
            Thread.currentThread().interrupt();
            giveUp(task);
            throw new BusyException("interrupted");
        }
    }

    /// What nobody waits for any more is not computed; what has begun ends, and gives its place back
    /// itself.
    private void giveUp(Work<?> task) {
        if (pool.remove(task)) {
            inside.decrementAndGet();
        }
    }

    /// How many are at work or wait.
    public int inside() {
        return inside.get();
    }

    /// How many wait.
    int waiting() {
        return pool.getQueue().size();
    }

    /// What is inside ends; who comes later is told "not now".
    @Override
    public void close() {
        pool.shutdown();
    }
}
