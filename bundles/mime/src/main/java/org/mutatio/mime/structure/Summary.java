package org.mutatio.mime.structure;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.Parameter;
import org.mutatio.mime.header.Parameters;

/// What is known of a message without reading it: the tree of its parts by offsets, the fields of its
/// ENVELOPE, and
/// facts.
/// Immutable; goes into a table as octets ([#toBytes]) and back ([#parse]).
public final class Summary {
    /// The first octet of the stored form. Another one means: written by another version, scan the message
    /// again.
    public static final int VERSION = 1;

    private final long size;
    private final Set<Fact> facts;
    private final long longestLine;
    private final String intent;
    private final Part root;

    Summary(long size, Set<Fact> facts, long longestLine, String intent, Part root) {
        this.size = size;
        this.facts = facts.isEmpty() ? Set.of() : Set.copyOf(facts);
        this.longestLine = longestLine;
        this.intent = intent;
        this.root = root;
    }

    /// Octets of the whole message.
    public long size() {
        return size;
    }

    public Set<Fact> facts() {
        return facts;
    }

    public boolean has(Fact fact) {
        return facts.contains(fact);
    }

    /// Octets of the longest line, without its line end.
    public long longestLine() {
        return longestLine;
    }

    /// The message itself: its header block, its fields, its body.
    public Part root() {
        return root;
    }

    /// The first root field of that name, as an octet string; only for [KeptField#NAMES].
    public Optional<String> field(String name) {
        return root.field(name);
    }

    /// The part that IMAP calls `1.2`; RFC 9051 section 6.4.5.1. `1` is the body of a message without parts.
    ///
    /// @param number digits and dots; the empty one is the root
    public Optional<Part> part(String number) {
        Part part = root;
        boolean first = true;
        int at = 0;
        while (at < number.length()) {
            int end = number.indexOf('.', at);
            end = end < 0 ? number.length() : end;
            int index = index(number, at, end);
            if (index < 1 || end == number.length() - 1) {
                return Optional.empty();
            }
            // the numbers below a message/rfc822 are those of the enclosed message
            Part container =
                    !first && part.kind() == Part.Kind.MESSAGE ? part.children().getFirst() : part;
            boolean messageBody = first || part.kind() == Part.Kind.MESSAGE;
            if (container.kind() == Part.Kind.MULTIPART) {
                if (index > container.children().size()) {
                    return Optional.empty();
                }
                part = container.children().get(index - 1);
            } else if (messageBody && index == 1) {
                part = container;
            } else {
                return Optional.empty();
            }
            first = false;
            at = end + 1;
        }
        return Optional.of(part);
    }

    private static int index(String number, int from, int to) {
        if (from == to || to - from > 5) {
            return -1;
        }
        int index = 0;
        for (int i = from; i < to; i++) {
            char c = number.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            index = index * 10 + (c - '0');
        }
        return index;
    }

    /// The summary of the same body behind another root header block, without reading the body.
    ///
    /// Facts that cannot be told apart any more (a bare LF in the old header or in the body?) are kept:
    /// they may be
    /// true of
    /// neither. The limits of the header block are those of the new one.
    ///
    /// @param header the whole new block, its blank line included
    /// @return empty when the body must be scanned anew: the new header reads it otherwise (another boundary,
    /// multipart or
    /// message), or is no complete header block
    public Optional<Summary> withHeader(byte[] header) {
        if (facts.contains(Fact.NO_BODY)) {
            return Optional.empty();
        }
        Summary alone = StructureScanner.scanHead(header);
        Part head = alone.root;
        boolean complete = !alone.facts.contains(Fact.NO_BODY) && head.bodyStart == header.length;
        if (!complete || !alone.intent.equals(intent)) {
            return Optional.empty();
        }
        if (alone.facts.contains(Fact.BROKEN_MULTIPART) && facts.contains(Fact.NUL)) {
            return Optional.empty(); // text or octets? The body decides
        }
        long shift = header.length - root.bodyStart;
        boolean broken = !intent.isEmpty() && root.kind == Part.Kind.LEAF; // stays what it was taken for
        var changed = new Part(
                root.kind,
                0,
                header.length,
                root.bodyEnd + shift,
                head.headerLines,
                root.bodyLines,
                broken ? root.type : head.type,
                broken ? root.subtype : head.subtype,
                broken ? root.parameters : head.parameters,
                head.id,
                head.description,
                head.encoding,
                head.disposition,
                head.dispositionParameters,
                head.language,
                head.location,
                head.md5,
                head.fields,
                shifted(root.children, shift));
        var changedFacts = EnumSet.noneOf(Fact.class);
        changedFacts.addAll(facts);
        changedFacts.removeAll(EnumSet.of(Fact.HEADER_BLOCK_TOO_LONG, Fact.HEADER_TOO_LONG, Fact.TOO_MANY_HEADERS));
        if (root.kind == Part.Kind.LEAF && !broken) {
            changedFacts.remove(Fact.BROKEN_MULTIPART); // it was the old header that was broken
        }
        changedFacts.addAll(alone.facts);
        return Optional.of(
                new Summary(size + shift, changedFacts, Math.max(longestLine, alone.longestLine), intent, changed));
    }

    private static List<Part> shifted(List<Part> parts, long shift) { // at most MAX_DEPTH deep
        var shifted = new ArrayList<Part>(parts.size());
        for (Part part : parts) {
            shifted.add(new Part(
                    part.kind,
                    part.headerStart + shift,
                    part.bodyStart + shift,
                    part.bodyEnd + shift,
                    part.headerLines,
                    part.bodyLines,
                    part.type,
                    part.subtype,
                    part.parameters,
                    part.id,
                    part.description,
                    part.encoding,
                    part.disposition,
                    part.dispositionParameters,
                    part.language,
                    part.location,
                    part.md5,
                    part.fields,
                    shifted(part.children, shift)));
        }
        return List.copyOf(shifted);
    }

    /// The stored form: [#VERSION], then numbers (seven bits an octet, the low ones first, the high bit: more
    /// follows)
    /// and octet
    /// strings (length and octets; a length of 0 is an absent one, else it is the length plus 1).
    public byte[] toBytes() {
        var out = new ByteArrayOutputStream(256);
        out.write(VERSION);
        number(out, size);
        long bits = 0;
        for (Fact fact : facts) {
            bits |= fact.bit;
        }
        number(out, bits);
        number(out, longestLine);
        string(out, intent);
        write(out, root);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, Part part) { // at most MAX_DEPTH deep
        out.write(part.kind.code);
        number(out, part.headerStart);
        number(out, part.bodyStart - part.headerStart);
        number(out, part.bodyEnd - part.bodyStart);
        number(out, part.headerLines);
        number(out, part.bodyLines);
        string(out, part.type);
        string(out, part.subtype);
        parameters(out, part.parameters);
        string(out, part.id);
        string(out, part.description);
        string(out, part.encoding);
        string(out, part.disposition);
        parameters(out, part.dispositionParameters);
        string(out, part.language);
        string(out, part.location);
        string(out, part.md5);
        number(out, part.fields.size());
        for (KeptField field : part.fields) {
            string(out, field.name());
            string(out, field.value());
        }
        number(out, part.children.size());
        for (Part child : part.children) {
            write(out, child);
        }
    }

    private static void parameters(ByteArrayOutputStream out, Parameters parameters) {
        number(out, parameters.list().size());
        for (Parameter parameter : parameters.list()) {
            string(out, parameter.name());
            string(out, parameter.value());
        }
    }

    private static void number(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static void string(ByteArrayOutputStream out, @Nullable String octets) {
        if (octets == null) {
            number(out, 0);
            return;
        }
        number(out, octets.length() + 1L);
        out.writeBytes(OctetStrings.bytes(octets));
    }

    /// Reads [#toBytes] back.
    ///
    /// @return empty when it is of another version or damaged: scan the message again
    public static Optional<Summary> parse(ByteBuffer stored) {
        try {
            ByteBuffer in = stored.slice();
            if (in.get() != VERSION) {
                return Optional.empty();
            }
            return Optional.of(new Reader(in).summary());
        } catch (BufferUnderflowException | DamagedException _) { // the answer is "scan again"
            return Optional.empty();
        }
    }

    private static final class DamagedException extends RuntimeException {
        DamagedException(String reason) {
            super(reason, null, false, false);
        }
    }

    private static final class Reader {
        private final ByteBuffer in;
        private int parts;

        Reader(ByteBuffer in) {
            this.in = in;
        }

        Summary summary() {
            long size = number();
            long bits = number();
            var facts = EnumSet.noneOf(Fact.class);
            for (Fact fact : Fact.values()) {
                if ((bits & fact.bit) != 0) {
                    facts.add(fact);
                }
            }
            long longestLine = number();
            String intent = required();
            Part root = part(0);
            if (in.hasRemaining()) {
                throw new DamagedException("octets behind the end");
            }
            return new Summary(size, facts, longestLine, intent, root);
        }

        private Part part(int depth) {
            if (depth > StructureScanner.MAX_DEPTH + 1 || ++parts > StructureScanner.MAX_PARTS + 1) {
                throw new DamagedException("more parts than a scan makes");
            }
            Part.Kind kind = kind();
            long headerStart = number();
            long bodyStart = headerStart + number();
            long bodyEnd = bodyStart + number();
            long headerLines = number();
            long bodyLines = number();
            String type = required();
            String subtype = required();
            Parameters parameters = parameters();
            String id = string();
            String description = string();
            String encoding = string();
            String disposition = string();
            Parameters dispositionParameters = parameters();
            String language = string();
            String location = string();
            String md5 = string();
            int fieldCount = count(2);
            var fields = new ArrayList<KeptField>(fieldCount);
            for (int i = 0; i < fieldCount; i++) {
                fields.add(new KeptField(required(), required()));
            }
            int childCount = count(20);
            if (kind == Part.Kind.LEAF
                    ? childCount != 0
                    : kind == Part.Kind.MESSAGE ? childCount != 1 : childCount == 0) {
                throw new DamagedException("a " + kind + " with " + childCount + " children");
            }
            var children = new ArrayList<Part>(childCount);
            for (int i = 0; i < childCount; i++) {
                children.add(part(depth + 1));
            }
            return new Part(
                    kind,
                    headerStart,
                    bodyStart,
                    bodyEnd,
                    headerLines,
                    bodyLines,
                    type,
                    subtype,
                    parameters,
                    id,
                    description,
                    encoding,
                    disposition,
                    dispositionParameters,
                    language,
                    location,
                    md5,
                    List.copyOf(fields),
                    List.copyOf(children));
        }

        private Part.Kind kind() {
            int code = in.get();
            for (Part.Kind kind : Part.Kind.values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new DamagedException("no such kind");
        }

        private Parameters parameters() {
            int count = count(2);
            if (count == 0) {
                return Parameters.NONE;
            }
            var list = new ArrayList<Parameter>(count);
            for (int i = 0; i < count; i++) {
                list.add(new Parameter(required(), required()));
            }
            return new Parameters(list);
        }

        private long number() {
            long value = 0;
            for (int shift = 0; shift < 63; shift += 7) {
                byte octet = in.get();
                value |= (long) (octet & 0x7F) << shift;
                if (octet >= 0) {
                    return value;
                }
            }
            throw new DamagedException("a number without end");
        }

        /// @param least octets that each of them takes
        private int count(int least) {
            long count = number();
            if (count > in.remaining() / least) {
                throw new DamagedException("a count beyond the end");
            }
            return (int) count;
        }

        private @Nullable String string() {
            long length = number() - 1;
            if (length < 0) {
                return null;
            }
            if (length > in.remaining()) {
                throw new DamagedException("a string beyond the end");
            }
            byte[] octets = new byte[(int) length];
            in.get(octets);
            return OctetStrings.of(octets);
        }

        private String required() {
            String read = string();
            if (read == null) {
                throw new DamagedException("an absent string");
            }
            return read;
        }
    }
}
