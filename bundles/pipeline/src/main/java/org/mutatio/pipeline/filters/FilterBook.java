package org.mutatio.pipeline.filters;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.pipeline.FilterPins;
import org.mutatio.api.policy.FilterSettings;
import org.mutatio.current.Current;
import org.mutatio.pipeline.bulkhead.Bulkhead;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.settings.InvalidSettingException;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingsBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes filters as they come and go, live or staged; gives the [FilterTable] of the live ones.
///
/// Guarded by itself; [FilterTable] is read without any lock.
public final class FilterBook implements FilterSettings, FilterPins, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FilterBook.class);

    private final InstantSource clock;
    private final Current<FilterEntry> current = new Current<>(FilterEntry.class);
    private final FilterTable table = new FilterTable(current);
    private final IdentityHashMap<Filter, FilterEntry> entries = new IdentityHashMap<>();
    private final Map<Long, Bulkhead> bulkheads = new HashMap<>();
    private final List<FilterEntry> leaving = new ArrayList<>();

    public FilterBook(InstantSource clock) {
        this.clock = clock;
    }

    public FilterTable table() {
        return table;
    }

    /// A filter came. One that declares itself wrongly, or whose own code fails already here, is left out and logged.
    ///
    /// @param property of its service
    public synchronized void arrive(
            Filter filter, Function<String, @Nullable Object> property, FilterEntry.Origin origin) {
        FilterEntry entry;
        try {
            Declared declared = Declared.of(property);
            Optional<Bulkhead> bulkhead = origin.ours()
                    ? Optional.empty()
                    : Optional.of(bulkheads.computeIfAbsent(
                            origin.bundleId(), _ -> new Bulkhead(origin.symbolicName(), origin.loader())));
            entry = new FilterEntry(filter, declared, origin, bulkhead, clock);
        } catch (RuntimeException | LinkageError | StackOverflowError e) { // its own code ran
            log.error(
                    "event=filter.unusable bundle={} version=\"{}\" reason=\"{}\"",
                    origin.symbolicName(),
                    origin.version(),
                    e.toString());
            return;
        }
        entries.put(filter, entry);
        current.arrive(entry, origin.symbolicName(), origin.bundleId());
        log.info(
                "event=filter.arrived filter={} bundle={} version=\"{}\"",
                entry.name(),
                origin.symbolicName(),
                origin.version());
        table.problems().forEach(problem -> log.warn("event=filter.order reason=\"{}\"", problem));
    }

    /// A filter went; what still holds it is answered 451 4.3.2.
    public synchronized void leave(Filter filter) {
        FilterEntry entry = entries.remove(filter);
        if (entry == null) {
            return; // it was never taken
        }
        current.leave(entry);
        entry.retire();
        log.info(
                "event=filter.left filter={} version=\"{}\" pins={}",
                entry.name(),
                entry.origin().version(),
                entry.pins());
        long bundle = entry.origin().bundleId();
        leaving.removeIf(gone -> gone.pins() == 0);
        if (entry.pins() > 0) {
            leaving.add(entry);
        }
        boolean more =
                entries.values().stream().anyMatch(other -> other.origin().bundleId() == bundle);
        if (!more) {
            Bulkhead bulkhead = bulkheads.remove(bundle);
            if (bulkhead != null) {
                bulkhead.retire(() -> entry.pins() == 0);
            }
        }
    }

    public void follow(Live live) {
        current.follow(live);
    }

    public void unfollow(Live live) {
        current.unfollow(live);
    }

    @Override
    public synchronized int pins(long bundleId) {
        leaving.removeIf(gone -> gone.pins() == 0); // or the last one that went would hold its bundle's classes
        int sum = 0;
        for (FilterEntry entry : entries.values()) {
            sum += entry.origin().bundleId() == bundleId ? entry.pins() : 0;
        }
        for (FilterEntry entry : leaving) {
            sum += entry.origin().bundleId() == bundleId ? entry.pins() : 0;
        }
        return sum;
    }

    /// Of the live version; the newest staged one when none is live yet.
    @Override
    public List<String> check(String filter, SettingTable settings) {
        Optional<FilterEntry> found = table.find(filter).or(() -> staged(filter));
        if (found.isEmpty()) {
            return List.of();
        }
        try {
            SettingsBinder.bind(found.get().settingsType(), FilterEntry.own(settings));
            return List.of();
        } catch (InvalidSettingException e) {
            return e.problems();
        } catch (RuntimeException e) {
            return List.of("filters." + filter + ": its settings record is wrong: " + e.getMessage());
        }
    }

    private synchronized Optional<FilterEntry> staged(String filter) {
        return entries.values().stream()
                .filter(entry -> entry.name().equals(filter))
                .max(java.util.Comparator.comparingLong(entry -> entry.origin().bundleId()));
    }

    @Override
    public List<String> filters() {
        return table.all().stream().map(FilterEntry::name).toList();
    }

    @Override
    public synchronized void close() {
        for (Bulkhead bulkhead : bulkheads.values()) {
            bulkhead.close();
        }
        bulkheads.clear();
    }
}
