package org.mutatio.pipeline.filters;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.sdk.filter.Stage;

/// The versions that one transaction holds: a filter that it has called once stays that version to the final reply.
/// Used by one thread.
public final class Pins implements AutoCloseable {

    private final FilterTable table;
    private final Map<String, FilterEntry> held = new HashMap<>();

    public Pins(FilterTable table) {
        this.table = table;
    }

    /// Whom to ask, in order; those that were asked before in the version of then, also when it is not live any more.
    public List<FilterEntry> of(Stage stage) {
        List<FilterEntry> live = table.of(stage);
        if (held.isEmpty()) {
            return live;
        }
        List<FilterEntry> filters = new ArrayList<>();
        for (FilterEntry filter : live) {
            FilterEntry pinned = held.get(filter.name());
            filters.add(pinned == null ? filter : pinned);
        }
        for (FilterEntry pinned : held.values()) {
            boolean gone = filters.stream().noneMatch(filter -> filter.name().equals(pinned.name()));
            if (gone && pinned.declared().stages().contains(stage)) {
                filters.add(pinned);
            }
        }
        return filters.equals(live) ? live : FilterOrder.order(filters).filters();
    }

    /// It is called now.
    public void hold(FilterEntry filter) {
        if (held.putIfAbsent(filter.name(), filter) == null) {
            filter.pin();
        }
    }

    /// One that was taken away while we held it.
    public Optional<FilterEntry> retired() {
        for (FilterEntry filter : held.values()) {
            if (filter.retired()) {
                return Optional.of(filter);
            }
        }
        return Optional.empty();
    }

    /// The final reply is there.
    @Override
    public void close() {
        for (FilterEntry filter : held.values()) {
            filter.unpin();
        }
        held.clear();
    }
}
