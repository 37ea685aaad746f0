package org.mutatio.accounts.brake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.mutatio.api.state.StateMap;

/// Serves while the store gives no map: in memory, bounded, forgotten with this bundle.
public final class LocalStates implements StateMap {

    private static final int MOST = 100_000;

    private record Entry(String value, Instant expires) {}

    private final InstantSource clock;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    public LocalStates(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Optional<String> get(String key) {
        Entry entry = entries.get(key);
        if (entry != null && entry.expires().isBefore(clock.instant())) {
            entries.remove(key);
            return Optional.empty();
        }
        return Optional.ofNullable(entry).map(Entry::value);
    }

    @Override
    public synchronized void put(String key, String value, Duration expiry) {
        entries.remove(key);
        entries.put(key, new Entry(value, clock.instant().plus(expiry)));
        if (entries.size() > MOST) { // the one that was written longest ago
            entries.remove(entries.keySet().iterator().next());
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
        entries.remove(key);
    }
}
