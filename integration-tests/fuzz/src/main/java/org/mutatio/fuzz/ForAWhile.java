package org.mutatio.fuzz;

import java.util.List;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;

/// Ends a property after some seconds (`-Dfuzz.seconds=600`, default 2) instead of after a number of tries, and fails a
/// try that takes more than a second of CPU: promises.md section 8 row 19.
///
/// Write `@Property(tries = ForAWhile.MANY) @AddLifecycleHook(ForAWhile.class)`. What fails is printed with its seed;
/// its octets become a file that [Seeds] replays.
public final class ForAWhile implements AroundTryHook {
    public static final int MANY = Integer.MAX_VALUE;

    private static final long NANOS = Long.getLong("fuzz.seconds", 2) * 1_000_000_000L;
    private static final long MOST_CPU = 1_000_000_000L;

    @Override
    public TryExecutionResult aroundTry(TryLifecycleContext context, TryExecutor one, List<Object> parameters) {
        Store<Long> end = Store.getOrCreate(ForAWhile.class, Lifespan.PROPERTY, () -> System.nanoTime() + NANOS);
        Cost before = Cost.of(Thread.currentThread());
        TryExecutionResult result = one.execute(parameters);
        Cost cost = Cost.of(Thread.currentThread()).since(before);
        if (!result.isSatisfied()) {
            return result;
        }
        if (cost.cpu() > MOST_CPU) {
            return TryExecutionResult.falsified(new AssertionError("one try took " + cost));
        }
        return System.nanoTime() > end.get() ? TryExecutionResult.satisfied(true) : result;
    }
}
