package org.mutatio.pipeline.filters;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.current.Current;
import org.mutatio.sdk.filter.Stage;

/// The live filters in their order, by stage. [Current] says which are live; the order is found anew when that changes.
public final class FilterTable {

    private final Current<FilterEntry> current;
    private volatile @Nullable View view;

    /// What was live at one moment.
    private record View(
            List<FilterEntry> of, List<FilterEntry> all, Map<Stage, List<FilterEntry>> stages, List<String> problems) {}

    public FilterTable(Current<FilterEntry> current) {
        this.current = current;
    }

    @SuppressWarnings("ReferenceEquality") // Current gives the same list as long as nothing has changed
    private View view() {
        List<FilterEntry> live = current.all();
        View known = view;
        if (known == null || known.of() != live) {
            known = make(live);
            view = known;
        }
        return known;
    }

    private static View make(List<FilterEntry> live) {
        List<FilterEntry> unique = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (FilterEntry filter : live) {
            if (names.add(filter.name())) {
                unique.add(filter);
            } else {
                problems.add("a second filter " + filter.name() + ", of "
                        + filter.origin().symbolicName() + ", is not used");
            }
        }
        FilterOrder.Ordered ordered = FilterOrder.order(unique);
        problems.addAll(ordered.problems());
        Map<Stage, List<FilterEntry>> stages = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            stages.put(
                    stage,
                    ordered.filters().stream()
                            .filter(filter -> filter.declared().stages().contains(stage))
                            .toList());
        }
        return new View(live, ordered.filters(), stages, List.copyOf(problems));
    }

    /// In the order they are asked.
    public List<FilterEntry> all() {
        return view().all();
    }

    public List<FilterEntry> of(Stage stage) {
        return view().stages().getOrDefault(stage, List.of());
    }

    public Optional<FilterEntry> find(String name) {
        for (FilterEntry filter : view().all()) {
            if (filter.name().equals(name)) {
                return Optional.of(filter);
            }
        }
        return Optional.empty();
    }

    /// Cycles and doubles, in words.
    public List<String> problems() {
        return view().problems();
    }
}
