package org.mutatio.mime.structure;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.ContentTransferEncoding;
import org.mutatio.mime.header.Disposition;
import org.mutatio.mime.header.ExtendedValue;
import org.mutatio.mime.header.MediaType;
import org.mutatio.mime.header.Parameter;
import org.mutatio.mime.header.Parameters;

/// Finds the structure of a message (RFC 2045, RFC 2046) in one pass over its octets, as they arrive.
///
/// Feed every octet in order with [#accept], then call [#finish] once. Not for several threads. It never throws for
/// what is in the message, keeps no body, and needs at most one header field, one line that looks like a boundary,
/// and the tree itself.
///
/// How it reads what is not right, always the same way:
/// - Lines end with LF, with or without CR before it; a CR alone is an octet like any other.
/// - A line `--boundary` ends everything inside of the multipart it belongs to, in headers too. The
/// boundary need only be the
///   line's beginning (RFC 2046 section 5.1.1); of several that fit the longest counts, of equal ones the
/// innermost.
/// - The line end before a boundary belongs to the boundary.
/// - A multipart without boundary parameter, or in which no part begins, is *broken*: one leaf,
/// `text/plain`, or
///   `application/octet-stream` when a NUL was seen in it. So a multipart always has a part.
/// - A container deeper than [#MAX_DEPTH] is one opaque leaf, `application/octet-stream`; so is a
/// message/rfc822 in base64 or
///   quoted-printable (RFC 2046 section 5.2.1 forbids it; RFC 6532 section 3.7 allows it for message/global).
/// - Part [#MAX_PARTS] swallows the rest of the message as an opaque leaf.
/// - A missing or unreadable Content-Type is `text/plain`, in a multipart/digest message/rfc822 (RFC 2046
/// section 5.1.5).
/// - Of a repeated field the first counts; of address fields all are kept.
///
/// Measured: plain bodies over 1 GB/s, base64 in a multipart about the same, on one core of 2026.
public final class StructureScanner {
    public static final int MAX_HEADER_BLOCK = 512 * 1024;
    public static final int MAX_HEADER = 64 * 1024;
    public static final int MAX_HEADERS = 1_000;
    /// Containers around a part; deeper ones are not opened.
    public static final int MAX_DEPTH = 50;

    public static final int MAX_PARTS = 2_000;
    /// The hard limit for a line of a body; told as [Summary#longestLine], enforced by nobody here.
    public static final int MAX_LINE = 1_000_000;
    /// Octets of header fields that a summary keeps of the root, and of all other parts together.
    static final int KEPT_ROOT = MAX_HEADER_BLOCK;

    static final int KEPT_PARTS = 512 * 1024;

    /// Octets of Content-Type and Content-Disposition in all parts but the root that are read for many parameters.
    private static final int READ_PARTS = 128 * 1024;

    /// Octets of type and subtype that need no room: no registered ones have more (RFC 6838 section 4.2 allows 127
    /// each), and a part is not to change its type since others had long fields.
    private static final int FREE_NAMES = 127;

    private static final int FREE_DISPOSITION = 20;

    /// Parameters that are read when nothing more may be kept: the boundary mostly comes first.
    private static final int FEW_PARAMETERS = 8;

    private static final int FEW_OCTETS = 1_000;

    private static final String[] WANTED = wanted();

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGHS = 0x8080_8080_8080_8080L;
    private static final long LOWEST_PLAIN = 0x0E0E_0E0E_0E0E_0E0EL; // CR, LF, NUL and rare controls are below

    private static String[] wanted() {
        var names = new ArrayList<>(KeptField.NAMES);
        for (String last : List.of(
                "type", "transfer-encoding", "disposition", "id", "description", "language", "location", "md5")) {
            names.add("content-" + last);
        }
        return names.toArray(String[]::new);
    }

    /// What we are inside of.
    private enum State {
        HEADER,
        BODY,
        /// Behind a recognised boundary, up to the end of its line.
        BOUNDARY_LINE
    }

    /// A part that is not finished yet.
    private static final class Open {
        final int depth;
        final boolean inDigest;
        final boolean messageRoot;
        final long headerStart;
        final long headerStartLines;
        long bodyStart = -1;
        long bodyStartLines;
        Part.Kind kind = Part.Kind.LEAF;
        /// Of a multipart that still takes parts.
        byte @Nullable [] boundary;

        boolean brokenMultipart;
        MediaType media = MediaType.TEXT_PLAIN;

        @Nullable
        String contentType;

        @Nullable
        String id;

        @Nullable
        String description;

        @Nullable
        String encoding;

        @Nullable
        String disposition;

        @Nullable
        String language;

        @Nullable
        String location;

        @Nullable
        String md5;

        final List<KeptField> fields = new ArrayList<>(0);
        final List<Part> children = new ArrayList<>(0);

        Open(int depth, boolean inDigest, boolean messageRoot, long headerStart, long headerStartLines) {
            this.depth = depth;
            this.inDigest = inDigest;
            this.messageRoot = messageRoot;
            this.headerStart = headerStart;
            this.headerStartLines = headerStartLines;
        }
    }

    private final EnumSet<Fact> facts = EnumSet.noneOf(Fact.class);
    private final ArrayList<Open> stack = new ArrayList<>();
    private final byte[] transfer = new byte[8192];

    private State state = State.HEADER;
    private long position; // octets taken so far
    private long lines; // LFs so far
    private long lineStart;
    private long longestLine;
    private boolean carriageReturn; // the last octet was CR
    private long lastNul = -1;
    private long lastLineEnd; // where the line end before the current line begins
    private int highHeader; // all header octets, or-ed: has one its high bit?
    private int highBody;

    // the header field that is being read, unfolded
    private byte[] field = new byte[1024];
    private int fieldLength;
    private boolean fieldCut;
    private long fieldOctets;
    private int fieldCount;
    private long lineLength; // of the current header line, without line end

    // a line that begins like a boundary
    private byte[] candidate = new byte[128];
    private int candidateLength;
    private boolean candidateOpen; // the current line may still turn out to be a boundary
    private int longestBoundary; // of those on the stack; 0 when there is none

    private boolean nextPart; // the boundary line begins a part: it was no closing one

    private String intent = ""; // how the root's body is read, see #intent
    private int parts;
    private int keptRoot;
    private int keptParts;
    private long readParts; // octets of fields with parameters, of all parts but the root
    private boolean opaqueRest; // the part limit is reached: nothing begins or ends any more
    private @Nullable Summary finished;

    private final boolean headOnly;

    public StructureScanner() {
        this(false);
    }

    private StructureScanner(boolean headOnly) {
        this.headOnly = headOnly;
        push(new Open(0, false, true, 0, 0));
    }

    /// The summary of a header block without its body: a multipart keeps its type though no part follows.
    static Summary scanHead(byte[] header) {
        var scanner = new StructureScanner(true);
        scanner.accept(header, 0, header.length);
        return scanner.finish();
    }

    /// The structure of octets that are all there.
    public static Summary scan(byte[] message) {
        var scanner = new StructureScanner();
        scanner.accept(message, 0, message.length);
        return scanner.finish();
    }

    /// The structure of octets that lie elsewhere.
    ///
    /// @throws IOException the source failed
    public static Summary scan(OctetSource message) throws IOException {
        var scanner = new StructureScanner();
        byte[] chunk = new byte[64 * 1024];
        long at = 0;
        while (true) {
            int count = message.read(at, chunk, 0, chunk.length);
            if (count <= 0) {
                return scanner.finish();
            }
            scanner.accept(chunk, 0, count);
            at += count;
        }
    }

    /// Takes all octets that remain in the buffer.
    public void accept(ByteBuffer octets) {
        if (octets.hasArray()) {
            accept(octets.array(), octets.arrayOffset() + octets.position(), octets.remaining());
            octets.position(octets.limit());
            return;
        }
        while (octets.hasRemaining()) {
            int count = Math.min(transfer.length, octets.remaining());
            octets.get(transfer, 0, count);
            accept(transfer, 0, count);
        }
    }

    public void accept(byte[] octets) {
        accept(octets, 0, octets.length);
    }

    public void accept(byte[] octets, int from, int length) {
        if (finished != null) {
            throw new IllegalStateException("the scan is finished");
        }
        Objects.checkFromIndexSize(from, length, octets.length);
        int at = from;
        int end = from + length;
        while (at < end) {
            at = switch (state) {
                case HEADER -> header(octets, at, end);
                case BODY -> body(octets, at, end);
                case BOUNDARY_LINE -> boundaryLine(octets, at, end);
            };
        }
    }

    /// Octets taken so far.
    public long size() {
        return position;
    }

    /// The facts known so far, so that a session may refuse early.
    public Set<Fact> facts() {
        return finished == null ? EnumSet.copyOf(facts) : finished.facts();
    }

    /// The longest line so far, without its line end.
    public long longestLine() {
        return Math.max(longestLine, position - lineStart);
    }

    /// The end of the message: the summary of all octets taken. May be called again.
    public Summary finish() {
        Summary done = finished;
        if (done == null) {
            done = end();
            finished = done;
        }
        return done;
    }

    private Summary end() {
        if (carriageReturn) {
            facts.add(Fact.BARE_CR);
        }
        longestLine = Math.max(longestLine, position - lineStart);
        if (candidateOpen && candidateLength > 0 && state != State.BOUNDARY_LINE) {
            int fits = fittingBoundary();
            if (fits >= 0 && state == State.HEADER) {
                boundaryInHeader(fits);
            } else if (fits >= 0) {
                boundaryFound(fits);
            }
        }
        if (state == State.BOUNDARY_LINE) {
            afterBoundaryLine();
        }
        if (state == State.HEADER) {
            if (carriageReturn) {
                append((byte) '\r');
            }
            endField();
            if (stack.size() == 1) {
                facts.add(Fact.NO_BODY);
            }
            endHeader(position, lines);
        }
        if (highHeader < 0) {
            facts.add(Fact.EIGHT_BIT_HEADER);
        }
        if (highBody < 0) {
            facts.add(Fact.EIGHT_BIT_BODY);
        }
        Part last = null;
        while (!stack.isEmpty()) {
            last = pop(position, lines);
        }
        if (last == null) {
            throw new IllegalStateException("no root");
        }
        return new Summary(position, facts, longestLine, intent, last);
    }

    // ---- header blocks

    private int header(byte[] octets, int from, int end) {
        for (int at = from; at < end; at++) {
            byte c = octets[at];
            if (c == '\n') {
                position += at - from + 1L;
                headerLineEnd();
                return at + 1;
            }
            if (carriageReturn) {
                facts.add(Fact.BARE_CR);
                carriageReturn = false;
                headerOctet((byte) '\r');
            }
            if (c == '\r') {
                carriageReturn = true;
                continue;
            }
            highHeader |= c;
            if (c == 0) {
                nul(position + at - from);
            }
            headerOctet(c);
        }
        position += end - from;
        return end;
    }

    private void headerOctet(byte c) {
        if (lineLength == 0) {
            boolean continuation = (c == ' ' || c == '\t') && (fieldLength > 0 || fieldOctets > 0);
            if (!continuation) {
                endField();
            }
            candidateOpen = longestBoundary > 0 && c == '-';
            candidateLength = 0;
        }
        lineLength++;
        if (candidateOpen) {
            candidate(c);
        }
        append(c);
    }

    private void headerLineEnd() {
        if (candidateOpen) {
            candidateOpen = false;
            int fits = fittingBoundary();
            if (fits >= 0) {
                boundaryInHeader(fits);
                lineEnd();
                afterBoundaryLine();
                return;
            }
        }
        boolean blank = lineLength == 0;
        lineLength = 0;
        candidateLength = 0;
        lineEnd();
        if (blank) {
            endField();
            endHeader(position, lines);
        }
    }

    private void append(byte c) {
        fieldOctets++;
        if (fieldLength == field.length) {
            if (fieldLength >= MAX_HEADER) {
                fieldCut = true;
                return;
            }
            field = Arrays.copyOf(field, Math.min(MAX_HEADER, fieldLength * 2));
        }
        field[fieldLength++] = c;
    }

    private void endField() {
        if (fieldOctets == 0) {
            return;
        }
        fieldCount++;
        boolean inRoot = stack.size() == 1;
        if (fieldCut) {
            facts.add(inRoot ? Fact.HEADER_TOO_LONG : Fact.PART_HEADER_LIMITS);
        }
        if (fieldCount == MAX_HEADERS + 1) {
            facts.add(inRoot ? Fact.TOO_MANY_HEADERS : Fact.PART_HEADER_LIMITS);
        }
        int colon = 0;
        while (colon < fieldLength && field[colon] != ':') {
            colon++;
        }
        int nameEnd = colon;
        while (nameEnd > 0 && (field[nameEnd - 1] == ' ' || field[nameEnd - 1] == '\t')) {
            nameEnd--;
        }
        String name = colon < fieldLength ? wantedName(nameEnd) : null;
        if (name != null) {
            keep(name, colon + 1);
        }
        fieldLength = 0;
        fieldOctets = 0;
        fieldCut = false;
    }

    /// The name of the current field in lower case, if anybody wants it; makes no garbage of a million
    /// others.
    private @Nullable String wantedName(int length) {
        for (String name : WANTED) {
            if (name.length() == length && isName(name)) {
                return name;
            }
        }
        return null;
    }

    private boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            int c = field[i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void keep(String name, int valueFrom) {
        Open part = stack.getLast();
        switch (name) {
            case "content-type" ->
                part.contentType = part.contentType == null ? withParameters(valueFrom) : part.contentType;
            case "content-transfer-encoding" ->
                part.encoding = part.encoding == null ? value(valueFrom) : part.encoding;
            case "content-disposition" ->
                part.disposition = part.disposition == null ? withParameters(valueFrom) : part.disposition;
            case "content-id" -> part.id = part.id == null ? value(valueFrom) : part.id;
            case "content-description" ->
                part.description = part.description == null ? value(valueFrom) : part.description;
            case "content-language" -> part.language = part.language == null ? value(valueFrom) : part.language;
            case "content-location" -> part.location = part.location == null ? value(valueFrom) : part.location;
            case "content-md5" -> part.md5 = part.md5 == null ? value(valueFrom) : part.md5;
            default -> {
                if (part.messageRoot && KeptField.NAMES.contains(name) && isWanted(part.fields, name)) {
                    int most = name.length() + 2; // an empty one is stored too
                    if (mayKeep(most) == most) {
                        part.fields.add(new KeptField(name, value(valueFrom)));
                    } else {
                        facts.add(Fact.FIELDS_CUT);
                    }
                }
            }
        }
    }

    private static boolean isWanted(List<KeptField> fields, String name) {
        if (KeptField.ADDRESSES.contains(name)) {
            return fields.size() < KeptField.MAX_REPEATED;
        }
        for (KeptField field : fields) {
            if (field.name().equals(name)) {
                return false;
            }
        }
        return true;
    }

    private String trimmed(int from) {
        int start = from;
        int end = mayKeepMore() ? fieldLength : Math.min(fieldLength, from + FEW_OCTETS);
        while (start < end && isBlank(field[start])) {
            start++;
        }
        while (end > start && isBlank(field[end - 1])) {
            end--;
        }
        return new String(field, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /// The same; its octets are counted, since 500 segments of RFC 2231 are read for a few octets that are
    /// kept. When too
    /// many were read, parameters are cut off, names are not.
    private String withParameters(int from) {
        if (stack.size() > 1) {
            readParts += fieldLength - from;
            int few = from + FEW_OCTETS;
            if (readParts > READ_PARTS && fieldLength > few) {
                facts.add(Fact.FIELDS_CUT);
                if (names(from, few)) {
                    fieldLength = few;
                }
            }
        }
        return trimmed(from);
    }

    /// Whether type or disposition end there.
    private boolean names(int from, int to) {
        for (int i = from; i < to; i++) {
            if (field[i] == ';') {
                return true;
            }
        }
        return false;
    }

    /// The value, trimmed, cut to what the summary may still grow by.
    private String value(int from) {
        int kept = mayKeep(fieldLength - from);
        if (kept < fieldLength - from || fieldCut) {
            facts.add(Fact.FIELDS_CUT);
            fieldLength = from + kept;
        }
        return trimmed(from);
    }

    private int mostParameters() {
        boolean readMore = stack.size() == 1 || readParts <= READ_PARTS;
        return mayKeepMore() && readMore ? Parameters.MAX : FEW_PARAMETERS;
    }

    private boolean mayKeepMore() {
        return stack.size() == 1 ? keptRoot < KEPT_ROOT : keptParts < KEPT_PARTS;
    }

    /// Takes from the budget of the part on top of the stack.
    ///
    /// @return how many of these octets may be kept
    private int mayKeep(int octets) {
        if (stack.size() == 1) {
            int kept = Math.min(octets, KEPT_ROOT - keptRoot);
            keptRoot += kept;
            return kept;
        }
        int kept = Math.min(octets, KEPT_PARTS - keptParts);
        keptParts += kept;
        return kept;
    }

    /// Parameters are kept all or not at all.
    private Parameters kept(Parameters parameters) {
        int octets = 0;
        for (Parameter parameter : parameters.list()) {
            octets += parameter.name().length() + parameter.value().length() + 4;
        }
        if (mayKeep(octets) == octets) {
            return parameters;
        }
        facts.add(Fact.FIELDS_CUT);
        return Parameters.NONE;
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    /// The header block of the top of the stack ends: decides what its body is.
    private void endHeader(long bodyStart, long bodyStartLines) {
        Open part = stack.getLast();
        part.bodyStart = bodyStart;
        part.bodyStartLines = bodyStartLines;
        boolean inRoot = stack.size() == 1;
        if (bodyStart - part.headerStart > MAX_HEADER_BLOCK) {
            facts.add(inRoot ? Fact.HEADER_BLOCK_TOO_LONG : Fact.PART_HEADER_LIMITS);
        }
        fieldCount = 0;
        lineLength = 0;
        state = State.BODY;
        decideKind(part);
        lineBegins();
        if (inRoot) {
            intent = intent(part);
        }
        if (opaqueRest) {
            return;
        }
        if (part.kind == Part.Kind.MESSAGE) {
            begin(new Open(part.depth + 1, false, true, bodyStart, bodyStartLines));
        }
    }

    private void decideKind(Open part) {
        MediaType fallback = part.inDigest ? MediaType.MESSAGE : MediaType.TEXT_PLAIN;
        part.media = part.contentType == null
                ? fallback
                : MediaType.parse(part.contentType, mostParameters())
                        .map(this::named)
                        .orElse(MediaType.TEXT_PLAIN);
        part.contentType = null; // read: up to 64 KiB of it would wait on the stack
        boolean multipart = part.media.is("multipart");
        boolean message = part.media.is("message", "rfc822") || part.media.is("message", "global");
        if (!multipart && !message) {
            return;
        }
        if (opaqueRest || part.depth >= MAX_DEPTH) {
            if (part.depth >= MAX_DEPTH) {
                facts.add(Fact.NESTED_TOO_DEEP);
            }
            part.media = new MediaType("application", "octet-stream", part.media.parameters());
            return;
        }
        if (message) {
            if (part.encoding != null && isEncoded(part.encoding)) {
                part.media = new MediaType("application", "octet-stream", part.media.parameters());
                return;
            }
            part.kind = Part.Kind.MESSAGE;
            return;
        }
        String boundary = boundary(part.media.parameters());
        if (boundary.isEmpty()) {
            part.brokenMultipart = true;
            return;
        }
        part.kind = Part.Kind.MULTIPART;
        part.boundary = OctetStrings.bytes(boundary);
        longestBoundary();
    }

    /// A type with names too long to be kept is one that nobody knows; RFC 2046 section 4.5.1.
    private MediaType named(MediaType media) {
        int octets = media.type().length() + media.subtype().length();
        if (octets <= FREE_NAMES || mayKeep(octets) == octets) {
            return media;
        }
        facts.add(Fact.FIELDS_CUT);
        return media.is("multipart") // RFC 2046 section 5.1.7: an unknown one is a mixed one
                ? new MediaType("multipart", "mixed", media.parameters())
                : new MediaType("application", "octet-stream", media.parameters());
    }

    private static boolean isEncoded(String encoding) {
        String plain = OctetStrings.lower(OctetStrings.trim(encoding));
        return plain.startsWith("base64") || plain.startsWith("quoted-printable") || plain.contains("uuencode");
    }

    /// Without blanks at its end, which RFC 2046 section 5.1.1 forbids and gateways add.
    private static String boundary(Parameters parameters) {
        String boundary = parameters
                .value("boundary")
                .or(() ->
                        parameters.value("boundary*").map(ExtendedValue::decode).map(OctetStrings::ofText))
                .orElse("");
        int end = boundary.length();
        while (end > 0 && OctetStrings.isBlank(boundary.charAt(end - 1))) {
            end--;
        }
        return boundary.substring(0, end);
    }

    /// What decides how the root's body was scanned; equal intents of two header blocks mean equal structure.
    private static String intent(Open part) {
        byte[] boundary = part.boundary;
        return switch (part.kind) {
            case LEAF -> "";
            case MESSAGE -> "message";
            case MULTIPART ->
                (part.media.is("multipart", "digest") ? "digest " : "multipart ")
                        + (boundary == null ? "" : OctetStrings.of(boundary));
        };
    }

    private void begin(Open part) {
        push(part);
        state = State.HEADER;
        fieldCount = 0;
        fieldLength = 0;
        fieldOctets = 0;
        fieldCut = false;
        lineLength = 0;
        candidateOpen = false;
        candidateLength = 0;
    }

    private void push(Open part) {
        stack.add(part);
        if (++parts >= MAX_PARTS && !opaqueRest) {
            opaqueRest = true;
            facts.add(Fact.TOO_MANY_PARTS);
            longestBoundary = 0;
        }
    }

    /// Ends the innermost part.
    private Part pop(long bodyEnd, long bodyEndLines) {
        Open part = stack.getLast();
        long start = part.bodyStart < 0 ? Math.max(part.headerStart, bodyEnd) : part.bodyStart;
        long end = Math.max(start, bodyEnd);
        long endLines = bodyEndLines;
        if (!part.children.isEmpty() && part.children.getLast().bodyEnd > end) {
            end = part.children.getLast().bodyEnd; // a boundary right behind the header of an enclosed message
            endLines++;
        }
        long lineCount = part.bodyStart < 0 ? 0 : Math.max(0, endLines - part.bodyStartLines);
        long headerLines =
                Math.max(0, (part.bodyStart < 0 ? bodyEndLines : part.bodyStartLines) - part.headerStartLines);
        MediaType media = part.media;
        Part.Kind kind = part.kind;
        if (part.brokenMultipart || kind == Part.Kind.MULTIPART && part.children.isEmpty() && !headOnly) {
            facts.add(Fact.BROKEN_MULTIPART);
            kind = Part.Kind.LEAF;
            media = lastNul >= start ? MediaType.OCTET_STREAM : MediaType.TEXT_PLAIN;
        }
        String dispositionType = null;
        Parameters dispositionParameters = Parameters.NONE;
        if (part.disposition != null) {
            var disposition = Disposition.parse(part.disposition, mostParameters());
            if (disposition.isPresent()) {
                dispositionType = named(disposition.get().type());
                dispositionParameters = disposition.get().parameters();
            }
        }
        Parameters parameters = kept(media.parameters());
        dispositionParameters = kept(dispositionParameters);
        stack.removeLast();
        var done = new Part(
                kind,
                part.headerStart,
                start,
                end,
                headerLines,
                lineCount,
                media.type(),
                media.subtype(),
                parameters,
                emptyToNull(part.id),
                emptyToNull(part.description),
                part.encoding == null ? null : encodingToken(part.encoding),
                dispositionType,
                dispositionParameters,
                emptyToNull(part.language),
                emptyToNull(part.location),
                emptyToNull(part.md5),
                List.copyOf(part.fields),
                List.copyOf(part.children));
        if (!stack.isEmpty()) {
            stack.getLast().children.add(done);
        }
        return done;
    }

    /// RFC 2183 section 2.8: an unknown one is an attachment.
    private String named(String disposition) {
        int octets = disposition.length();
        if (octets <= FREE_DISPOSITION || mayKeep(octets) == octets) {
            return disposition;
        }
        facts.add(Fact.FIELDS_CUT);
        return "attachment";
    }

    private static @Nullable String emptyToNull(@Nullable String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    private static @Nullable String encodingToken(String value) {
        return ContentTransferEncoding.token(value).orElse(null);
    }

    // ---- bodies

    private int body(byte[] octets, int from, int end) {
        int at = from;
        while (at < end) {
            if (!candidateOpen && !carriageReturn) {
                int plain = skipPlain(octets, at, end);
                position += plain - at;
                at = plain;
                if (at == end) {
                    break;
                }
            }
            byte c = octets[at++];
            position++;
            if (c == '\n') {
                if (candidateOpen) {
                    candidateOpen = false;
                    int fits = fittingBoundary();
                    if (fits >= 0) {
                        boundaryFound(fits);
                        lineEnd();
                        afterBoundaryLine();
                        return at;
                    }
                }
                lineEnd();
                lineBegins();
                if (candidateOpen && at < end && octets[at] != '-') {
                    candidateOpen = false;
                }
                continue;
            }
            if (carriageReturn) {
                facts.add(Fact.BARE_CR);
                carriageReturn = false;
                if (candidateOpen) {
                    candidate((byte) '\r');
                }
            }
            if (c == '\r') {
                carriageReturn = true;
            } else if (c == 0) {
                nul(position - 1);
            } else {
                highBody |= c;
            }
            if (candidateOpen && c != '\r') {
                candidate(c);
                if (candidateLength >= 2 + longestBoundary + 2) { // all that can matter is there
                    candidateOpen = false;
                    int fits = fittingBoundary();
                    if (fits >= 0) {
                        boundaryFound(fits);
                        return at;
                    }
                }
            }
        }
        return at;
    }

    /// Skips octets that mean nothing, eight at a time.
    private int skipPlain(byte[] octets, int from, int end) {
        int at = from;
        long high = 0;
        int last = end - 8;
        while (at <= last) {
            long word = (long) LONGS.get(octets, at);
            if (((word - LOWEST_PLAIN) & ~word & HIGHS) != 0) {
                break;
            }
            high |= word;
            at += 8;
        }
        int rest = 0;
        while (at < end) {
            byte c = octets[at];
            if (c >= 0 && c < 14) {
                if (c == '\n' || c == '\r' || c == 0) {
                    break;
                }
            }
            rest |= c;
            at++;
            if ((at - from & 7) == 0 && at <= last) {
                long word = (long) LONGS.get(octets, at);
                if (((word - LOWEST_PLAIN) & ~word & HIGHS) == 0) {
                    // back to whole words, for a TAB or so only stopped us
                    do {
                        high |= word;
                        at += 8;
                        if (at > last) {
                            break;
                        }
                        word = (long) LONGS.get(octets, at);
                    } while (((word - LOWEST_PLAIN) & ~word & HIGHS) == 0);
                }
            }
        }
        if ((high & HIGHS) != 0 || rest < 0) {
            highBody |= 0x8000_0000;
        }
        return at;
    }

    private int boundaryLine(byte[] octets, int from, int end) {
        for (int at = from; at < end; at++) {
            byte c = octets[at];
            if (c == '\n') {
                position += at - from + 1L;
                lineEnd();
                afterBoundaryLine();
                return at + 1;
            }
            if (carriageReturn) {
                facts.add(Fact.BARE_CR);
            }
            carriageReturn = c == '\r';
            if (c == 0) {
                nul(position + at - from);
            }
            highBody |= c;
        }
        position += end - from;
        return end;
    }

    /// The octet at `position - 1` was LF.
    private void lineEnd() {
        lastLineEnd = position - (carriageReturn ? 2 : 1);
        if (!carriageReturn) {
            facts.add(Fact.BARE_LF);
        }
        carriageReturn = false;
        lines++;
        longestLine = Math.max(longestLine, lastLineEnd - lineStart);
        lineStart = position;
    }

    private void nul(long where) {
        facts.add(Fact.NUL);
        lastNul = where;
    }

    // ---- boundaries

    private void lineBegins() {
        candidateOpen = longestBoundary > 0;
        candidateLength = 0;
    }

    private void candidate(byte c) {
        if (candidateLength < 2 && c != '-') {
            candidateOpen = false;
            return;
        }
        if (candidateLength >= 2 + longestBoundary + 2) {
            return;
        }
        if (candidateLength == candidate.length) {
            candidate = Arrays.copyOf(candidate, candidateLength * 2);
        }
        candidate[candidateLength++] = c;
    }

    /// @return the index in the stack of the multipart whose boundary the candidate begins with; -1 for none
    private int fittingBoundary() {
        int best = -1;
        int bestLength = 0;
        if (candidateLength < 3) {
            return -1;
        }
        for (int i = stack.size() - 1; i >= 0; i--) {
            byte[] boundary = stack.get(i).boundary;
            if (boundary != null
                    && boundary.length > bestLength
                    && boundary.length <= candidateLength - 2
                    && Arrays.equals(candidate, 2, 2 + boundary.length, boundary, 0, boundary.length)) {
                best = i;
                bestLength = boundary.length;
            }
        }
        return best;
    }

    private boolean isClosing(int index) {
        byte[] boundary = stack.get(index).boundary;
        int behind = boundary == null ? 0 : 2 + boundary.length;
        return candidateLength >= behind + 2 && candidate[behind] == '-' && candidate[behind + 1] == '-';
    }

    /// The current line of a header block is a boundary: no field, and the part whose header it cuts has an empty
    /// body.
    private void boundaryInHeader(int index) {
        fieldLength = 0;
        fieldOctets = 0;
        fieldCut = false;
        Open part = stack.getLast();
        long headerEnd = Math.max(part.headerStart, lastLineEnd);
        long headerEndLines = headerEnd == lineStart ? lines : lines - 1;
        part.bodyStart = headerEnd;
        part.bodyStartLines = headerEndLines;
        decideKind(part);
        if (part.kind == Part.Kind.MESSAGE && !opaqueRest) {
            push(new Open(part.depth + 1, false, true, headerEnd, headerEndLines));
        }
        boundaryFound(index);
    }

    /// The current line is a boundary of the multipart at `index`: everything inside ends before it.
    private void boundaryFound(int index) {
        long bodyEnd = lastLineEnd;
        boolean closing = isClosing(index);
        while (stack.size() - 1 > index) {
            pop(bodyEnd, lines - 1);
        }
        Open multipart = stack.getLast();
        if (closing) {
            multipart.boundary = null;
        }
        nextPart = !closing;
        longestBoundary();
        candidateOpen = false;
        state = State.BOUNDARY_LINE;
    }

    private void afterBoundaryLine() {
        if (nextPart) {
            Open multipart = stack.getLast();
            begin(new Open(multipart.depth + 1, multipart.media.is("multipart", "digest"), false, position, lines));
            return;
        }
        state = State.BODY;
        lineBegins();
    }

    private void longestBoundary() {
        longestBoundary = 0;
        if (opaqueRest) {
            return;
        }
        for (Open part : stack) {
            if (part.boundary != null) {
                longestBoundary = Math.max(longestBoundary, part.boundary.length);
            }
        }
    }
}
