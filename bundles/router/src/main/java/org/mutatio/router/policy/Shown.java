package org.mutatio.router.policy;

import java.util.stream.Collectors;
import org.mutatio.sdk.settings.SettingValue;

/// Values as people read them: as in TOML, on one line.
final class Shown {

    private Shown() {}

    static String of(SettingValue value) {
        return switch (value) {
            case SettingValue.Text text -> quoted(text.value());
            case SettingValue.Numeric number ->
                number.whole() ? String.valueOf((long) number.value()) : String.valueOf(number.value());
            case SettingValue.Flag flag -> String.valueOf(flag.value());
            case SettingValue.Values items ->
                items.values().stream().map(Shown::of).collect(Collectors.joining(", ", "[", "]"));
            case SettingValue.Table table ->
                table.table().values().entrySet().stream()
                        .map(entry -> key(entry.getKey()) + " = " + of(entry.getValue()))
                        .collect(Collectors.joining(", ", "{ ", " }"));
        };
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /// A key as it is written in a file: quoted where it must be.
    static String key(String key) {
        boolean bare = !key.isEmpty()
                && key.chars()
                        .allMatch(c -> c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || c >= '0' && c <= '9'
                                || c == '-'
                                || c == '_');
        return bare ? key : quoted(key);
    }

    static String path(String prefix, String key) {
        return prefix.isEmpty() ? key(key) : prefix + "." + key(key);
    }
}
