package org.mutatio.store.journal;

import java.nio.ByteBuffer;
import java.util.Optional;

/// What lies in a segment in the place of damaged records that were set aside (format 2): a mark of 36 octets and
/// zeros, so that what lies behind keeps its place. Its checksum begins with the segment's salt, like a frame's.
///
/// @param after sequence of the last record before it
/// @param before sequence of the first record behind it: those between are lost
/// @param length octets, with the mark
record Hole(long after, long before, long length) {

    static final int MARK = 36;
    private static final int MAGIC = 0x4D48_4F4C; // MHOL
    private static final short VERSION = 1;
    private static final int CRC_AT = MARK - 4;

    ByteBuffer mark(int salt) {
        ByteBuffer mark = ByteBuffer.allocate(MARK);
        mark.putInt(MAGIC).putShort(VERSION).putShort((short) 0);
        mark.putLong(after).putLong(before).putLong(length);
        mark.putInt(Frame.crc(salt, mark.duplicate().flip()));
        return mark.flip();
    }

    /// @param from the position stays
    static Optional<Hole> read(ByteBuffer from, int salt) {
        int at = from.position();
        if (from.remaining() < MARK
                || from.getInt(at) != MAGIC
                || from.getShort(at + 4) != VERSION
                || from.getInt(at + CRC_AT) != Frame.crc(salt, from.duplicate().limit(at + CRC_AT))) {
            return Optional.empty();
        }
        Hole hole = new Hole(from.getLong(at + 8), from.getLong(at + 16), from.getLong(at + 24));
        return hole.length() >= Frame.LENGTH ? Optional.of(hole) : Optional.empty();
    }
}
