package org.mutatio.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON as maps, lists, texts, numbers and booleans; null becomes an empty text.
final class JsonText {

    /// ASCII only: what strangers wrote is in it, and a terminal acts on C1 controls and on marks that turn the reading
    /// direction.
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonText() {}

    static Object read(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new IOException("no JSON");
            }
            return value(parser);
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    JsonToken unused = parser.nextToken();
                    if (unused == null) {
                        throw new IOException("JSON ends early");
                    }
                    fields.put(name, value(parser));
                }
                yield fields;
            }
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                yield items;
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_NULL -> "";
            default -> parser.getText();
        };
    }

    static String write(Object value) throws IOException {
        StringWriter to = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(to)) {
            write(value, generator);
        }
        return to.toString().replace("\u007f", "\\u007f"); // DEL, the one that the factory leaves
    }

    /// How every error is said under `--json`.
    static String error(String message, int code) {
        try {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("error", message);
            fields.put("exit", code);
            return write(fields);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text in memory
        }
    }

    /// UTF-8; the stream stays open.
    static void write(Object value, OutputStream to) throws IOException {
        try (JsonGenerator generator = FACTORY.createGenerator(to).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            write(value, generator);
        }
    }

    private static void write(Object value, JsonGenerator to) throws IOException {
        switch (value) {
            case Map<?, ?> fields -> {
                to.writeStartObject();
                for (Map.Entry<?, ?> field : fields.entrySet()) {
                    to.writeFieldName(String.valueOf(field.getKey()));
                    write(field.getValue() == null ? "" : field.getValue(), to);
                }
                to.writeEndObject();
            }
            case List<?> items -> {
                to.writeStartArray();
                for (Object item : items) {
                    write(item == null ? "" : item, to);
                }
                to.writeEndArray();
            }
            case Boolean flag -> to.writeBoolean(flag);
            case Long number -> to.writeNumber(number);
            case Integer number -> to.writeNumber(number);
            case Double number -> to.writeNumber(number);
            default -> to.writeString(value.toString());
        }
    }
}
