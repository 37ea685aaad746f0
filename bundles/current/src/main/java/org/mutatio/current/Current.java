package org.mutatio.current;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.deploy.Live;

/// Bound to all candidates of a service, lends only those of live bundles.
///
/// A staged bundle's service arrives here like any other and is lent to nobody until [Live] names its bundle; so a swap
/// is one switch, and no user restarts. While `deployer` itself is swapped, the last answer of [Live] stays. Without
/// any
/// [Live] (tests) the newest arrival is lent.
///
/// Threads: bound and unbound on OSGi's threads, lent on any. [#lend] reads one volatile; only a wait takes the lock.
///
/// @param <T> the service
public final class Current<T> {

    private static final Duration WAIT = Duration.ofSeconds(30);

    private record Candidate<T>(T service, String symbolicName, long bundleId) {}

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Candidate<T>> candidates = new ArrayList<>();
    private @Nullable Live live;
    private @Nullable AutoCloseable listening;
    /// What Live said last, kept while nobody gives Live.
    private List<Candidate<T>> judged = List.of();

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

    /// Somebody gives the table of live bundles.
    public void follow(Live table) {
        AutoCloseable registration = table.listen(this::rejudge);
        lock.lock();
        try {
            closeListening();
            live = table;
            listening = registration;
            judge();
        } finally {
            lock.unlock();
        }
    }

    /// The giver of that table goes; its last answers stay until another comes.
    @SuppressWarnings("ReferenceEquality") // as above
    public void unfollow(Live table) {
        lock.lock();
        try {
            if (live == table) {
                closeListening();
                live = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void closeListening() {
        AutoCloseable registration = listening;
        listening = null;
        if (registration != null) {
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
        Live table = live;
        List<Candidate<T>> chosen = new ArrayList<>();
        if (table != null) {
            for (Candidate<T> candidate : candidates) {
                if (table.live(candidate.symbolicName(), candidate.bundleId())) {
                    chosen.add(candidate);
                }
            }
        } else if (!judged.isEmpty()) {
            // No table for now: those judged live before, and any of a name that was not judged yet.
            for (Candidate<T> candidate : candidates) {
                OptionalLong known = judgedBundle(candidate.symbolicName());
                if (known.isEmpty() || known.getAsLong() == candidate.bundleId()) {
                    chosen.add(candidate);
                }
            }
        } else {
            chosen.addAll(candidates);
        }
        if (table != null) {
            judged = List.copyOf(chosen);
        }
        List<T> services = new ArrayList<>();
        for (Candidate<T> candidate : chosen) {
            services.add(candidate.service());
        }
        lent = List.copyOf(services);
        changed.signalAll();
    }

    private OptionalLong judgedBundle(String symbolicName) {
        for (Candidate<T> candidate : judged) {
            if (candidate.symbolicName().equals(symbolicName)) {
                return OptionalLong.of(candidate.bundleId());
            }
        }
        return OptionalLong.empty();
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
        return services.isEmpty() ? await(wait) : services.getLast();
    }

    private T await(Duration wait) {
        long left = wait.toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            while (lent.isEmpty() && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true; // nobody of ours does that; keep the fact, end the wait
                    left = 0;
                }
            }
            if (lent.isEmpty()) {
                throw new AbsentServiceException(
                        "no live " + name + " came within " + TimeUnit.NANOSECONDS.toMillis(wait.toNanos()) + " ms");
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
