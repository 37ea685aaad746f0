package org.mutatio.store.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// One record to append.
///
/// @param header CBOR
/// @param octets second part, read once in chunks; empty for most types
/// @param octetsSha256 when already known (the spool hashed while it took), else computed
public record Entry(
        RecordType type,
        long time,
        ByteBuffer header,
        ByteBuffer octets,
        @Nullable ByteBuffer octetsSha256) {

    public static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    public static Entry of(RecordType type, long time, ByteBuffer header) {
        return new Entry(type, time, header, NOTHING, null);
    }

    long length() {
        return (long) Frame.LENGTH + header.remaining() + octets.remaining();
    }
}
