package org.mutatio.toml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One value of a TOML file, with the place where it is written.
public sealed interface TomlValue {

    /// Where the value begins; of a table its header, of a key with dots the key.
    Origin origin();

    /// What people call it: `text`, `whole number`, `table`, ...
    String kind();

    record Text(String value, Origin origin) implements TomlValue {
        @Override
        public String kind() {
            return "text";
        }
    }

    record Whole(long value, Origin origin) implements TomlValue {
        @Override
        public String kind() {
            return "whole number";
        }
    }

    record Decimal(double value, Origin origin) implements TomlValue {
        @Override
        public String kind() {
            return "decimal number";
        }
    }

    record Flag(boolean value, Origin origin) implements TomlValue {
        @Override
        public String kind() {
            return "true or false";
        }
    }

    /// A date or time; none of our settings is one, so its text is enough for saying so.
    record Moment(String value, Origin origin) implements TomlValue {
        @Override
        public String kind() {
            return "date or time";
        }
    }

    /// An array, also of tables (`[[route]]`).
    record Items(List<TomlValue> values, Origin origin) implements TomlValue {
        public Items {
            values = List.copyOf(values);
        }

        @Override
        public String kind() {
            return "list";
        }
    }

    /// @param entries in file order, by key as written without quotes
    record Table(Map<String, Entry> entries, Origin origin) implements TomlValue {
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public String kind() {
            return "table";
        }

        public Optional<TomlValue> get(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        /// Where the key is written.
        public Optional<Origin> keyOrigin(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::key);
        }
    }

    /// @param key where the key is written
    record Entry(Origin key, TomlValue value) {}
}
