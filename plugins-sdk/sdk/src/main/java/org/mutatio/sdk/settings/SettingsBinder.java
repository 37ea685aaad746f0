package org.mutatio.sdk.settings;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;

/// Makes a record of a [SettingTable]: the key `max-size` fills the component `maxSize`.
///
/// A component's type is `String`, `int`, `long`, `double`, `boolean`, [DataSize], [Duration], an enum (written
/// `in-this-way`), [MailAddress], [Domain], [Path], a record of such (a table), or a `List` or `Optional` of one of
/// these. What is absent gets its [Default]; without one an `Optional` is empty, a `List` is empty, a record is made of
/// its own defaults, and anything else is a problem. A key that no component has is a problem, too.
public final class SettingsBinder {

    private SettingsBinder() {}

    /// @throws InvalidSettingException all that is wrong with the table, each with its origin
    /// @throws IllegalArgumentException the record is no record of settings (a malformed [Default]): its
    ///     author's bug
    /// @throws UnsupportedOperationException likewise: a type that is not listed
    public static <T extends Record> T bind(Class<T> type, SettingTable table) throws InvalidSettingException {
        List<String> problems = new ArrayList<>();
        Object bound = record(type, table, "default", "", problems);
        if (bound == null || !problems.isEmpty()) {
            throw new InvalidSettingException(problems);
        }
        return type.cast(bound);
    }

    /// The keys that a settings record has, as a policy writes them.
    public static Set<String> keys(Class<? extends Record> type) {
        Set<String> keys = new LinkedHashSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            keys.add(kebab(component.getName()));
        }
        return keys;
    }

    private static @Nullable Object record(
            Class<?> type, SettingTable table, String origin, String path, List<String> problems) {
        int before = problems.size();
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new @Nullable Object[components.length];
        Set<String> keys = new LinkedHashSet<>();
        for (int i = 0; i < components.length; i++) {
            String key = kebab(components[i].getName());
            keys.add(key);
            types[i] = components[i].getType();
            values[i] = component(components[i], table.values().get(key), origin, path + key, problems);
        }
        for (var entry : table.values().entrySet()) {
            if (!keys.contains(entry.getKey())) {
                problems.add(entry.getValue().origin() + ": unknown setting " + path + entry.getKey()
                        + nearest(entry.getKey(), keys));
            }
        }
        return problems.size() > before ? null : construct(type, types, values, origin(table, origin), problems);
    }

    private static @Nullable Object component(
            RecordComponent component,
            @Nullable SettingValue given,
            String origin,
            String path,
            List<String> problems) {
        Type type = component.getGenericType();
        if (given != null) {
            return value(type, given, path, problems);
        }
        Default preset = component.getAnnotation(Default.class);
        if (preset != null) {
            List<String> wrong = new ArrayList<>();
            Object value = value(type, written(preset.value(), type), path, wrong);
            if (value == null || !wrong.isEmpty()) {
                throw new IllegalArgumentException(
                        component.getDeclaringRecord().getName() + ": malformed @Default: " + String.join("; ", wrong));
            }
            return value;
        }
        Class<?> raw = raw(type);
        if (raw == Optional.class) {
            return Optional.empty();
        }
        if (raw == List.class) {
            return List.of();
        }
        if (raw.isRecord() && !known(raw)) {
            return record(raw, SettingTable.EMPTY, origin, path + ".", problems);
        }
        problems.add(origin + ": setting " + path + " is missing");
        return null;
    }

    /// The text of a [Default] as the value that a policy would hold.
    private static SettingValue written(String text, Type type) {
        Class<?> raw = raw(type);
        if (raw == List.class) {
            List<SettingValue> values = new ArrayList<>();
            int from = 0;
            while (from <= text.length() && !text.isBlank()) {
                int comma = text.indexOf(',', from);
                int to = comma < 0 ? text.length() : comma;
                values.add(written(text.substring(from, to).strip(), argument(type)));
                from = to + 1;
            }
            return new SettingValue.Values(values, "default");
        }
        if (raw == Optional.class) {
            return written(text, argument(type));
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return switch (text) {
                case "true" -> new SettingValue.Flag(true, "default");
                case "false" -> new SettingValue.Flag(false, "default");
                default -> new SettingValue.Text(text, "default");
            };
        }
        if (numeric(raw)) {
            try {
                return new SettingValue.Numeric(Double.parseDouble(text), text.indexOf('.') < 0, "default");
            } catch (NumberFormatException _) {
                return new SettingValue.Text(text, "default"); // told as a text where a number should be
            }
        }
        return new SettingValue.Text(text, "default");
    }

    private static @Nullable Object value(Type type, SettingValue given, String path, List<String> problems) {
        Class<?> raw = raw(type);
        if (raw == Optional.class) {
            Object inner = value(argument(type), given, path, problems);
            return inner == null ? null : Optional.of(inner);
        }
        if (raw == List.class) {
            return list(argument(type), given, path, problems);
        }
        if (raw.isRecord() && !known(raw)) {
            if (given instanceof SettingValue.Table(var table, var origin)) {
                return record(raw, table, origin, path + ".", problems);
            }
            return wrong(given, path, "a table", "{ ... }", problems);
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return given instanceof SettingValue.Flag flag
                    ? (Object) flag.value()
                    : wrong(given, path, "true or false", "true", problems);
        }
        if (numeric(raw)) {
            return number(raw, given, path, problems);
        }
        return text(raw, given, path, problems);
    }

    private static @Nullable Object list(Type of, SettingValue given, String path, List<String> problems) {
        if (!(given instanceof SettingValue.Values several)) {
            return wrong(given, path, "a list", "[\"a\", \"b\"]", problems);
        }
        List<SettingValue> items = several.values();
        int before = problems.size();
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Object value = value(of, items.get(i), path + "[" + i + "]", problems);
            if (value != null) {
                values.add(value);
            }
        }
        return problems.size() > before ? null : List.copyOf(values);
    }

    private static @Nullable Object number(Class<?> raw, SettingValue given, String path, List<String> problems) {
        if (!(given instanceof SettingValue.Numeric number)) {
            return wrong(given, path, "a number", "10", problems);
        }
        if (raw == double.class || raw == Double.class) {
            return number.value();
        }
        boolean small = raw == int.class || raw == Integer.class;
        double most = small ? Integer.MAX_VALUE : Long.MAX_VALUE;
        double least = small ? Integer.MIN_VALUE : Long.MIN_VALUE;
        if (!number.whole() || number.value() > most || number.value() < least) {
            return wrong(given, path, "a whole number that fits", "10", problems);
        }
        return small ? (Object) (int) number.asLong() : (Object) number.asLong();
    }

    private static @Nullable Object text(Class<?> raw, SettingValue given, String path, List<String> problems) {
        String text;
        if (given instanceof SettingValue.Text written) {
            text = written.value();
        } else if (raw == DataSize.class && given instanceof SettingValue.Numeric number && number.whole()) {
            text = Long.toString(number.asLong()); // octets
        } else {
            return wrong(given, path, words(raw), example(raw), problems);
        }
        try {
            return parse(raw, text);
        } catch (IllegalArgumentException e) {
            problems.add(given.origin() + ": " + path + ": " + e.getMessage());
            return null;
        }
    }

    private static Object parse(Class<?> raw, String text) {
        if (raw == String.class) {
            return text;
        }
        if (raw == DataSize.class) {
            return DataSize.parse(text);
        }
        if (raw == Duration.class) {
            return Durations.parse(text);
        }
        if (raw == MailAddress.class) {
            return MailAddress.parse(text);
        }
        if (raw == Domain.class) {
            return Domain.parse(text);
        }
        if (raw == Path.class) {
            return Path.of(text); // its exception is an IllegalArgumentException
        }
        if (raw.isEnum()) {
            List<String> names = new ArrayList<>();
            for (Object constant : raw.getEnumConstants()) {
                String name =
                        ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
                if (name.equals(text)) {
                    return constant;
                }
                names.add(name);
            }
            throw new IllegalArgumentException("one of " + String.join(", ", names) + ", not " + text);
        }
        throw new UnsupportedOperationException(raw.getName() + " is no type of a setting");
    }

    private static @Nullable Object construct(
            Class<?> type, Class<?>[] types, @Nullable Object[] values, String origin, List<String> problems) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true); // a settings record is a private matter of its filter
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            // the record's own check of its values
            Throwable cause = e.getCause();
            problems.add(origin + ": " + (cause == null ? e.getMessage() : cause.getMessage()));
            return null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " cannot be made", e);
        }
    }

    private static String origin(SettingTable table, String otherwise) {
        for (SettingValue value : table.values().values()) {
            return value.origin();
        }
        return otherwise;
    }

    private static @Nullable Object wrong(
            SettingValue given, String path, String wanted, String example, List<String> problems) {
        problems.add(
                given.origin() + ": " + path + " wants " + wanted + " (example: " + example + "), not " + show(given));
        return null;
    }

    private static String show(SettingValue given) {
        return switch (given) {
            case SettingValue.Text text -> "\"" + text.value() + "\"";
            case SettingValue.Numeric number ->
                number.whole() ? Long.toString(number.asLong()) : Double.toString(number.value());
            case SettingValue.Flag flag -> Boolean.toString(flag.value());
            case SettingValue.Values _ -> "a list";
            case SettingValue.Table _ -> "a table";
        };
    }

    private static String words(Class<?> raw) {
        return raw == DataSize.class ? "a size" : raw == Duration.class ? "a duration" : "a text";
    }

    private static String example(Class<?> raw) {
        return raw == DataSize.class ? "\"20 MB\"" : raw == Duration.class ? "\"10 s\"" : "\"text\"";
    }

    private static boolean numeric(Class<?> raw) {
        return raw == int.class
                || raw == Integer.class
                || raw == long.class
                || raw == Long.class
                || raw == double.class
                || raw == Double.class;
    }

    /// Records that are one value, not a table.
    private static boolean known(Class<?> raw) {
        return raw == DataSize.class || raw == MailAddress.class || raw == Domain.class;
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType parameterized && parameterized.getRawType() instanceof Class<?> plain) {
            return plain;
        }
        throw new IllegalArgumentException(type + " is no type of a setting");
    }

    private static Type argument(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return parameterized.getActualTypeArguments()[0];
        }
        throw new IllegalArgumentException(type + " does not say of what");
    }

    /// `maxSize` is written `max-size`.
    static String kebab(String name) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                key.append('-').append(Character.toLowerCase(c));
            } else {
                key.append(c);
            }
        }
        return key.toString();
    }

    /// The right key that is at most three letters away.
    private static String nearest(String key, Set<String> keys) {
        String best = "";
        int least = 4;
        for (String candidate : keys) {
            int distance = distance(key, candidate);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        if (!best.isEmpty()) {
            return "; did you mean " + best + "?";
        }
        return keys.isEmpty() ? "; there are none" : "; there are " + String.join(", ", keys);
    }

    /// Levenshtein's; a key is short.
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        for (int j = 0; j < before.length; j++) {
            before[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(before[j - 1] + change, Math.min(before[j], row[j - 1]) + 1);
            }
            before = row;
        }
        return before[other.length()];
    }
}
