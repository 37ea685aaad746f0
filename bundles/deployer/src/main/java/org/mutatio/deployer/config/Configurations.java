package org.mutatio.deployer.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mutatio.toml.Origin;
import org.mutatio.toml.Problem;
import org.mutatio.toml.TomlDocument;
import org.mutatio.toml.TomlValue;

/// What mutatio.toml says, as configurations: table `[x]` is the one of PID `org.mutatio.x` (a quoted name with a dot
/// is a PID as it is), each `[[x]]` one of the factory `org.mutatio.<who>.x`.
///
/// @param single by PID
/// @param factories by factory PID and, in it, by name
public record Configurations(Map<String, Settings> single, Map<String, Map<String, Settings>> factories) {

    public static final Configurations NONE = new Configurations(Map.of(), Map.of());

    /// Who takes an array of tables of that name.
    private static final Map<String, String> FACTORIES = Map.of("listener", "org.mutatio.ports.listener");

    public Configurations {
        single = Collections.unmodifiableMap(new LinkedHashMap<>(single));
        factories = Collections.unmodifiableMap(new LinkedHashMap<>(factories));
    }

    /// One configuration.
    ///
    /// @param place where its table begins
    /// @param values by camelCase name: String, Long, Double, Boolean or String[]
    /// @param origins of each value's key, by the same names
    /// @param written the key as written, by the same names
    public record Settings(
            Origin place, Map<String, Object> values, Map<String, Origin> origins, Map<String, String> written) {

        public Settings {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
            origins = Map.copyOf(origins);
            written = Map.copyOf(written);
        }
    }

    /// Faults that need no knowledge of the bundles: shapes that no configuration can have, names twice.
    ///
    /// @param problems takes what is wrong
    public static Configurations of(TomlDocument document, List<Problem> problems) {
        problems.addAll(document.problems());
        Map<String, Settings> single = new LinkedHashMap<>();
        Map<String, Map<String, Settings>> factories = new LinkedHashMap<>();
        document.root().entries().forEach((name, entry) -> {
            switch (entry.value()) {
                case TomlValue.Table table -> single.put(pid(name), settings(table, problems));
                case TomlValue.Items items
                when FACTORIES.containsKey(name) ->
                    factories.put(FACTORIES.getOrDefault(name, name), several(name, items, problems));
                default ->
                    problems.add(new Problem(
                            entry.key(),
                            name + " is a " + entry.value().kind()
                                    + " outside of any table; write it below a [table]"));
            }
        });
        return new Configurations(single, factories);
    }

    public static String pid(String table) {
        return table.indexOf('.') < 0 ? "org.mutatio." + table : table;
    }

    private static Map<String, Settings> several(String array, TomlValue.Items items, List<Problem> problems) {
        Map<String, Settings> byName = new LinkedHashMap<>();
        for (TomlValue item : items.values()) {
            if (!(item instanceof TomlValue.Table table)) {
                problems.add(
                        new Problem(item.origin(), array + " holds a " + item.kind() + "; write [[" + array + "]]"));
                continue;
            }
            Settings settings = settings(table, problems);
            if (!(settings.values().get("name") instanceof String name) || name.isBlank()) {
                problems.add(new Problem(table.origin(), "[[" + array + "]] has no name; write name = \"mx\""));
                continue;
            }
            Settings former = byName.putIfAbsent(name, settings);
            if (former != null) {
                problems.add(new Problem(
                        table.origin(), "a second " + array + " \"" + name + "\"; the first is at " + former.place()));
            }
        }
        return byName;
    }

    private static Settings settings(TomlValue.Table table, List<Problem> problems) {
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, Origin> origins = new LinkedHashMap<>();
        Map<String, String> written = new LinkedHashMap<>();
        flatten("", "", table, values, origins, written, problems);
        return new Settings(table.origin(), values, origins, written);
    }

    private static void flatten(
            String prefix,
            String writtenPrefix,
            TomlValue.Table table,
            Map<String, Object> values,
            Map<String, Origin> origins,
            Map<String, String> written,
            List<Problem> problems) {
        table.entries().forEach((key, entry) -> {
            String name = prefix + camelCase(key);
            String asWritten = writtenPrefix + key;
            if (entry.value() instanceof TomlValue.Table inner) {
                flatten(name + ".", asWritten + ".", inner, values, origins, written, problems);
                return;
            }
            Object value = value(asWritten, entry.value(), problems);
            if (values.putIfAbsent(name, value) != null) {
                problems.add(new Problem(
                        entry.key(),
                        asWritten + " is there twice; the first is " + written.get(name) + " at " + origins.get(name)));
                return;
            }
            origins.put(name, entry.key());
            written.put(name, asWritten);
        });
    }

    private static Object value(String key, TomlValue value, List<Problem> problems) {
        return switch (value) {
            case TomlValue.Text text -> text.value();
            case TomlValue.Whole whole -> whole.value();
            case TomlValue.Decimal decimal -> decimal.value();
            case TomlValue.Flag flag -> flag.value();
            case TomlValue.Items items -> texts(key, items.values(), problems);
            case TomlValue.Moment(var text, var origin) -> {
                problems.add(new Problem(origin, key + " is a date; no setting is one: put it in quotes"));
                yield text;
            }
            case TomlValue.Table table -> throw new IllegalArgumentException("a table is no value: " + table.origin());
        };
    }

    private static String[] texts(String key, List<TomlValue> items, List<Problem> problems) {
        List<String> texts = new ArrayList<>();
        for (TomlValue item : items) {
            switch (item) {
                case TomlValue.Text text -> texts.add(text.value());
                case TomlValue.Whole whole -> texts.add(Long.toString(whole.value()));
                default ->
                    problems.add(new Problem(item.origin(), key + " holds a " + item.kind() + "; it takes texts"));
            }
        }
        return texts.toArray(String[]::new);
    }

    /// `message-size` becomes `messageSize`.
    static String camelCase(String key) {
        StringBuilder camel = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '-') {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    /// `messageSize` becomes `message-size`: for messages.
    static String kebabCase(String name) {
        StringBuilder kebab = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                kebab.append('-').append(Character.toLowerCase(c));
            } else {
                kebab.append(c);
            }
        }
        return kebab.toString();
    }
}
