package org.mutatio.pipeline.gate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks every second whether one of our own filters, which run on the session's thread and cannot be given up, has
/// outstayed its deadline; says so once for each call, and does nothing else.
public final class Watchdog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final int FRAMES = 5;

    private record Running(String filter, Thread thread, long deadline) {}

    private final Map<Long, Running> running = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong reports = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;

    public Watchdog() {
        this.thread = Thread.ofVirtual().name("filter watchdog").start(this::watch);
    }

    /// @return a number for [#left]
    long entered(String filter, Duration deadline) {
        long number = numbers.incrementAndGet();
        running.put(number, new Running(filter, Thread.currentThread(), System.nanoTime() + deadline.toNanos()));
        return number;
    }

    void left(long number) {
        running.remove(number);
    }

    /// Calls that were over their deadline.
    public long reports() {
        return reports.get();
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(ROUND.toNanos());
            look(System.nanoTime());
        }
    }

    void look(long now) {
        running.forEach((number, call) -> {
            if (now - call.deadline() > 0 && running.remove(number, call)) {
                reports.incrementAndGet();
                StringBuilder where = new StringBuilder();
                StackTraceElement[] stack = call.thread().getStackTrace();
                for (int i = 0; i < Math.min(FRAMES, stack.length); i++) {
                    where.append(i == 0 ? "" : " < ").append(stack[i]);
                }
                log.warn(
                        "event=filter.slow filter={} thread=\"{}\" at=\"{}\"",
                        call.filter(),
                        call.thread().getName(),
                        where);
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
