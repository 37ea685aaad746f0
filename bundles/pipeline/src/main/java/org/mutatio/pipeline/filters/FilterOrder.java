package org.mutatio.pipeline.filters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.mutatio.sdk.filter.Phase;

/// Order of filters: phases first, inside a phase what `before` and `after` say, then by name.
public final class FilterOrder {

    /// @param problems cycles, in words; broken at the filter that comes first by name
    public record Ordered(List<FilterEntry> filters, List<String> problems) {
        public Ordered {
            filters = List.copyOf(filters);
            problems = List.copyOf(problems);
        }
    }

    private FilterOrder() {}

    public static Ordered order(List<FilterEntry> filters) {
        List<FilterEntry> ordered = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            Map<String, FilterEntry> inPhase = new TreeMap<>(Comparator.naturalOrder());
            for (FilterEntry filter : filters) {
                if (filter.declared().phase() == phase) {
                    inPhase.put(filter.name(), filter);
                }
            }
            sort(phase, inPhase, ordered, problems);
        }
        return new Ordered(ordered, problems);
    }

    private static void sort(
            Phase phase, Map<String, FilterEntry> waiting, List<FilterEntry> ordered, List<String> problems) {
        Map<String, Set<String>> first = predecessors(waiting);
        while (!waiting.isEmpty()) {
            String next = null;
            for (String name : waiting.keySet()) {
                if (first.getOrDefault(name, Set.of()).stream().noneMatch(waiting::containsKey)) {
                    next = name;
                    break;
                }
            }
            if (next == null) {
                next = waiting.keySet().iterator().next();
                problems.add("filters of phase " + phase + " want to come before each other: " + waiting.keySet() + "; "
                        + next + " comes first");
            }
            FilterEntry filter = waiting.remove(next);
            if (filter != null) {
                ordered.add(filter);
            }
        }
    }

    /// Who comes first, by name.
    private static Map<String, Set<String>> predecessors(Map<String, FilterEntry> filters) {
        Map<String, Set<String>> first = new HashMap<>();
        for (FilterEntry filter : filters.values()) {
            for (String name : filter.declared().after()) {
                first.computeIfAbsent(filter.name(), _ -> new HashSet<>()).add(name);
            }
            for (String name : filter.declared().before()) {
                first.computeIfAbsent(name, _ -> new HashSet<>()).add(filter.name());
            }
        }
        return first;
    }
}
