package org.mutatio.accounts.brake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.mutatio.api.state.StateMap;

/// Serves while the store gives no map: in memory, bounded, forgotten with this bundle.
public final class LocalStates implements StateMap {

    private static final int MOST = 100_000;

    private record Entry(String key, String value, Instant expires) {}

    private final InstantSource clock;
    private final Map<String, Entry> entries = new HashMap<>();
    private final TreeSet<Entry> byExpiry =
            new TreeSet<>(Comparator.comparing(Entry::expires).thenComparing(Entry::key));

    public LocalStates(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Optional<String> get(String key) {
        Entry entry = entries.get(key);
        return entry == null || !entry.expires().isAfter(clock.instant())
                ? Optional.empty()
                : Optional.of(entry.value());
    }

    @Override
    public synchronized void put(String key, String value, Duration expiry) {
        remove(key);
        Instant now = clock.instant();
        Entry fresh = new Entry(key, value, now.plus(expiry));
        entries.put(key, fresh);
        byExpiry.add(fresh);
        while (!byExpiry.isEmpty()
                && (entries.size() > MOST || !byExpiry.first().expires().isAfter(now))) {
            remove(byExpiry.first().key());
        }
    }

    @Override
    public synchronized String update(String key, UnaryOperator<String> change, Duration expiry) {
        String value = change.apply(get(key).orElse(""));
        put(key, value, expiry);
        return value;
    }

    @Override
    public synchronized void remove(String key) {
        Entry gone = entries.remove(key);
        if (gone != null) {
            byExpiry.remove(gone);
        }
    }
}
