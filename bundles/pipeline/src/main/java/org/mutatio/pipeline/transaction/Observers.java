package org.mutatio.pipeline.transaction;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.mutatio.api.metrics.Meters;

/// Tells DONE filters, off the session's path: on two virtual threads, at most 1,000 messages behind; beyond that
/// they are not told, and it is counted.
public final class Observers implements Audience, AutoCloseable {

    private static final int THREADS = 2;
    private static final int WAITING = 1_000;
    /// Octets of headers that wait with them: 1,000 large ones would be half a gigabyte.
    private static final long MOST_OCTETS = 8L * 1024 * 1024;

    private final ThreadPoolExecutor threads;
    private final Meters meters;
    private final AtomicLong held = new AtomicLong();

    public Observers(Meters meters) {
        this.meters = meters;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                Thread.ofVirtual().name("filter observers ", 0).factory(),
                new ThreadPoolExecutor.AbortPolicy());
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void tell(Runnable work, long octets) {
        if (held.addAndGet(octets) > MOST_OCTETS) {
            drop(octets);
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } finally {
                    held.addAndGet(-octets);
                }
            });
        } catch (RejectedExecutionException e) {
            drop(octets);
        }
    }

    private void drop(long octets) {
        held.addAndGet(-octets);
        meters.counter("mutatio_observers_dropped_total").add();
    }

    /// How many wait.
    public int waiting() {
        return threads.getQueue().size();
    }

    /// What waits is not told any more.
    @Override
    public void close() {
        threads.getQueue().clear();
        threads.shutdown();
    }
}
