package org.mutatio.pipeline.bulkhead;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Platform threads of one plugin, at most 8, and at most 64 calls that wait for one: whatever it does with them,
/// nobody else waits for it.
///
/// Threads: the caller waits for its result until the deadline and goes on; the thread is left alone (an interrupt in
/// the middle of reading our octets would close the file for everybody) and counted as lost until it comes back. Only
/// [#close], when no transaction holds the plugin any more, interrupts what still runs.
public final class Bulkhead implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int WAITING = 64;
    private static final long IDLE_SECONDS = 60;
    private static final Duration LONGEST = Duration.ofSeconds(150);
    private static final Duration ROUND = Duration.ofMillis(200);

    private final ThreadPoolExecutor threads;
    private final AtomicInteger lost = new AtomicInteger();

    /// @param plugin for the names of its threads
    /// @param loader context class loader of its threads
    public Bulkhead(String plugin, ClassLoader loader) {
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), work -> {
                    Thread thread = new Thread(work, "plugin " + plugin + " " + number.incrementAndGet());
                    thread.setDaemon(true);
                    thread.setContextClassLoader(loader);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /// What came of it.
    private record Result<T>(@Nullable T value, @Nullable Throwable thrown) {}

    /// Runs it there and waits for it.
    ///
    /// @return its result; null is what it gave
    /// @throws BusyException all its threads and places are taken
    /// @throws TimeoutException it did not come back in time; whatever it gives later is nobody's
    /// @throws ExecutionException it threw
    public <T> @Nullable T call(Callable<T> work, Duration deadline)
            throws BusyException, TimeoutException, ExecutionException {
        AtomicInteger state = new AtomicInteger(); // 0 running, 1 given up, 2 back
        FutureTask<Result<T>> task = new FutureTask<>(() -> {
            try {
                return new Result<>(work.call(), null);
            } catch (Throwable e) { // a FutureTask would ask it for its words, which may throw again
                return new Result<>(null, e);
            } finally {
                if (!state.compareAndSet(0, 2)) {
                    lost.decrementAndGet();
                }
            }
        });
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            throw new BusyException(THREADS + " threads and " + WAITING + " places are taken", e);
        }
        try {
            Result<T> result = task.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
            if (result.thrown() != null) {
                throw new ExecutionException("the work threw", result.thrown());
            }
            return result.value();
        } catch (TimeoutException e) {
            if (threads.remove(task)) {
                throw new BusyException("no thread became free within the deadline", e);
            }
            lost.incrementAndGet();
            if (!state.compareAndSet(0, 1)) {
                lost.decrementAndGet(); // it came back in this very moment
            }
            throw e;
        } catch (InterruptedException e) {
            // nobody of ours interrupts a session; keep the fact and treat the call as given up
            Thread.currentThread().interrupt();
            throw new ExecutionException("the caller was interrupted", e);
        }
    }

    /// Threads that were given up and did not come back yet.
    public int lost() {
        return lost.get();
    }

    /// Its bundle is gone: no more calls; when nobody holds it, or after the longest that a transaction may last, what
    /// still runs is interrupted.
    ///
    /// @param free whether no transaction holds it
    public void retire(BooleanSupplier free) {
        threads.shutdown();
        Thread.ofVirtual().name("bulkhead retires").start(() -> {
            long end = System.nanoTime() + LONGEST.toNanos();
            while (!threads.isTerminated() && !(free.getAsBoolean() && lost() == 0) && System.nanoTime() < end) {
                LockSupport.parkNanos(ROUND.toNanos());
            }
            close();
        });
    }

    /// No more calls; what still runs is interrupted.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
