package org.mutatio.imap.session;

import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxState;
import org.mutatio.imap.protocol.FetchItem;
import org.mutatio.imap.protocol.ImapDates;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.wire.Outgoing;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.imap.HeaderFilter;
import org.mutatio.mime.imap.ImapStructureWriter;
import org.mutatio.mime.imap.Section;
import org.mutatio.mime.structure.Part;
import org.mutatio.mime.structure.Summary;

/// Writes the FETCH responses of one command; RFC 9051 section 7.5.2. What lies in the mailbox's arrays is answered
/// from there, without an object for each message; a message is opened for the other items only.
final class FetchWriter {
    private static final int MOST_SPELLED = 256;

    private final Outgoing out;
    private final View view;
    private final MailboxState newest;
    private final List<FetchItem> items;
    private final ImapStructureWriter structure;
    private final boolean opens;
    private final IdentityHashMap<Flags, String> spelled = new IdentityHashMap<>();

    /// @param utf8 8-bit UTF-8 may stand in quoted strings
    FetchWriter(Outgoing out, View view, List<FetchItem> items, boolean utf8) {
        this.out = out;
        this.view = view;
        this.newest = view.newest();
        this.items = items;
        this.structure = new ImapStructureWriter(
                out, utf8 ? ImapStructureWriter.Strings.UTF8 : ImapStructureWriter.Strings.ASCII);
        this.opens = items.stream().anyMatch(FetchWriter::opens);
    }

    private static boolean opens(FetchItem item) {
        return switch (item) {
            case FetchItem.Plain plain ->
                switch (plain) {
                    case FLAGS, UID, INTERNALDATE, RFC822_SIZE, MODSEQ -> false;
                    case ENVELOPE, BODY, BODYSTRUCTURE, RFC822, RFC822_HEADER, RFC822_TEXT -> true;
                };
            case FetchItem.Body _, FetchItem.Binary _, FetchItem.BinarySize _ -> true;
        };
    }

    /// Whether \Seen is set by that; RFC 9051 section 6.4.5.
    static boolean sees(FetchItem item) {
        return switch (item) {
            case FetchItem.Plain plain -> plain == FetchItem.Plain.RFC822 || plain == FetchItem.Plain.RFC822_TEXT;
            case FetchItem.Body body -> !body.peek();
            case FetchItem.Binary binary -> !binary.peek();
            case FetchItem.BinarySize _ -> false;
        };
    }

    /// The version whose flags and MODSEQs it writes.
    MailboxState version() {
        return newest;
    }

    long modSeq(int position) {
        int now = now(position);
        return now < 0 ? view.told().modSeq(position) : newest.modSeq(now);
    }

    Flags flags(int position) {
        int now = now(position);
        return now < 0 ? view.told().flags(position) : newest.flags(now);
    }

    /// Expunged by somebody, which the client was not told yet.
    boolean gone(int position) {
        return now(position) < 0;
    }

    /// Where the message is in the newest version; negative: expunged, but not told yet.
    private int now(int position) {
        MailboxState told = view.told();
        return told.equals(newest) ? position : newest.position(told.uid(position));
    }

    /// One response line.
    ///
    /// @throws IOException the message cannot be read: the caller takes the line back
    /// @throws RefusedException NO [UNKNOWN-CTE]
    void write(int position) throws IOException, RefusedException {
        MailboxState told = view.told();
        MessageReader message = opens ? new MessageReader(view.message(told.uid(position))) : null;
        out.text("* ").number(position + 1L).text(" FETCH (");
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.write(' ');
            }
            FetchItem item = items.get(i);
            switch (item) {
                case FetchItem.Plain.FLAGS ->
                    out.text("FLAGS (").text(spell(flags(position))).text(")");
                case FetchItem.Plain.UID -> out.text("UID ").number(told.uid(position));
                case FetchItem.Plain.INTERNALDATE ->
                    out.text("INTERNALDATE ").text(ImapDates.format(told.internalDate(position)));
                case FetchItem.Plain.RFC822_SIZE -> out.text("RFC822.SIZE ").number(told.octets(position));
                case FetchItem.Plain.MODSEQ ->
                    out.text("MODSEQ (").number(modSeq(position)).text(")");
                default -> message(item, opened(message));
            }
        }
        out.text(")\r\n");
    }

    private static MessageReader opened(@Nullable MessageReader message) {
        if (message == null) {
            throw new IllegalStateException("an item that opens the message");
        }
        return message;
    }

    private String spell(Flags flags) {
        String known = spelled.get(flags);
        if (known == null) {
            known = flags.toString();
            if (spelled.size() < MOST_SPELLED) {
                spelled.put(flags, known);
            }
        }
        return known;
    }

    private void message(FetchItem item, MessageReader message) throws IOException, RefusedException {
        switch (item) {
            case FetchItem.Plain.ENVELOPE -> {
                out.text("ENVELOPE ");
                structure.envelope(message.summary());
            }
            case FetchItem.Plain.BODY -> {
                out.text("BODY ");
                structure.body(message.summary());
            }
            case FetchItem.Plain.BODYSTRUCTURE -> {
                out.text("BODYSTRUCTURE ");
                structure.bodyStructure(message.summary());
            }
            case FetchItem.Plain.RFC822 -> {
                out.text("RFC822 ");
                range(message, new Section("", Section.Text.ALL), Optional.empty());
            }
            case FetchItem.Plain.RFC822_HEADER -> {
                out.text("RFC822.HEADER ");
                range(message, new Section("", Section.Text.HEADER), Optional.empty());
            }
            case FetchItem.Plain.RFC822_TEXT -> {
                out.text("RFC822.TEXT ");
                range(message, new Section("", Section.Text.TEXT), Optional.empty());
            }
            case FetchItem.Plain _ -> throw new IllegalStateException("answered from the arrays: " + item);
            case FetchItem.Body body -> body(message, body);
            case FetchItem.Binary binary -> new BinaryWriter(out).write(message, binary);
            case FetchItem.BinarySize size -> new BinaryWriter(out).size(message, size);
        }
    }

    private void body(MessageReader message, FetchItem.Body body) throws IOException {
        out.text("BODY[").text(body.section()).text("]");
        if (body.partial().isPresent()) {
            out.text("<").number(body.partial().get().origin()).text(">");
        }
        out.write(' ');
        switch (body.text()) {
            case ALL -> range(message, new Section(body.part(), Section.Text.ALL), body.partial());
            case HEADER -> range(message, new Section(body.part(), Section.Text.HEADER), body.partial());
            case TEXT -> range(message, new Section(body.part(), Section.Text.TEXT), body.partial());
            case MIME -> range(message, new Section(body.part(), Section.Text.MIME), body.partial());
            case FIELDS, FIELDS_NOT -> fields(message, body);
        }
    }

    private void range(MessageReader message, Section section, Optional<FetchItem.Partial> partial) throws IOException {
        Optional<Section.Range> range = section.range(message.summary());
        if (range.isEmpty()) {
            out.text("NIL"); // the message has no such part
            return;
        }
        long from = range.get().start();
        long length = range.get().length();
        if (partial.isPresent()) {
            long origin = Math.min(partial.get().origin(), length);
            from += origin;
            length = Math.min(partial.get().length(), length - origin);
        }
        if (length == 0) {
            out.text("\"\"");
            return;
        }
        out.literal(length, false);
        message.octets().transfer(from, length, out);
        if (out.inLiteral()) {
            throw new IOException("the message is shorter than its summary says");
        }
    }

    private void fields(MessageReader message, FetchItem.Body body) throws IOException {
        Summary summary = message.summary();
        Optional<Part> root = body.part().isEmpty()
                ? Optional.of(summary.root())
                : summary.part(body.part()).flatMap(Part::message);
        if (root.isEmpty()) {
            out.text("NIL");
            return;
        }
        HeaderBlock header = body.part().isEmpty() ? message.header() : message.header(root.get());
        byte[] kept = body.text() == FetchItem.Text.FIELDS
                ? HeaderFilter.fields(header, body.names())
                : HeaderFilter.fieldsNot(header, body.names());
        int from = 0;
        int length = kept.length;
        if (body.partial().isPresent()) {
            from = (int) Math.min(body.partial().get().origin(), length);
            length = (int) Math.min(body.partial().get().length(), length - from);
        }
        if (length == 0) {
            out.text("\"\"");
            return;
        }
        out.literal(length, false);
        out.write(kept, from, length);
    }
}
