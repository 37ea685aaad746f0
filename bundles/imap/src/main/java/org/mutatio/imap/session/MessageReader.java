package org.mutatio.imap.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.StoredMessage;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.Part;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.sdk.mail.Octets;

/// One message while a command looks at it: what was read of it is not read again.
final class MessageReader {
    /// A header block that is longer is cut for HEADER.FIELDS and SEARCH; in a part there may be one.
    private static final int MOST_HEADER = StructureScanner.MAX_HEADER_BLOCK * 2;

    private final StoredMessage message;
    private @Nullable Summary summary;
    private @Nullable HeaderBlock header;

    MessageReader(StoredMessage message) {
        this.message = message;
    }

    Octets octets() {
        return message.octets();
    }

    /// @throws IOException the disk failed
    Summary summary() throws IOException {
        Summary known = summary;
        if (known == null) {
            Optional<Summary> stored = Summary.parse(message.summary());
            known = stored.isPresent() ? stored.get() : StructureScanner.scan(source());
            summary = known;
        }
        return known;
    }

    /// The header block of the message.
    HeaderBlock header() throws IOException {
        HeaderBlock known = header;
        if (known == null) {
            known = header(summary().root());
            header = known;
        }
        return known;
    }

    /// The header block of a part.
    HeaderBlock header(Part part) throws IOException {
        return HeaderBlock.of(slice(part.headerStart(), part.bodyStart()));
    }

    byte[] slice(long from, long to) throws IOException {
        int length = (int) Math.min(to - from, MOST_HEADER);
        ByteBuffer into = ByteBuffer.allocate(length);
        while (into.hasRemaining() && message.octets().read(from + into.position(), into) > 0) {
            // until it is full or the octets end
        }
        byte[] octets = into.array();
        return into.position() == octets.length ? octets : java.util.Arrays.copyOf(octets, into.position());
    }

    OctetSource source() {
        Octets octets = message.octets();
        return new OctetSource() {
            @Override
            public long size() {
                return octets.size();
            }

            @Override
            public int read(long at, byte[] into, int from, int length) throws IOException {
                if (length <= 0) {
                    return -1;
                }
                int count = octets.read(at, ByteBuffer.wrap(into, from, length));
                return count == 0 ? -1 : count;
            }
        };
    }
}
