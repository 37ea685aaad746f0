package org.mutatio.console.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;

class ProbesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static List<Health.State> states(Probes probes) {
        return probes.ask().stream().map(found -> found.health().state()).toList();
    }

    @Test
    void eachIsToldWithItsRoom() {
        Probes probes = new Probes(() -> List.of(() -> Health.warning("tired")), LONG);
        assertEquals(List.of(new Probes.Found("org.mutatio.console.status", Health.warning("tired"))), probes.ask());
    }

    @Test
    void oneThatThrowsOrAnswersNothingIsBrokenAndHidesNoOther() {
        Probes probes = new Probes(
                () -> List.of(
                        () -> {
                            throw new NoClassDefFoundError("gone");
                        },
                        ProbesTest::nothing,
                        () -> Health.ok("well")),
                LONG);
        assertEquals(List.of(Health.State.BROKEN, Health.State.BROKEN, Health.State.OK), states(probes));
    }

    @SuppressWarnings("NullAway") // what a bundle that knows no NullAway answers
    private static Health nothing() {
        return null;
    }

    @Test
    void oneThatHangsIsBrokenAndIsAskedOnce() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        HealthProbe hanging = () -> {
            int _ = asked.incrementAndGet();
            try {
                boolean _ = end.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return Health.ok("back");
        };
        Probes hurried = new Probes(() -> List.of(hanging), Duration.ofMillis(10));
        for (int i = 0; i < 5; i++) {
            Health health = hurried.ask().getFirst().health();
            assertEquals(Health.broken("no answer within 10 ms"), health);
        }
        assertEquals(1, asked.get());
        end.countDown();
        // When it has answered, it is asked again.
        for (int i = 0; i < 1_000 && asked.get() == 1; i++) {
            List<Probes.Found> _ = hurried.ask();
        }
        assertEquals(2, asked.get());
    }

    @Test
    void manyWhoAskAtOnceShareOneRound() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Probes probes = new Probes(
                () -> List.of(() -> {
                    int _ = asked.incrementAndGet();
                    first.countDown();
                    try {
                        boolean _ = end.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                    return Health.ok("well");
                }),
                LONG);
        List<Thread> threads = new ArrayList<>();
        List<List<Health.State>> answers = new CopyOnWriteArrayList<>();
        threads.add(Thread.ofPlatform().start(() -> answers.add(states(probes))));
        assertTrue(first.await(30, TimeUnit.SECONDS));
        for (int i = 0; i < 50; i++) {
            threads.add(Thread.ofPlatform().start(() -> answers.add(states(probes))));
        }
        for (Thread thread : threads.subList(1, threads.size())) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait(); // until it has come to the lock
            }
        }
        end.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(51, answers.size());
        assertEquals(2, asked.get()); // the first one's, and one for all who came in the meantime
    }

    @Test
    void anAnswerIsNeverOlderThanTheQuestion() {
        AtomicInteger asked = new AtomicInteger();
        Probes probes = new Probes(() -> List.of(() -> Health.ok("time " + asked.incrementAndGet())), LONG);
        assertEquals("time 1", probes.ask().getFirst().health().reason());
        assertEquals("time 2", probes.ask().getFirst().health().reason());
    }
}
