package org.mutatio.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;
import org.mutatio.toml.Problem;
import org.mutatio.toml.TomlDocument;
import org.mutatio.toml.TomlFile;
import org.mutatio.toml.TomlValue;

/// Settings of a test as a policy file would give them.
final class SettingTexts {
    private static final String ORIGIN = "settings";

    private SettingTexts() {}

    static SettingTable parse(String toml) {
        TomlDocument document = TomlFile.parse(toml, ORIGIN);
        if (!document.valid()) {
            throw new IllegalArgumentException(
                    document.problems().stream().map(Problem::toString).collect(Collectors.joining("; ")));
        }
        return table(document.root());
    }

    private static SettingTable table(TomlValue.Table table) {
        var values = new LinkedHashMap<String, SettingValue>();
        table.entries().forEach((key, entry) -> values.put(key, value(entry.value())));
        return new SettingTable(values);
    }

    private static SettingValue value(TomlValue value) {
        String origin = value.origin().fileAndLine();
        return switch (value) {
            case TomlValue.Text text -> new SettingValue.Text(text.value(), origin);
            case TomlValue.Whole whole -> new SettingValue.Numeric((double) whole.value(), true, origin);
            case TomlValue.Decimal decimal -> new SettingValue.Numeric(decimal.value(), false, origin);
            case TomlValue.Flag flag -> new SettingValue.Flag(flag.value(), origin);
            case TomlValue.Items items ->
                new SettingValue.Values(
                        items.values().stream().map(SettingTexts::value).toList(), origin);
            case TomlValue.Table inner -> new SettingValue.Table(table(inner), origin);
            case TomlValue.Moment moment ->
                throw new IllegalArgumentException(
                        moment.origin() + ": no setting is a date or time; put it in quotes");
        };
    }

    static SettingTable table(Map<String, ?> map) {
        var values = new LinkedHashMap<String, SettingValue>();
        map.forEach((key, value) -> values.put(key, value(value)));
        return new SettingTable(values);
    }

    private static SettingValue value(Object value) {
        return switch (value) {
            case String text -> new SettingValue.Text(text, ORIGIN);
            case Boolean flag -> new SettingValue.Flag(flag, ORIGIN);
            case Integer whole -> new SettingValue.Numeric(whole, true, ORIGIN);
            case Long whole -> new SettingValue.Numeric((double) whole, true, ORIGIN);
            case Number decimal -> new SettingValue.Numeric(decimal.doubleValue(), false, ORIGIN);
            case List<?> list -> {
                var items = new ArrayList<SettingValue>();
                list.forEach(item -> items.add(value(item)));
                yield new SettingValue.Values(items, ORIGIN);
            }
            case Map<?, ?> map -> {
                var inner = new LinkedHashMap<String, Object>();
                map.forEach((key, item) -> inner.put(String.valueOf(key), item));
                yield new SettingValue.Table(table(inner), ORIGIN);
            }
            default ->
                throw new IllegalArgumentException(
                        "no setting is a " + value.getClass().getName());
        };
    }
}
