package org.mutatio.toml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mutatio.toml.TomlValue.Entry;
import org.mutatio.toml.TomlValue.Table;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlKeyValue;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseOptions;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// Reads TOML 1.1 (toml.io). Never throws for what a file holds: faults are [Problem]s of the [TomlDocument].
public final class TomlFile {

    /// A settings file is small; a larger one is a mistake, and must not eat the memory.
    public static final int MOST_OCTETS = 1 << 20;

    static final int MOST_PROBLEMS = 200;

    private static final TomlParseOptions OPTIONS =
            TomlParseOptions.sourceless().withMaxNestingDepth(16);

    private TomlFile() {}

    /// @param name the file as people know it, for origins
    /// @throws IOException the file cannot be read
    public static TomlDocument parse(Path path, String name) throws IOException {
        try (InputStream from = Files.newInputStream(path)) {
            return parse(from.readNBytes(MOST_OCTETS + 1), name);
        }
    }

    /// Reads octets that must be UTF-8 (toml.io, "Spec"); a byte order mark at the beginning is skipped.
    public static TomlDocument parse(byte[] octets, String name) {
        if (octets.length > MOST_OCTETS) {
            return broken(name, 1, 1, "larger than " + MOST_OCTETS + " octets");
        }
        ByteBuffer from = ByteBuffer.wrap(octets);
        CharBuffer into = CharBuffer.allocate(octets.length + 1);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CoderResult result = decoder.decode(from, into, true);
        into.flip();
        if (result.isError()) {
            int line = 1;
            int column = 1;
            String before = withoutMark(into.toString());
            for (int i = 0; i < before.length(); i++) {
                char c = before.charAt(i);
                // characters, as the parser and editors count them
                column = c == '\n' ? 1 : Character.isLowSurrogate(c) ? column : column + 1;
                line += c == '\n' ? 1 : 0;
            }
            String octet = String.format(java.util.Locale.ROOT, "0x%02X", octets[from.position()]);
            return broken(name, line, column, "not UTF-8 (octet " + octet + "); save the file as UTF-8");
        }
        return parse(withoutMark(into.toString()), name);
    }

    static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    public static TomlDocument parse(String text, String name) {
        LongRuns runs = LongRuns.of(text);
        TomlParseResult parsed;
        try {
            parsed = Toml.parse(runs.text(), OPTIONS);
        } catch (RuntimeException e) { // a fault of the parser is not to stop a reload with a stack trace
            return broken(name, 1, 1, "cannot be read: " + e);
        }
        Reading reading = new Reading(name, runs);
        List<Problem> problems = new ArrayList<>();
        for (TomlParseError error : parsed.errors()) {
            String said = error.getMessage();
            problems.add(new Problem(reading.at(error.position()), said == null ? "syntax error" : runs.message(said)));
        }
        problems.sort(null);
        Origin top = new Origin(name, 1, 1);
        return new TomlDocument(
                name, problems.isEmpty() ? reading.table(parsed, top) : new Table(Map.of(), top), few(problems));
    }

    private static TomlDocument broken(String name, int line, int column, String message) {
        Origin origin = new Origin(name, line, column);
        return new TomlDocument(name, new Table(Map.of(), origin), List.of(new Problem(origin, message)));
    }

    /// A file of rubbish has a fault in each line.
    private static List<Problem> few(List<Problem> problems) {
        if (problems.size() <= MOST_PROBLEMS) {
            return problems;
        }
        List<Problem> few = new ArrayList<>(problems.subList(0, MOST_PROBLEMS));
        few.add(new Problem(
                problems.get(MOST_PROBLEMS).origin(), "and " + (problems.size() - MOST_PROBLEMS) + " faults more"));
        return few;
    }

    /// Brings the parser's tree into ours.
    private record Reading(String name, LongRuns runs) {

        private Table table(TomlTable from, Origin origin) {
            Map<String, Entry> entries = new LinkedHashMap<>();
            for (String key : from.keySet()) {
                List<String> path = List.of(key);
                Object value = from.get(path);
                if (value == null) {
                    continue;
                }
                TomlPosition written = from.inputPositionOf(path);
                Origin keyOrigin = written == null ? origin : at(written);
                Origin valueOrigin = keyOrigin;
                TomlKeyValue entry = from.entry(path);
                if (!(value instanceof TomlTable) && entry != null) {
                    valueOrigin = at(entry.value().position(), keyOrigin);
                }
                entries.put(key, new Entry(keyOrigin, value(value, valueOrigin)));
            }
            return new Table(entries, origin);
        }

        private TomlValue value(Object value, Origin origin) {
            return switch (value) {
                case String text -> new TomlValue.Text(text, origin);
                case Long number -> new TomlValue.Whole(number, origin);
                case Double number -> new TomlValue.Decimal(number, origin);
                case Boolean flag -> new TomlValue.Flag(flag, origin);
                case TomlTable table -> table(table, origin);
                case TomlArray array -> items(array, origin);
                default -> new TomlValue.Moment(value.toString(), origin);
            };
        }

        private TomlValue.Items items(TomlArray from, Origin origin) {
            List<TomlValue> values = new ArrayList<>();
            for (int i = 0; i < from.size(); i++) {
                values.add(value(from.get(i), at(from.inputPositionOf(i), origin)));
            }
            return new TomlValue.Items(values, origin);
        }

        private Origin at(TomlPosition position) {
            return new Origin(name, runs.number(position.line()), position.column());
        }

        private Origin at(@Nullable TomlPosition position, Origin otherwise) {
            return position == null ? otherwise : at(position);
        }
    }
}
