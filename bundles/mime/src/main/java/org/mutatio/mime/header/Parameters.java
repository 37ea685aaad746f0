package org.mutatio.mime.header;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetStrings;

/// The parameters of Content-Type or Content-Disposition, in order, duplicates included; RFC 2045 section 5.1, RFC
/// 2231.
///
/// @param list continuations are joined: `name*0*`, `name*1` become one `name*`
public record Parameters(List<Parameter> list) {
    public static final Parameters NONE = new Parameters(List.of());

    /// More than a mail client ever writes; what follows is left out.
    public static final int MAX = 500;

    public Parameters {
        list = List.copyOf(list);
    }

    public boolean isEmpty() {
        return list.isEmpty();
    }

    /// The first of that name, as an octet string, not decoded; an extended one only when asked for with
    /// its `*`.
    public Optional<String> value(String name) {
        for (Parameter parameter : list) {
            if (OctetStrings.equalsIgnoreCase(parameter.name(), name)) {
                return Optional.of(parameter.value());
            }
        }
        return Optional.empty();
    }

    /// The text of a parameter: the extended form first (RFC 2231 section 4), else the plain one, in which encoded
    /// words are read too (RFC 2047 section 5 forbids them there; Outlook and others write them).
    public Optional<String> text(String name) {
        return value(name + '*').map(ExtendedValue::decode).or(() -> value(name).map(EncodedWords::decode));
    }

    /// Every parameter's text by lower-case name; of duplicates the first.
    public Map<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        for (Parameter parameter : list) {
            String name = OctetStrings.lower(parameter.name());
            String bare = parameter.extended() ? name.substring(0, name.length() - 1) : name;
            if (!bare.isEmpty() && !texts.containsKey(bare)) {
                text(bare).ifPresent(text -> texts.put(bare, text));
            }
        }
        return texts;
    }

    /// Reads `; a=b; c="d"`, whatever it looks like.
    ///
    /// @param from where the first `;` is expected
    static Parameters parse(String value, int from, int most) {
        var raw = new ArrayList<Parameter>();
        int at = from;
        while (at < value.length() && raw.size() < most) {
            at = Scan.skipComments(value, at);
            int nameFrom = at;
            while (at < value.length() && "=;\"".indexOf(value.charAt(at)) < 0) {
                at++;
            }
            if (at >= value.length()) {
                break;
            }
            if (value.charAt(at) == '"') { // a stray quoted string is no name
                at = Math.min(value.length(), Scan.closeQuote(value, at) + 1);
                continue;
            }
            if (value.charAt(at) == ';') {
                at++;
                continue;
            }
            String name = name(value, nameFrom, at);
            at = Scan.skipBlanks(value, at + 1);
            if (at < value.length() && value.charAt(at) == '(') {
                at = Scan.skipComments(value, at);
            }
            String read;
            if (at < value.length() && value.charAt(at) == '"') {
                int close = Scan.closeQuote(value, at);
                read = Scan.unescape(value.substring(at + 1, close));
                at = Math.min(value.length(), close + 1);
                while (at < value.length() && value.charAt(at) != ';') { // `"a"b`: what follows the quote is noise
                    if (value.charAt(at) == '(') {
                        at = Scan.closeComment(value, at);
                    } else if (OctetStrings.isBlank(value.charAt(at))) {
                        at = Scan.skipComments(value, at);
                        if (startsParameter(value, at)) { // a forgotten `;`
                            break;
                        }
                    } else {
                        at++;
                    }
                }
            } else {
                int to = at;
                while (to < value.length() && value.charAt(to) != ';') {
                    if (OctetStrings.isBlank(value.charAt(to))) {
                        int next = Scan.skipBlanks(value, to);
                        if (next < value.length() && value.charAt(next) == '(' || startsParameter(value, next)) {
                            break; // a comment, or a forgotten `;`
                        }
                        to = next;
                        continue;
                    }
                    to++;
                }
                read = OctetStrings.trim(value.substring(at, to));
                at = Scan.skipComments(value, to);
                if (!startsParameter(value, at)) {
                    while (at < value.length() && value.charAt(at) != ';') {
                        at = value.charAt(at) == '(' ? Scan.closeComment(value, at) : at + 1;
                    }
                }
            }
            if (!name.isEmpty()) {
                raw.add(new Parameter(name, read));
            }
            if (at < value.length() && value.charAt(at) == ';') {
                at++;
            }
        }
        return raw.isEmpty() ? NONE : new Parameters(join(raw));
    }

    private static String name(String value, int from, int to) {
        String name = OctetStrings.trim(value.substring(from, to));
        int comment = name.indexOf('(');
        if (comment >= 0) {
            name = OctetStrings.trim(name.substring(0, comment));
        }
        int blank = name.lastIndexOf(' ');
        return blank < 0 ? name : name.substring(blank + 1); // `junk name=value`
    }

    private static boolean startsParameter(String value, int from) {
        int at = from;
        while (at < value.length() && at - from < 64 && isNameChar(value.charAt(at))) {
            at++;
        }
        return at > from && at < value.length() && value.charAt(at) == '=';
    }

    private static boolean isNameChar(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '*' || c == '_';
    }

    /// RFC 2231 section 3: segments count, not their order; the first missing one ends the value.
    private static List<Parameter> join(List<Parameter> raw) {
        Map<String, TreeMap<Integer, Parameter>> series = new LinkedHashMap<>();
        var segmentOf = new ArrayList<@Nullable Segment>(raw.size());
        for (Parameter parameter : raw) {
            Segment segment = Segment.of(parameter.name());
            segmentOf.add(segment);
            if (segment != null) {
                series.computeIfAbsent(segment.folded(), _ -> new TreeMap<>()).putIfAbsent(segment.index(), parameter);
            }
        }
        if (series.isEmpty()) {
            return raw;
        }
        var joined = new ArrayList<Parameter>();
        for (int i = 0; i < raw.size(); i++) {
            Parameter parameter = raw.get(i);
            Segment segment = segmentOf.get(i);
            if (segment == null) {
                joined.add(parameter);
                continue;
            }
            TreeMap<Integer, Parameter> segments = series.get(segment.folded());
            if (segments == null) {
                continue; // joined before
            }
            if (!segments.containsKey(0)) {
                joined.add(parameter); // without a beginning there is nothing to join
                continue;
            }
            series.remove(segment.folded());
            joined.add(joinSegments(segment.base(), segments));
        }
        return joined;
    }

    private static Parameter joinSegments(String base, TreeMap<Integer, Parameter> segments) {
        boolean extended = false;
        int count = 0;
        for (var entry : segments.entrySet()) {
            if (entry.getKey() != count) {
                break;
            }
            extended |= entry.getValue().extended();
            count++;
        }
        var value = new StringBuilder();
        for (int i = 0; i < count; i++) {
            Parameter segment = segments.get(i);
            if (segment == null) {
                break;
            }
            if (!extended || segment.extended()) {
                value.append(i == 0 ? segment.value() : ExtendedValue.withoutCharset(segment.value(), value));
                continue;
            }
            if (i == 0) {
                value.append("''"); // only later segments are extended: no charset was told
            }
            ExtendedValue.appendEscaped(value, segment.value());
        }
        return new Parameter(extended ? base + '*' : base, value.toString());
    }

    private record Segment(String base, String folded, int index) {

        /// `name*12` or `name*12*`.
        static @Nullable Segment of(String name) {
            int end = name.endsWith("*") ? name.length() - 1 : name.length();
            int star = name.lastIndexOf('*', end - 1);
            if (star <= 0 || end - star < 2 || end - star > 5) {
                return null;
            }
            int index = 0;
            for (int i = star + 1; i < end; i++) {
                char c = name.charAt(i);
                if (c < '0' || c > '9') {
                    return null;
                }
                index = index * 10 + (c - '0');
            }
            String base = name.substring(0, star);
            return new Segment(base, OctetStrings.lower(base), index);
        }
    }
}
