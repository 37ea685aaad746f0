package org.mutatio.pipeline.mail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.Fact;
import org.mutatio.mime.structure.Summary;

/// What the edits made of a received message up to now; immutable, each round of edits gives another one.
///
/// The received octets stay where they are: the header is a list of fields, the body a [Rope]. The structure of an
/// edited message is found anew only when somebody asks for it.
public final class Draft {

    private static final byte[] LINE_END = {'\r', '\n'};

    private final ReceivedMessage received;
    private final List<HeaderBlock.Field> fields;
    private final boolean headerChanged;
    private final @Nullable Rope newBody;
    private final Map<String, Double> scores;
    private final SortedSet<String> tags;

    // Found on first use; the same whoever finds it.
    private volatile @Nullable Rope whole;
    private volatile @Nullable Summary summary;
    private volatile @Nullable MailPart root;

    private Draft(
            ReceivedMessage received,
            List<HeaderBlock.Field> fields,
            boolean headerChanged,
            @Nullable Rope newBody,
            Map<String, Double> scores,
            SortedSet<String> tags) {
        this.received = received;
        this.fields = fields;
        this.headerChanged = headerChanged;
        this.newBody = newBody;
        this.scores = scores;
        this.tags = tags;
    }

    /// As received.
    public static Draft of(ReceivedMessage received) {
        return new Draft(received, received.fields(), false, null, Map.of(), Collections.emptySortedSet());
    }

    public ReceivedMessage received() {
        return received;
    }

    public List<HeaderBlock.Field> fields() {
        return fields;
    }

    public MailHeaders headers() {
        return new MailHeaders(fields);
    }

    /// By name, in the order they were first given.
    public Map<String, Double> scores() {
        return scores;
    }

    public double score() {
        double sum = 0;
        for (double score : scores.values()) {
            sum += score;
        }
        return sum;
    }

    /// Keywords for the stored message.
    public SortedSet<String> tags() {
        return tags;
    }

    /// Whether header or body is another one than received.
    public boolean changed() {
        return headerChanged || newBody != null;
    }

    /// The message as it is now.
    public Rope whole() {
        Rope known = whole;
        if (known == null) {
            known = changed() ? header().then(body()) : Rope.whole(received.octets());
            whole = known;
        }
        return known;
    }

    /// Of [#whole].
    public Summary summary() throws IOException {
        Summary known = summary;
        if (known == null) {
            known = changed() ? summary(new byte[0]) : received.summary();
            summary = known;
        }
        return known;
    }

    MailPart root() {
        MailPart known = root;
        if (known == null) {
            try {
                known = MailPart.root(whole(), summary());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            root = known;
        }
        return known;
    }

    /// The message with header fields of ours in front.
    ///
    /// @param prefix whole fields, each with its line end; may be empty
    public Rope withPrefix(byte[] prefix) {
        return Rope.of(received.octets(), List.of()).then(prefix).then(whole());
    }

    /// Of [#withPrefix].
    public Summary summary(byte[] prefix) throws IOException {
        if (newBody == null) {
            Optional<Summary> quick = received.summary().withHeader(headerOctets(prefix));
            if (quick.isPresent()) {
                return quick.get();
            }
        } else if (prefix.length > 0) {
            Optional<Summary> quick = summary().withHeader(headerOctets(prefix));
            if (quick.isPresent()) {
                return quick.get();
            }
        }
        return ReceivedMessage.scan(withPrefix(prefix));
    }

    /// The whole header block, blank line included.
    private byte[] headerOctets(byte[] prefix) {
        byte[] header = received.header();
        ByteArrayOutputStream octets = new ByteArrayOutputStream(prefix.length + header.length + 256);
        octets.writeBytes(prefix);
        if (asReceived()) {
            octets.writeBytes(header);
            return octets.toByteArray();
        }
        for (HeaderBlock.Field field : fields) {
            field.writeTo(octets);
        }
        octets.writeBytes(LINE_END);
        return octets.toByteArray();
    }

    /// Whether the header block stands as it came; behind one without a blank line no new body can stand.
    private boolean asReceived() {
        return !headerChanged && (newBody == null || !received.summary().has(Fact.NO_BODY));
    }

    /// With the blank line; ranges of the received header wherever its fields are untouched.
    private Rope header() {
        byte[] original = received.header();
        if (asReceived()) {
            return Rope.of(received.octets(), List.of(new Rope.Piece.Received(0, original.length)));
        }
        List<Rope.Piece> pieces = new ArrayList<>();
        for (HeaderBlock.Field field : fields) {
            boolean whole = field.end() > field.start() && received.holds(field);
            if (whole) {
                pieces.add(new Rope.Piece.Received(field.start(), field.end() - field.start()));
                if (original[field.end() - 1] != '\n') {
                    pieces.add(new Rope.Piece.New(LINE_END, 0, 2));
                }
            } else {
                ByteArrayOutputStream octets = new ByteArrayOutputStream(128);
                field.writeTo(octets);
                pieces.add(new Rope.Piece.New(octets.toByteArray(), 0, octets.size()));
            }
        }
        pieces.add(new Rope.Piece.New(LINE_END, 0, 2));
        return Rope.of(received.octets(), pieces);
    }

    private Rope body() {
        Rope changed = newBody;
        if (changed != null) {
            return changed;
        }
        long start = received.summary().root().bodyStart();
        long size = received.octets().size();
        return Rope.of(received.octets(), List.of(new Rope.Piece.Received(start, size - start)));
    }

    /// The same message with another header, body or marks.
    ///
    /// @throws IOException the octets cannot be read
    /// @throws IllegalArgumentException an edit names a part that is not there
    public Draft with(List<Edit> edits) throws IOException {
        Draft draft = this;
        for (Edit edit : edits) {
            draft = draft.with(edit);
        }
        return draft;
    }

    private Draft with(Edit edit) throws IOException {
        return switch (edit) {
            case Edit.AddHeader header -> {
                List<HeaderBlock.Field> more = new ArrayList<>(fields.size() + 1);
                more.add(HeaderField.field(header.name(), header.value()));
                more.addAll(fields);
                yield withFields(more);
            }
            case Edit.ReplaceHeader header -> replace(header);
            case Edit.RemoveHeaders header -> {
                List<HeaderBlock.Field> rest = new ArrayList<>(fields);
                rest.removeIf(field -> field.is(header.name()));
                yield rest.size() == fields.size() ? this : withFields(rest);
            }
            case Edit.AddScore score -> {
                Map<String, Double> more = new LinkedHashMap<>(scores);
                more.merge(score.name(), score.score(), Double::sum);
                yield new Draft(received, fields, headerChanged, newBody, Collections.unmodifiableMap(more), tags);
            }
            case Edit.AddTag tag -> {
                SortedSet<String> more = new TreeSet<>(tags);
                more.add(tag.keyword());
                yield new Draft(
                        received, fields, headerChanged, newBody, scores, Collections.unmodifiableSortedSet(more));
            }
            case Edit.ReplaceBody body ->
                withBody(
                        Rope.of(received.octets(), List.of()).then(body.octets().array()));
            case Edit.ReplacePart part ->
                PartReplacement.apply(this, part.number(), part.decoded().array());
        };
    }

    private Draft replace(Edit.ReplaceHeader header) {
        HeaderBlock.Field replacement = HeaderField.field(header.name(), header.value());
        List<HeaderBlock.Field> others = new ArrayList<>(fields.size() + 1);
        boolean placed = false;
        for (HeaderBlock.Field field : fields) {
            if (!field.is(header.name())) {
                others.add(field);
            } else if (!placed) {
                others.add(replacement);
                placed = true;
            }
        }
        if (!placed) {
            others.addFirst(replacement);
        }
        return withFields(others);
    }

    /// Without those fields.
    public Draft without(java.util.function.Predicate<HeaderBlock.Field> unwanted) {
        for (HeaderBlock.Field field : fields) {
            if (unwanted.test(field)) {
                List<HeaderBlock.Field> rest = new ArrayList<>(fields);
                rest.removeIf(unwanted);
                return withFields(rest);
            }
        }
        return this;
    }

    private Draft withFields(List<HeaderBlock.Field> others) {
        return new Draft(received, List.copyOf(others), true, newBody, scores, tags);
    }

    Draft withBody(Rope body) {
        return new Draft(received, fields, headerChanged, body, scores, tags);
    }

    /// Octets of the header block in [#whole].
    long headerSize() throws IOException {
        return summary().root().bodyStart();
    }
}
