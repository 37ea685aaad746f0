package org.mutatio.pipeline.filters;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.mutatio.pipeline.bulkhead.Bulkhead;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.settings.InvalidSettingException;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;
import org.mutatio.sdk.settings.SettingsBinder;

/// One version of one filter: what it declares, who holds it, how it fares.
public final class FilterEntry {

    /// Keys of `[filters.<name>]` that are ours.
    private static final String ENABLED = "enabled";

    private static final String MODE = "mode";
    private static final int MOST_DOMAINS = 1_000;
    private static final int MOST_SETTINGS = 1_000;

    private final Filter filter;
    private final Declared declared;
    private final Origin origin;
    private final Optional<Bulkhead> bulkhead;
    private final Class<? extends Record> settingsType;
    private final InstantSource clock;

    private final AtomicInteger pins = new AtomicInteger();
    private final Map<String, Breaker> breakers = new ConcurrentHashMap<>();
    private final Map<String, Record> settings = new ConcurrentHashMap<>();
    private final LongAdder calls = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private volatile boolean retired;

    /// The bundle it comes from.
    ///
    /// @param version with a short hash: `1.0.2 (3fa91c07)`
    public record Origin(String symbolicName, long bundleId, String version, ClassLoader loader) {

        /// Ours run on the session's thread.
        public boolean ours() {
            return symbolicName.startsWith("org.mutatio.");
        }
    }

    /// @param bulkhead of its plugin; empty: runs on the session's thread
    /// @throws RuntimeException its own [Filter#settings] threw
    public FilterEntry(
            Filter filter, Declared declared, Origin origin, Optional<Bulkhead> bulkhead, InstantSource clock) {
        this.filter = filter;
        this.declared = declared;
        this.origin = origin;
        this.bulkhead = bulkhead;
        this.clock = clock;
        this.settingsType = filter.settings();
    }

    public Filter filter() {
        return filter;
    }

    public String name() {
        return declared.name();
    }

    public Declared declared() {
        return declared;
    }

    public Origin origin() {
        return origin;
    }

    public Optional<Bulkhead> bulkhead() {
        return bulkhead;
    }

    /// A transaction holds it until [#unpin].
    void pin() {
        pins.incrementAndGet();
    }

    void unpin() {
        pins.decrementAndGet();
    }

    public int pins() {
        return pins.get();
    }

    /// Its service is gone: what still pins it is answered 451 4.3.2.
    public void retire() {
        retired = true;
    }

    public boolean retired() {
        return retired;
    }

    public void called() {
        calls.increment();
    }

    public void failed() {
        faults.increment();
    }

    public long calls() {
        return calls.sum();
    }

    public long faults() {
        return faults.sum();
    }

    public Breaker breaker(String domain) {
        Breaker known = breakers.get(domain);
        if (known != null) {
            return known;
        }
        if (breakers.size() >= MOST_DOMAINS) {
            breakers.values().removeIf(breaker -> breaker.state() == Breaker.State.CLOSED);
        }
        return breakers.computeIfAbsent(domain, _ -> new Breaker(clock));
    }

    /// Domains whose breaker is not closed.
    public Map<String, Breaker.State> openBreakers() {
        Map<String, Breaker.State> open = new java.util.TreeMap<>();
        breakers.forEach((domain, breaker) -> {
            Breaker.State state = breaker.state();
            if (state != Breaker.State.CLOSED) {
                open.put(domain, state);
            }
        });
        return open;
    }

    /// Whether that policy wants it asked: `enabled = false` switches it off.
    public static boolean enabled(SettingTable table) {
        return !(table.values().get(ENABLED) instanceof SettingValue.Flag flag) || flag.value();
    }

    /// Line of the policy file that its settings come from; empty when none says a word.
    public static String policyLine(SettingTable table) {
        for (SettingValue value : table.values().values()) {
            return value.origin();
        }
        return "";
    }

    /// Without the keys that are ours, for its own record.
    public static SettingTable own(SettingTable table) {
        if (!table.values().containsKey(ENABLED) && !table.values().containsKey(MODE)) {
            return table;
        }
        Map<String, SettingValue> rest = new LinkedHashMap<>(table.values());
        rest.remove(ENABLED);
        rest.remove(MODE);
        return new SettingTable(rest);
    }

    public Class<? extends Record> settingsType() {
        return settingsType;
    }

    /// @param key names the effective policy: the record is made once for it
    public <T extends Record> T settings(Class<T> type, String key, SettingTable table) throws InvalidSettingException {
        Record known = settings.get(key);
        if (type.isInstance(known)) {
            return type.cast(known);
        }
        T bound = SettingsBinder.bind(type, own(table));
        if (settings.size() >= MOST_SETTINGS) {
            settings.clear();
        }
        settings.put(key, bound);
        return bound;
    }

    @Override
    public String toString() {
        return name() + " " + origin.version();
    }
}
