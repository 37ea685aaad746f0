package org.mutatio.sdk.settings;

import java.util.List;

/// One value as a policy file gives it, with the place it comes from.
public sealed interface SettingValue {

    /// `config/domains/example.com.toml:12` of the file that set it, or `default`.
    String origin();

    record Text(String value, String origin) implements SettingValue {}

    record Numeric(double value, boolean whole, String origin) implements SettingValue {
        /// @throws ArithmeticException when it is not a whole number that fits
        public long asLong() {
            if (!whole) {
                throw new ArithmeticException("not a whole number: " + value);
            }
            return (long) value;
        }
    }

    record Flag(boolean value, String origin) implements SettingValue {}

    record Values(List<SettingValue> values, String origin) implements SettingValue {
        public Values {
            values = List.copyOf(values);
        }
    }

    record Table(SettingTable table, String origin) implements SettingValue {}
}
