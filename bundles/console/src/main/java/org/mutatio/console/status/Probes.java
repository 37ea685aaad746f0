package org.mutatio.console.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;

/// Asks all live probes at once; one that hangs or throws is broken, and holds up nobody.
///
/// Anybody on this machine may ask `/ready`, as often as he likes: so only one round is under way at a time, whoever
/// waits for it shares the next, and a probe that hangs is asked once, not again in each round.
public final class Probes {
    private final Supplier<List<HealthProbe>> live;
    private final Duration deadline;
    private final ReentrantLock lock = new ReentrantLock();
    /// Asked, and not answered yet when the last round ended.
    private final IdentityHashMap<HealthProbe, FutureTask<Health>> unanswered = new IdentityHashMap<>();

    private long round;
    private List<Found> found = List.of();

    /// @param by the bundle's class that answered, for people
    public record Found(String by, Health health) {}

    public Probes(Supplier<List<HealthProbe>> live) {
        this(live, Duration.ofSeconds(5));
    }

    Probes(Supplier<List<HealthProbe>> live, Duration deadline) {
        this.live = live;
        this.deadline = deadline;
    }

    /// Never older than the question; after two deadlines at the latest.
    public List<Found> ask() {
        long came = System.nanoTime();
        lock.lock();
        try {
            if (found.isEmpty() || round - came < 0) {
                round = System.nanoTime();
                found = List.copyOf(askAll(live.get()));
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    private List<Found> askAll(List<HealthProbe> probes) {
        List<FutureTask<Health>> tasks = new ArrayList<>();
        for (HealthProbe probe : probes) {
            FutureTask<Health> task = unanswered.get(probe);
            if (task == null || task.isDone()) {
                task = new FutureTask<>(probe::probe);
                Thread _ = Thread.ofVirtual().name("probe").start(task);
            }
            tasks.add(task);
        }
        unanswered.clear();
        List<Found> answers = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            FutureTask<Health> task = tasks.get(i);
            answers.add(new Found(room(probes.get(i)), answer(task, round + deadline.toNanos())));
            if (!task.isDone()) {
                unanswered.put(probes.get(i), task);
            }
        }
        return answers;
    }

    /// `org.mutatio.store.StoreComponent` is `org.mutatio.store`.
    private static String room(HealthProbe probe) {
        return probe.getClass().getPackageName();
    }

    private Health answer(FutureTask<Health> task, long end) {
        try {
            Health health = task.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return health == null ? Health.broken("the probe answered nothing") : health;
        } catch (TimeoutException _) {
            return Health.broken("no answer within " + deadline.toMillis() + " ms");
        } catch (ExecutionException e) {
            return Health.broken(String.valueOf(e.getCause()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Health.broken("the asking was interrupted");
        }
    }
}
