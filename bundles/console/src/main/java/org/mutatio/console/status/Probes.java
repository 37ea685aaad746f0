package org.mutatio.console.status;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;

/// Asks all probes at once; one that hangs or throws is broken, and holds up nobody.
public final class Probes {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private Probes() {}

    /// @param by the bundle's class that answered, for people
    public record Found(String by, Health health) {}

    public static List<Found> ask(List<HealthProbe> probes) {
        List<FutureTask<Health>> tasks = new ArrayList<>();
        for (HealthProbe probe : probes) {
            FutureTask<Health> task = new FutureTask<>(probe::probe);
            tasks.add(task);
            Thread.ofVirtual().name("probe").start(task);
        }
        long end = System.nanoTime() + DEADLINE.toNanos();
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            found.add(new Found(room(probes.get(i)), answer(tasks.get(i), end)));
        }
        return found;
    }

    /// `org.mutatio.store.StoreComponent` is `org.mutatio.store`.
    private static String room(HealthProbe probe) {
        return probe.getClass().getPackageName();
    }

    private static Health answer(FutureTask<Health> task, long end) {
        try {
            return task.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return Health.broken("no answer within " + DEADLINE.toSeconds() + " s");
        } catch (ExecutionException e) {
            return Health.broken(String.valueOf(e.getCause()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Health.broken("the asking was interrupted");
        }
    }
}
