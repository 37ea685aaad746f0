package org.mutatio.router.policy;

import java.util.List;
import org.mutatio.sdk.settings.SettingValue;

/// One key that a policy may set.
///
/// @param path `limits.message-size`
/// @param choices words of a CHOICE
/// @param standard the value when no file says one
/// @param doc one line for people
record Setting(String path, Kind kind, List<String> choices, SettingValue standard, String doc) {

    static final String DEFAULT = "default";

    static Setting text(String path, Kind kind, String standard, String doc) {
        return new Setting(path, kind, List.of(), new SettingValue.Text(standard, DEFAULT), doc);
    }

    static Setting choice(String path, String doc, String... words) {
        return new Setting(path, Kind.CHOICE, List.of(words), new SettingValue.Text(words[0], DEFAULT), doc);
    }

    static Setting number(String path, Kind kind, double standard, String doc) {
        boolean whole = kind == Kind.NUMBER;
        return new Setting(path, kind, List.of(), new SettingValue.Numeric(standard, whole, DEFAULT), doc);
    }

    static Setting list(String path, Kind kind, List<String> standard, String doc) {
        List<SettingValue> items = standard.stream()
                .<SettingValue>map(item -> new SettingValue.Text(item, DEFAULT))
                .toList();
        return new Setting(path, kind, List.of(), new SettingValue.Values(items, DEFAULT), doc);
    }

    Object parse(SettingValue value) {
        return kind.parse(value, choices);
    }

    /// What should stand there, for people.
    String wanted() {
        return kind.wanted(choices);
    }

    /// The default as written in a file.
    String shownStandard() {
        return Shown.of(standard);
    }
}
