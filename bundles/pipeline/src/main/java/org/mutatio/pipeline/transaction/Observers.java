package org.mutatio.pipeline.transaction;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.mutatio.api.metrics.Meters;

/// Tells DONE filters, off the session's path: on two virtual threads, at most 1,000 messages behind; beyond that they
/// are
/// not told, and it is counted.
public final class Observers implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int WAITING = 1_000;

    private final ThreadPoolExecutor threads;

    public Observers(Meters meters) {

        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                Thread.ofVirtual().name("filter observers ", 0).factory(),
                (_, _) -> meters.counter("mutatio_observers_dropped_total").add());
        threads.allowCoreThreadTimeOut(true);
    }

    void tell(Runnable work) {
        threads.execute(work);
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
