package org.mutatio.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;

/// What one hostile input may cost: a second of CPU and 32 MB; promises.md section 8 row 18.
///
/// CPU time of the thread, not the wall's clock: a busy machine does not matter. Platform threads only, as the JVM
/// tells
/// nothing of virtual ones.
///
/// @param cpu nanoseconds
/// @param allocated octets, in all: what is collected in between counts, too
public record Cost(long cpu, long allocated) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MOST_CPU = 1_000_000_000L;
    private static final long MOST_ALLOCATED = 32L << 20;

    /// Of a thread since it began.
    public static Cost of(Thread thread) {
        long cpu = THREADS.getThreadCpuTime(thread.threadId());
        long allocated = THREADS.getThreadAllocatedBytes(thread.threadId());
        if (cpu < 0 || allocated < 0) {
            throw new IllegalArgumentException("no live platform thread: " + thread);
        }
        return new Cost(cpu, allocated);
    }

    /// Does the work on this thread and fails when it costs more than it may.
    public static void within(String name, Executable work) throws Throwable {
        Cost before = of(Thread.currentThread());
        work.execute();
        of(Thread.currentThread()).since(before).check(name);
    }

    public Cost since(Cost before) {
        return new Cost(cpu - before.cpu, allocated - before.allocated);
    }

    public void check(String name) {
        Assertions.assertTrue(cpu < MOST_CPU, () -> name + " took " + this);
        Assertions.assertTrue(allocated < MOST_ALLOCATED, () -> name + " took " + this);
    }

    @Override
    public String toString() {
        return cpu / 1_000_000 + " ms of CPU, " + (allocated >> 10) + " KiB";
    }
}
