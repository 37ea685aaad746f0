package org.mutatio.sdk.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The values of one table, in file order, by key as written (`max-size`).
public record SettingTable(Map<String, SettingValue> values) {

    public static final SettingTable EMPTY = new SettingTable(Map.of());

    public SettingTable {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
