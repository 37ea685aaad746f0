package org.mutatio.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A record as read back.
public final class JournalRecord {
    private final Frame frame;
    private final Location location;
    private final ByteBuffer header;
    private final boolean blanked;

    JournalRecord(Frame frame, Location location, Header header) {
        this.frame = frame;
        this.location = location;
        this.header = header.octets();
        this.blanked = header.blanked();
    }

    /// @param blanked it stands in for the record's own
    record Header(ByteBuffer octets, boolean blanked) {}

    /// Whether its parts were blanked (erased): the header is what stands in for its own, and there are no octets.
    public boolean blanked() {
        return blanked;
    }

    public long sequence() {
        return frame.sequence();
    }

    public RecordType type() {
        return frame.type();
    }

    public long time() {
        return frame.time();
    }

    public Location location() {
        return location;
    }

    /// The header, checked; read-only.
    public ByteBuffer header() {
        return header.asReadOnlyBuffer();
    }

    public int octetsLength() {
        return blanked ? 0 : frame.octetsLength();
    }

    int octetsCrc() {
        return frame.octetsCrc();
    }

    /// Where the record ends in the segment.
    public long end() {
        return octetsAt() + frame.octetsLength();
    }

    /// Where the second part begins in the segment.
    public long octetsAt() {
        return location.offset() + (long) Frame.LENGTH + frame.headerLength();
    }

    /// Told of each record by [Journal#scan].
    @FunctionalInterface
    public interface Visitor {
        void visit(JournalRecord record) throws IOException;
    }
}
