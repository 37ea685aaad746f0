package org.mutatio.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// What lies in the place of a record's two parts once they were blanked (format 2): `MBLK`, the record's number, a
/// header that stands in for its own, a checksum, and zeros to the record's end. The frame stays as it is, so the chain
/// verifies. The checksum begins with the segment's salt, like a frame's; that the blanking was wanted is told by an
/// event Erased, which has the SHA-256 of the header that stands in.
final class StandIn {

    private static final int MAGIC = 0x4D42_4C4B; // MBLK
    private static final short VERSION = 1;
    /// Octets before the header.
    static final int BEFORE = 20;
    private static final int CRC = 4;

    private StandIn() {}

    /// Gives octets of a segment: fewer at its end.
    @FunctionalInterface
    interface Reading {
        ByteBuffer at(long offset, int length) throws IOException;
    }

    /// Octets that this much of a record's parts takes.
    static long length(ByteBuffer header) {
        return (long) BEFORE + header.remaining() + CRC;
    }

    static ByteBuffer octets(int salt, long sequence, ByteBuffer header) {
        ByteBuffer octets = ByteBuffer.allocate((int) length(header));
        octets.putInt(MAGIC).putShort(VERSION).putShort((short) 0);
        octets.putLong(sequence).putInt(header.remaining()).put(header.duplicate());
        octets.putInt(Frame.crc(salt, octets.duplicate().flip()));
        return octets.flip();
    }

    /// The header that stands in for the one of a record whose parts were blanked.
    ///
    /// @param offset of the parts
    static Optional<ByteBuffer> read(Reading from, long offset, Frame frame, int salt) throws IOException {
        long room = (long) frame.headerLength() + frame.octetsLength();
        if (room < BEFORE + CRC) {
            return Optional.empty();
        }
        ByteBuffer mark = from.at(offset, BEFORE);
        int at = mark.position();
        if (mark.remaining() < BEFORE
                || mark.getInt(at) != MAGIC
                || mark.getShort(at + 4) != VERSION
                || mark.getLong(at + 8) != frame.sequence()) {
            return Optional.empty();
        }
        int length = mark.getInt(at + 16);
        if (length < 0 || length > room - BEFORE - CRC) {
            return Optional.empty();
        }
        ByteBuffer all = from.at(offset, BEFORE + length + CRC);
        at = all.position();
        if (all.remaining() < BEFORE + length + CRC
                || all.getInt(at + BEFORE + length)
                        != Frame.crc(salt, all.duplicate().limit(at + BEFORE + length))) {
            return Optional.empty();
        }
        ByteBuffer header = ByteBuffer.allocate(length);
        header.put(all.duplicate().position(at + BEFORE).limit(at + BEFORE + length));
        return Optional.of(header.flip());
    }
}
