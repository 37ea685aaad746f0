package org.mutatio.store.journal;

import java.nio.ByteBuffer;

/// Where a record begins: the segment (by its first sequence) and the offset in it. Twelve octets as a
/// locator.
public record Location(long segment, int offset) {

    static final int LENGTH = 12;

    public byte[] locator() {
        return ByteBuffer.allocate(LENGTH).putLong(segment).putInt(offset).array();
    }

    public static Location of(byte[] locator) {
        ByteBuffer octets = ByteBuffer.wrap(locator);
        return new Location(octets.getLong(), octets.getInt());
    }
}
