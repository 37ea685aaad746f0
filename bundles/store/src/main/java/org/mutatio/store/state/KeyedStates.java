package org.mutatio.store.state;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.mutatio.api.state.StateMap;
import org.mutatio.api.state.States;

/// Maps that outlive a swap and not a restart.
public final class KeyedStates implements States {

    static final int MOST_KEYS = 100_000;
    private static final int MOST_MAPS = 1_000;

    private final Map<String, Keyed> maps = new ConcurrentHashMap<>();
    private final InstantSource clock;

    public KeyedStates(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public StateMap map(String name) {
        if (maps.size() >= MOST_MAPS && !maps.containsKey(name)) {
            throw new IllegalStateException("more than " + MOST_MAPS + " state maps: " + name);
        }
        return maps.computeIfAbsent(name, _ -> new Keyed(clock));
    }

    private record Held(String key, String value, long expires) {}

    private static final class Keyed implements StateMap {
        private final InstantSource clock;
        private final Map<String, Held> held = new HashMap<>();
        private final PriorityQueue<Held> byExpiry = new PriorityQueue<>(Comparator.comparingLong(Held::expires));

        Keyed(InstantSource clock) {
            this.clock = clock;
        }

        @Override
        public synchronized Optional<String> get(String key) {
            Held found = held.get(key);
            return found == null || found.expires() <= clock.millis() ? Optional.empty() : Optional.of(found.value());
        }

        @Override
        public synchronized void put(String key, String value, Duration expiry) {
            Held fresh = new Held(key, value, clock.millis() + expiry.toMillis());
            held.put(key, fresh);
            byExpiry.add(fresh);
            clean();
        }

        @Override
        public synchronized String update(String key, UnaryOperator<String> change, Duration expiry) {
            String value = change.apply(get(key).orElse(""));
            put(key, value, expiry);
            return value;
        }

        @Override
        public synchronized void remove(String key) {
            held.remove(key);
        }

        /// The queue holds what was written over or removed too, until it is due: when that is most of it, it is made
        /// anew, so that it costs no key its value.
        private void clean() {
            if (byExpiry.size() > 2 * MOST_KEYS) {
                byExpiry.clear();
                byExpiry.addAll(held.values());
            }
            long now = clock.millis();
            Held oldest = byExpiry.peek();
            while (oldest != null && (oldest.expires() <= now || held.size() > MOST_KEYS)) {
                byExpiry.remove();
                if (oldest.equals(held.get(oldest.key()))) {
                    held.remove(oldest.key());
                }
                oldest = byExpiry.peek();
            }
        }
    }
}
