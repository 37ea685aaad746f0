package org.mutatio.current;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.deploy.Live;

/// Bound to all candidates of a service, lends only those of live bundles.
///
/// A staged bundle's service arrives here like any other and is lent to nobody until [Live] names its bundle; so a
/// swap is one switch, and no user restarts. While `deployer` itself is swapped there may be two tables for a while:
/// the newest arrival is asked, and when it goes (a swap rolled back) the one before it again. When there is none,
/// the last answers stay. Without ever a [Live] (tests) the newest arrival is lent.
///
/// Threads: bound and unbound on OSGi's threads, lent on any. [#lend] reads one volatile; only a wait takes the lock.
/// Nothing of a service that has left is kept, for its class loader would stay with it.
///
/// @param <T> the service
public final class Current<T> {

    private static final Duration WAIT = Duration.ofSeconds(30);

    private record Candidate<T>(T service, String symbolicName, long bundleId) {}

    private record Following(Live table, AutoCloseable registration) {}

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Candidate<T>> candidates = new ArrayList<>();
    private final List<Following> tables = new ArrayList<>();
    /// What the table said last of each name that ever had a candidate; kept while nobody gives Live.
    private final Map<String, OptionalLong> told = new HashMap<>();

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private volatile List<T> lent = List.of();

    /// @param type for messages: what is missing
    public Current(Class<T> type) {
        this.name = type.getSimpleName();
    }

    /// A candidate came. A user with more than one service of the type from one bundle gets them by [#all].
    public void arrive(T service, String symbolicName, long bundleId) {
        lock.lock();
        try {
            candidates.add(new Candidate<>(service, symbolicName, bundleId));
            judge();
        } finally {
            lock.unlock();
        }
    }

    /// Quick: the deployer has drained the leaving one before (SCR gives up after 5 s).
    @SuppressWarnings("ReferenceEquality") // that very object leaves, whatever its equals says
    public void leave(T service) {
        lock.lock();
        try {
            candidates.removeIf(candidate -> candidate.service() == service);
            judge();
        } finally {
            lock.unlock();
        }
    }

    /// Somebody gives the table of live bundles; from now on it is the one that is asked.
    public void follow(Live table) {
        AutoCloseable registration = table.listen(this::rejudge);
        lock.lock();
        try {
            tables.add(new Following(table, registration));
            judge();
        } finally {
            lock.unlock();
        }
    }

    /// The giver of that table goes: the one before it is asked again; its last answers stay when there is none.
    @SuppressWarnings("ReferenceEquality") // as above
    public void unfollow(Live table) {
        List<AutoCloseable> registrations = new ArrayList<>();
        lock.lock();
        try {
            for (Following following : tables) {
                if (following.table() == table) {
                    registrations.add(following.registration());
                }
            }
            tables.removeIf(following -> following.table() == table);
            judge();
        } finally {
            lock.unlock();
        }
        for (AutoCloseable registration : registrations) {
            try {
                registration.close();
            } catch (Exception e) {
                throw new IllegalStateException("the table of live bundles did not let go", e);
            }
        }
    }

    private void rejudge() {
        lock.lock();
        try {
            judge();
        } finally {
            lock.unlock();
        }
    }

    private void judge() {
        List<T> services = new ArrayList<>();
        if (tables.isEmpty()) {
            for (Candidate<T> candidate : candidates) {
                OptionalLong live = told.getOrDefault(candidate.symbolicName(), OptionalLong.empty());
                if (live.isEmpty() || live.getAsLong() == candidate.bundleId()) {
                    services.add(candidate.service());
                }
            }
        } else {
            Live table = tables.getLast().table();
            for (Candidate<T> candidate : candidates) {
                told.putIfAbsent(candidate.symbolicName(), OptionalLong.empty());
                if (table.live(candidate.symbolicName(), candidate.bundleId())) {
                    services.add(candidate.service());
                }
            }
            told.replaceAll((symbolicName, _) -> table.bundle(symbolicName));
        }
        lent = List.copyOf(services);
        changed.signalAll();
        listeners.forEach(Runnable::run);
    }

    /// The live one, if there is one now; of several the newest arrival.
    public Optional<T> now() {
        List<T> services = lent;
        return services.isEmpty() ? Optional.empty() : Optional.of(services.getLast());
    }

    /// All live ones, oldest arrival first.
    public List<T> all() {
        return lent;
    }

    /// The live one; waits up to 30 s while there is none (a swap goes on).
    ///
    /// @throws AbsentServiceException none came
    public T lend() {
        return lend(WAIT);
    }

    /// @throws AbsentServiceException none came within the wait
    public T lend(Duration wait) {
        List<T> services = lent;
        return services.isEmpty() ? await(null, wait) : services.getLast();
    }

    /// The live one, when that is not `former`; waits while there is none, or still that one.
    ///
    /// @throws AbsentServiceException no other came within the wait
    public T lendOther(T former, Duration wait) {
        return await(former, wait);
    }

    /// Told whenever what is lent may have changed; quick.
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @SuppressWarnings("ReferenceEquality") // that very object, whatever its equals says
    private boolean absent(@Nullable T former) {
        return lent.isEmpty() || lent.getLast() == former;
    }

    private T await(@Nullable T former, Duration wait) {
        long left = TimeUnit.NANOSECONDS.convert(wait); // the longest possible where it is too long for that
        boolean interrupted = false;
        lock.lock();
        try {
            while (absent(former) && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true; // nobody of ours does that; keep the fact, end the wait
                    left = 0;
                }
            }
            if (absent(former)) {
                throw new AbsentServiceException(
                        "no live " + name + " came within " + TimeUnit.MILLISECONDS.convert(wait) + " ms");
            }
            return lent.getLast();
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
