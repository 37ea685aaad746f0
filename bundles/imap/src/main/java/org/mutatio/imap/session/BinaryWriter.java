package org.mutatio.imap.session;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.mutatio.imap.protocol.FetchItem;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.wire.Outgoing;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.encoding.TransferEncoding;
import org.mutatio.mime.imap.Section;
import org.mutatio.mime.structure.Part;

/// BINARY and BINARY.SIZE: a part with its content-transfer-encoding taken off; RFC 9051 section 6.4.5, RFC 3516. A
/// part is decoded twice, once to count, once to send: it is never held.
final class BinaryWriter {
    private static final int PIECE = 8 * 1024;

    private final Outgoing out;

    BinaryWriter(Outgoing out) {
        this.out = out;
    }

    void size(MessageReader message, FetchItem.BinarySize item) throws IOException, RefusedException {
        Optional<Part> part = part(message, item.part());
        out.text("BINARY.SIZE[").text(item.part()).text("] ");
        out.number(part.isEmpty() ? 0 : count(message, item.part(), part.get()));
    }

    void write(MessageReader message, FetchItem.Binary item) throws IOException, RefusedException {
        Optional<Part> part = part(message, item.part());
        out.text("BINARY[").text(item.part()).text("]");
        if (item.partial().isPresent()) {
            out.text("<").number(item.partial().get().origin()).text(">");
        }
        out.write(' ');
        if (part.isEmpty()) {
            out.text("NIL");
            return;
        }
        long size = count(message, item.part(), part.get());
        long from = 0;
        long length = size;
        if (item.partial().isPresent()) {
            from = Math.min(item.partial().get().origin(), size);
            length = Math.min(item.partial().get().length(), size - from);
        }
        if (length == 0) {
            out.text("\"\"");
            return;
        }
        try (InputStream content = content(message, item.part(), part.get())) {
            // only what holds a NUL needs literal8 (RFC 3516 section 4.4), and finding that out would be a third pass
            out.literal(length, encoding(item.part(), part.get()) != TransferEncoding.IDENTITY);
            content.skipNBytes(from);
            byte[] piece = new byte[PIECE];
            long left = length;
            while (left > 0) {
                int count = content.read(piece, 0, (int) Math.min(left, piece.length));
                if (count < 0) {
                    throw new IOException("the content ends too early");
                }
                out.write(piece, 0, count);
                left -= count;
            }
        }
    }

    private static Optional<Part> part(MessageReader message, String number) throws IOException, RefusedException {
        Optional<Part> part = message.summary().part(number);
        if (part.isPresent() && !number.isEmpty()) {
            String name =
                    OctetStrings.lower(OctetStrings.trim(part.get().encoding().orElse("7bit")));
            boolean plain = name.equals("7bit") || name.equals("8bit") || name.equals("binary");
            if (!plain && TransferEncoding.of(part.get().encoding()) == TransferEncoding.IDENTITY) {
                throw RefusedException.no("UNKNOWN-CTE", "an encoding that nobody knows");
            }
        }
        return part;
    }

    private static TransferEncoding encoding(String number, Part part) {
        // the message as a whole, and what has parts, is not encoded
        return number.isEmpty() || part.kind() != Part.Kind.LEAF
                ? TransferEncoding.IDENTITY
                : TransferEncoding.of(part.encoding());
    }

    private static InputStream content(MessageReader message, String number, Part part) throws IOException {
        Section.Range range = new Section(number, Section.Text.ALL)
                .range(message.summary())
                .orElseThrow(() -> new IllegalStateException("a part without octets"));
        return encoding(number, part).decode(message.octets().stream(range.start(), range.length()));
    }

    private static long count(MessageReader message, String number, Part part) throws IOException {
        if (encoding(number, part) == TransferEncoding.IDENTITY) {
            return new Section(number, Section.Text.ALL)
                    .range(message.summary())
                    .map(Section.Range::length)
                    .orElse(0L);
        }
        try (InputStream content = content(message, number, part)) {
            byte[] piece = new byte[PIECE];
            long size = 0;
            for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
                size += count;
            }
            return size;
        }
    }
}
