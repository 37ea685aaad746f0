package org.mutatio.deployer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mutatio.toml.NearestKey;
import org.mutatio.toml.Origin;
import org.mutatio.toml.Problem;

/// mutatio.toml against what the bundles say they know: unknown tables and keys with the nearest right
/// one, wrong types.
public final class Checks {

    private Checks() {}

    /// What a bundle declares of one PID.
    ///
    /// @param types by attribute name: `String`, `Long`, `Integer`, `Boolean`, `Double`; with `[]` for
    ///     several
    /// @param open further keys are allowed
    public record Known(Map<String, String> types, boolean open) {}

    /// @param known by PID or factory PID; a PID without an entry is nobody's
    public static List<Problem> check(Configurations configurations, Map<String, Known> known) {
        List<Problem> problems = new ArrayList<>();
        configurations.single().forEach((pid, settings) -> {
            Known declared = known.get(pid);
            if (declared == null) {
                Set<String> tables = new TreeSet<>();
                known.keySet().forEach(other -> {
                    if (other.startsWith("org.mutatio.") && other.indexOf('.', 12) < 0) {
                        tables.add(other.substring(12));
                    }
                });
                String table = pid.startsWith("org.mutatio.") ? pid.substring(12) : pid;
                problems.add(new Problem(
                        settings.place(),
                        "no bundle knows the table [" + table + "]"
                                + NearestKey.of(table, tables)
                                        .map(near -> "; did you mean [" + near + "]?")
                                        .orElse("; there are " + tables)));
            } else {
                keys(settings, declared, problems);
            }
        });
        configurations.factories().forEach((pid, all) -> {
            Known declared = known.get(pid);
            if (declared != null) {
                all.values().forEach(settings -> keys(settings, declared, problems));
            }
        });
        return problems;
    }

    /// What the bundles say when they read their tables: after [#check], which knows the names and types.
    ///
    /// @param readers by PID or factory PID: throw what cannot be read
    public static List<Problem> read(
            Configurations configurations, Map<String, Consumer<Map<String, Object>>> readers) {
        List<Problem> problems = new ArrayList<>();
        configurations.single().forEach((pid, settings) -> read(settings, readers.get(pid), problems));
        configurations
                .factories()
                .forEach((pid, all) -> all.values().forEach(settings -> read(settings, readers.get(pid), problems)));
        return problems;
    }

    private static void read(
            Configurations.Settings settings, @Nullable Consumer<Map<String, Object>> reader, List<Problem> problems) {
        Optional<String> wrong = refusal(reader, settings.values());
        if (reader == null || wrong.isEmpty()) {
            return;
        }
        // Each key that is wrong alone is told at its line; else the table is.
        boolean alone = refusal(reader, Map.of()).isEmpty();
        boolean told = false;
        for (Map.Entry<String, Object> entry : settings.values().entrySet()) {
            Optional<String> own = alone ? refusal(reader, Map.of(entry.getKey(), entry.getValue())) : Optional.empty();
            if (own.isPresent()) {
                String written = settings.written().getOrDefault(entry.getKey(), entry.getKey());
                String reason = own.get().contains(written) ? own.get() : written + ": " + own.get();
                problems.add(new Problem(settings.origins().getOrDefault(entry.getKey(), settings.place()), reason));
                told = true;
            }
        }
        if (!told) {
            problems.add(new Problem(settings.place(), wrong.get()));
        }
    }

    private static Optional<String> refusal(@Nullable Consumer<Map<String, Object>> reader, Map<String, Object> table) {
        if (reader == null) {
            return Optional.empty();
        }
        try {
            reader.accept(table);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static void keys(Configurations.Settings settings, Known known, List<Problem> problems) {
        settings.values().forEach((name, value) -> {
            Origin origin = settings.origins().getOrDefault(name, settings.place());
            String written = settings.written().getOrDefault(name, name);
            String type = known.types().get(name);
            if (type == null) {
                if (!known.open()) {
                    List<String> keys = known.types().keySet().stream()
                            .map(Configurations::kebabCase)
                            .toList();
                    problems.add(new Problem(
                            origin,
                            "unknown key " + written
                                    + NearestKey.of(written, keys)
                                            .map(near -> "; did you mean " + near + "?")
                                            .orElse("; there are " + new TreeSet<>(keys))));
                }
                return;
            }
            if (!fits(type, value)) {
                problems.add(new Problem(origin, written + " is to be " + wanted(type) + ", not " + shown(value)));
            }
        });
    }

    private static boolean fits(String type, Object value) {
        return switch (type) {
            case "String" -> value instanceof String;
            case "Long", "Integer" -> value instanceof Long;
            case "Double" -> value instanceof Double || value instanceof Long;
            case "Boolean" -> value instanceof Boolean;
            case "String[]" -> value instanceof String[] || value instanceof String;
            default -> true;
        };
    }

    private static String wanted(String type) {
        return switch (type) {
            case "String" -> "a text in quotes";
            case "Long", "Integer" -> "a whole number";
            case "Double" -> "a number";
            case "Boolean" -> "true or false";
            default -> "a list of texts: [\"a\", \"b\"]";
        };
    }

    private static String shown(Object value) {
        return value instanceof String text
                ? "\"" + text + "\""
                : value instanceof String[] ? "a list" : value.toString();
    }
}
