package org.mutatio.api.admin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A JSON value (RFC 8259) and nothing else: results have a shape without a library in the contract.
public sealed interface Json {

    record Obj(Map<String, Json> fields) implements Json {
        public Obj {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }

        /// With one more field, at the end.
        public Obj with(String name, Json value) {
            Map<String, Json> more = new LinkedHashMap<>(fields);
            more.put(name, value);
            return new Obj(more);
        }

        public Obj with(String name, String value) {
            return with(name, new Str(value));
        }

        public Obj with(String name, long value) {
            return with(name, new Num(value));
        }

        public Obj with(String name, boolean value) {
            return with(name, new Bool(value));
        }
    }

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    record Str(String value) implements Json {}

    record Num(double value) implements Json {}

    record Bool(boolean value) implements Json {}

    record Null() implements Json {}

    static Obj object() {
        return new Obj(Map.of());
    }

    static Arr array(List<? extends Json> items) {
        return new Arr(List.copyOf(items));
    }

    static Arr strings(List<String> items) {
        return new Arr(items.stream().<Json>map(Str::new).toList());
    }

    /// The text of RFC 8259, on one line.
    default String write() {
        StringBuilder to = new StringBuilder();
        JsonText.write(this, to);
        return to.toString();
    }
}
