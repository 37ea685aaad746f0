package org.mutatio.mime.header;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetStrings;

/// A header block over its octets: the fields in order, split on first use, nothing copied. RFC 5322
/// section 2.2.
///
/// Tolerant: lines end with LF, with or without CR; a line without colon is a field without name, so that the fields
/// together are all octets up to the blank line; blanks before the colon do not belong to the name. Not for several
/// threads at once.
public final class HeaderBlock {
    private final byte[] octets;
    private final int start;
    private final int end;
    private @Nullable List<Field> fields;
    private int bodyStart = -1;

    private HeaderBlock(byte[] octets, int start, int end) {
        this.octets = octets;
        this.start = start;
        this.end = end;
    }

    /// The block at the beginning of the octets, which may go on behind its blank line; the array is not
    /// copied.
    public static HeaderBlock of(byte[] octets) {
        return new HeaderBlock(octets, 0, octets.length);
    }

    public static HeaderBlock of(byte[] octets, int from, int length) {
        Objects.checkFromIndexSize(from, length, octets.length);
        return new HeaderBlock(octets, from, from + length);
    }

    /// Every field, in order.
    public List<Field> fields() {
        List<Field> split = fields;
        if (split == null) {
            split = split();
            fields = split;
        }
        return split;
    }

    /// Where the body begins in the array: behind the blank line, or the end when there is none.
    public int bodyStart() {
        fields();
        return bodyStart;
    }

    /// The first field of that name; ASCII letters compare without case.
    public Optional<Field> first(String name) {
        for (Field field : fields()) {
            if (field.is(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    public List<Field> all(String name) {
        var all = new ArrayList<Field>();
        for (Field field : fields()) {
            if (field.is(name)) {
                all.add(field);
            }
        }
        return all;
    }

    private List<Field> split() {
        var split = new ArrayList<Field>();
        int at = start;
        while (at < end) {
            int lineEnd = lineEnd(at);
            if (isBlankLine(at, lineEnd)) {
                at = lineEnd;
                break;
            }
            int fieldStart = at;
            at = lineEnd;
            while (at < end && (octets[at] == ' ' || octets[at] == '\t')) {
                at = lineEnd(at);
            }
            split.add(field(fieldStart, at));
        }
        bodyStart = at;
        return Collections.unmodifiableList(split);
    }

    private Field field(int from, int to) {
        int colon = from;
        while (colon < to && octets[colon] != ':' && octets[colon] != '\n') {
            colon++;
        }
        if (colon == to || octets[colon] == '\n') {
            return new Field(octets, from, from, from, to);
        }
        int nameEnd = colon;
        while (nameEnd > from && (octets[nameEnd - 1] == ' ' || octets[nameEnd - 1] == '\t')) {
            nameEnd--;
        }
        return new Field(octets, from, nameEnd, colon + 1, to);
    }

    private int lineEnd(int from) {
        int at = from;
        while (at < end && octets[at] != '\n') {
            at++;
        }
        return Math.min(end, at + 1);
    }

    private boolean isBlankLine(int from, int lineEnd) {
        int length = lineEnd - from;
        return length == 1 && octets[from] == '\n' || length == 2 && octets[from] == '\r' && octets[from + 1] == '\n';
    }

    /// One field: `Name: value` with its folding and line end.
    public static final class Field {
        private final byte[] octets;
        private final int start;
        private final int nameEnd;
        private final int valueStart;
        private final int end;

        Field(byte[] octets, int start, int nameEnd, int valueStart, int end) {
            this.octets = octets;
            this.start = start;
            this.nameEnd = nameEnd;
            this.valueStart = valueStart;
            this.end = end;
        }

        /// As written, blanks before the colon left out; empty when the line has no colon.
        public String name() {
            return OctetStrings.of(octets, start, nameEnd);
        }

        public boolean is(String name) {
            int length = nameEnd - start;
            if (length != name.length()) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                int one = octets[start + i] & 0xFF;
                int other = name.charAt(i);
                if (one != other && (lower(one) != lower(other))) {
                    return false;
                }
            }
            return true;
        }

        private static int lower(int c) {
            return c >= 'A' && c <= 'Z' ? c + 32 : c;
        }

        /// Where the field begins in the array.
        public int start() {
            return start;
        }

        /// Behind its line end.
        public int end() {
            return end;
        }

        /// The whole field as received, line end included: an octet string.
        public String raw() {
            return OctetStrings.of(octets, start, end);
        }

        /// The same octets; a line end that is missing at the very end of the block is added.
        public void writeTo(ByteArrayOutputStream to) {
            to.write(octets, start, end - start);
            if (end > start && octets[end - 1] != '\n') {
                to.write('\r');
                to.write('\n');
            }
        }

        /// Everything behind the colon, folding included, without the last line end: an octet string.
        public String rawValue() {
            int to = end;
            if (to > valueStart && octets[to - 1] == '\n') {
                to--;
                if (to > valueStart && octets[to - 1] == '\r') {
                    to--;
                }
            }
            return OctetStrings.of(octets, valueStart, to);
        }

        /// Unfolded (RFC 5322 section 2.2.3) and trimmed: an octet string for the structured parsers.
        public String value() {
            String raw = rawValue();
            if (raw.indexOf('\n') < 0) {
                return OctetStrings.trim(raw);
            }
            var unfolded = new StringBuilder(raw.length());
            for (int i = 0; i < raw.length(); i++) {
                char c = raw.charAt(i);
                if (c == '\n' || c == '\r' && i + 1 < raw.length() && raw.charAt(i + 1) == '\n') {
                    continue;
                }
                unfolded.append(c);
            }
            return OctetStrings.trim(unfolded.toString());
        }

        /// For people: unfolded, encoded words (RFC 2047) and UTF-8 (RFC 6532) decoded.
        public String text() {
            return EncodedWords.decode(value());
        }

        @Override
        public String toString() {
            return name() + ": " + value();
        }
    }
}
