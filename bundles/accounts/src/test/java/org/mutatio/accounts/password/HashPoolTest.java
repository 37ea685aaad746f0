package org.mutatio.accounts.password;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HashPoolTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final CountDownLatch gate = new CountDownLatch(1);

    private static <T> Future<T> async(java.util.concurrent.Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static void await(BooleanSupplier fact) {
        while (!fact.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    /// Holds one thread of the pool until [#gate] opens.
    private Future<String> occupy(HashPool pool) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Future<String> held = async(() -> pool.run(
                () -> {
                    begun.countDown();
                    gate.await();
                    return "held";
                },
                false));
        assertTrue(begun.await(20, SECONDS));
        return held;
    }

    @Test
    void neverMoreAtWorkThanThreads() throws Exception {
        try (HashPool pool = new HashPool(2, 64, LONG)) {
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(async(() -> pool.run(
                        () -> {
                            most.accumulateAndGet(now.incrementAndGet(), Math::max);
                            Thread.yield();
                            return now.decrementAndGet();
                        },
                        false)));
            }
            for (Future<Integer> one : all) {
                int _ = one.get(20, SECONDS);
            }
            assertTrue(most.get() <= 2, "at work at once: " + most);
            assertEquals(0, pool.inside());
        }
    }

    @Test
    void oneMoreThanThePlacesIsToldNotNowAtOnce() throws Exception {
        try (HashPool pool = new HashPool(1, 1, LONG)) {
            Future<String> held = occupy(pool);
            Future<String> waits = async(() -> pool.run(() -> "waited", false));
            await(() -> pool.waiting() == 1);

            assertThrows(HashPool.BusyException.class, () -> pool.run(() -> "too many", true));

            gate.countDown();
            assertEquals("held", held.get(20, SECONDS));
            assertEquals("waited", waits.get(20, SECONDS));
            assertEquals("room again", pool.run(() -> "room again", false));
        }
    }

    @Test
    void whoIsKnownGoesBeforeThoseThatWait() throws Exception {
        try (HashPool pool = new HashPool(1, 10, LONG)) {
            Future<String> held = occupy(pool);
            List<String> order = Collections.synchronizedList(new ArrayList<>());
            Future<Boolean> stranger = async(() -> pool.run(() -> order.add("stranger"), false));
            await(() -> pool.waiting() == 1);
            Future<Boolean> friend = async(() -> pool.run(() -> order.add("friend"), true));
            await(() -> pool.waiting() == 2);

            gate.countDown();
            assertEquals("held", held.get(20, SECONDS));
            assertTrue(stranger.get(20, SECONDS) && friend.get(20, SECONDS));
            assertEquals(List.of("friend", "stranger"), order);
        }
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsNotComputed() throws Exception {
        try (HashPool pool = new HashPool(1, 10, Duration.ofMillis(50))) {
            CountDownLatch begun = new CountDownLatch(1);
            Future<String> held = async(() -> {
                try {
                    return pool.run(
                            () -> {
                                begun.countDown();
                                gate.await();
                                return "held";
                            },
                            false);
                } catch (HashPool.BusyException e) {
                    return "gave up";
                }
            });
            assertTrue(begun.await(20, SECONDS));
            AtomicInteger computed = new AtomicInteger();

            assertThrows(HashPool.BusyException.class, () -> pool.run(computed::incrementAndGet, false));
            assertEquals("gave up", held.get(20, SECONDS));
            assertEquals(1, pool.inside(), "only the one at work is inside");

            gate.countDown();
            await(() -> pool.inside() == 0);
            assertEquals(0, computed.get());
        }
    }

    @Test
    void aClosedPoolSaysNotNowAndKeepsNoPlace() {
        HashPool pool = new HashPool(1, 10, LONG);
        pool.close();

        assertThrows(HashPool.BusyException.class, () -> pool.run(() -> "late", false));
        assertEquals(0, pool.inside());
    }

    @Test
    void whatIsInsideAtCloseEnds() throws Exception {
        HashPool pool = new HashPool(1, 10, LONG);
        Future<String> held = occupy(pool);
        Future<String> waits = async(() -> pool.run(() -> "waited", false));
        await(() -> pool.waiting() == 1);

        pool.close();
        gate.countDown();

        assertEquals("held", held.get(20, SECONDS));
        assertEquals("waited", waits.get(20, SECONDS));
    }

    @Test
    void aFaultOfTheWorkIsOursAndGivesThePlaceBack() {
        try (HashPool pool = new HashPool(1, 1, LONG)) {
            IllegalStateException fault = assertThrows(
                    IllegalStateException.class,
                    () -> pool.run(
                            () -> {
                                throw new IllegalArgumentException("broken");
                            },
                            false));
            assertFalse(fault.getCause() == null);
            await(() -> pool.inside() == 0);
        }
    }
}
