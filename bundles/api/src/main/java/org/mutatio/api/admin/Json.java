package org.mutatio.api.admin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /// Reads the text of RFC 8259, one value and nothing behind it.
    ///
    /// @throws IllegalArgumentException it is none, with the offset
    static Json read(String text) {
        return new JsonReader(text).read();
    }

    /// The field of an object.
    default Optional<Json> get(String name) {
        return this instanceof Obj object ? Optional.ofNullable(object.fields().get(name)) : Optional.empty();
    }

    /// The field of an object, when it is a text.
    default Optional<String> text(String name) {
        return get(name).map(value -> value instanceof Str text ? text.value() : null);
    }

    /// The items of an array, none for anything else.
    default List<Json> items() {
        return this instanceof Arr array ? array.items() : List.of();
    }

    /// The text of RFC 8259, on one line.
    default String write() {
        StringBuilder to = new StringBuilder();
        JsonText.write(this, to);
        return to.toString();
    }
}
