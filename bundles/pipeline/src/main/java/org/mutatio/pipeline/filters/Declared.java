package org.mutatio.pipeline.filters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mutatio.sdk.filter.Change;
import org.mutatio.sdk.filter.OnFailure;
import org.mutatio.sdk.filter.Phase;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.settings.Durations;

/// What a filter declares of itself: [FilterInfo], read from the properties of its service.
public record Declared(
        String name,
        Set<Stage> stages,
        Phase phase,
        Set<String> before,
        Set<String> after,
        Set<Change> changes,
        OnFailure onFailure,
        Duration deadline) {

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final String PREFIX = "filter.";

    public Declared {
        stages = Set.copyOf(stages);
        before = Set.copyOf(before);
        after = Set.copyOf(after);
        changes = Set.copyOf(changes);
    }

    /// @param property gives a service property by name, null when it is absent
    /// @throws IllegalArgumentException a malformed declaration, in words for its author
    public static Declared of(Function<String, @Nullable Object> property) {
        Map<String, Object> values = new java.util.HashMap<>();
        for (String key : List.of("name", "stage", "phase", "before", "after", "changes", "onFailure", "deadline")) {
            Object value = property.apply(PREFIX + key);
            if (value != null) {
                values.put(key, value);
            }
        }
        String name = values.getOrDefault("name", "").toString();
        if (name.isEmpty() || !name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
            throw new IllegalArgumentException("a filter's name is of a-z 0-9 -, not: " + name);
        }
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        for (String word : words(values.get("stage"))) {
            stages.add(constant(Stage.class, word, name));
        }
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("filter " + name + " names no stage");
        }
        Set<Change> changes = EnumSet.noneOf(Change.class);
        for (String word : words(values.get("changes"))) {
            changes.add(constant(Change.class, word, name));
        }
        Duration deadline =
                Durations.parse(values.getOrDefault("deadline", "5 s").toString());
        if (deadline.isZero() || deadline.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("the deadline of filter " + name + " lies above 0 and up to 30 s");
        }
        return new Declared(
                name,
                stages,
                constant(Phase.class, values.getOrDefault("phase", "CONTENT").toString(), name),
                Set.copyOf(words(values.get("before"))),
                Set.copyOf(words(values.get("after"))),
                changes,
                constant(
                        OnFailure.class,
                        values.getOrDefault("onFailure", "DEFER").toString(),
                        name),
                deadline);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String word, String filter) {
        try {
            return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "filter " + filter + ": no " + type.getSimpleName() + " is named " + word, e);
        }
    }

    private static List<String> words(@Nullable Object value) {
        List<String> words = new ArrayList<>();
        switch (value) {
            case null -> {}
            case Object[] several -> {
                for (Object one : several) {
                    words.add(one.toString());
                }
            }
            case Iterable<?> several -> several.forEach(one -> words.add(String.valueOf(one)));
            default -> words.add(value.toString());
        }
        return words;
    }
}
