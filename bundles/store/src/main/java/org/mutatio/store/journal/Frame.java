package org.mutatio.store.journal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// What stands in front of each record's parts: 152 octets, big-endian; docs/journal.md.
///
/// The frame holds hashes of both parts and the hash of the frame before, so a part may be blanked later and the
/// chain still verifies. Its checksum begins with the salt of its segment, which no sender knows: octets of a mail that
/// look like a frame are none. It also holds the record's place in its batch: a batch is written after the one before
/// it is
/// durable, so a torn batch can be told from damage after a power cut.
///
/// @param sequence the record's number, one above the record before
/// @param time epoch milliseconds
/// @param headerLength octets of the header (CBOR)
/// @param octetsLength octets of the second part
/// @param place how many records of the same batch stand before it
@SuppressWarnings("ArrayRecordComponent") // octets of a format, compared nowhere
record Frame(
        long sequence,
        RecordType type,
        long time,
        int headerLength,
        int octetsLength,
        int headerCrc,
        int octetsCrc,
        byte[] headerSha256,
        byte[] octetsSha256,
        byte[] former,
        int place) {

    static final int LENGTH = 152;
    static final int MAGIC = 0x4D52_4543; // MREC
    static final int VERSION = 1;
    static final int HASH = 32;
    private static final int CRC_AT = LENGTH - 4;

    /// What a reader found at a place.
    sealed interface Read {
        record Good(Frame frame) implements Read {}

        /// Not a frame: zeros, torn, or another thing.
        record Bad(String reason) implements Read {}

        /// A whole frame of a type or version that this release does not know.
        record Unknown(int version, int type) implements Read {}
    }

    /// @param salt of the segment it is written to
    void write(ByteBuffer to, int salt) {
        int start = to.position();
        to.putInt(MAGIC).putShort((short) VERSION).putShort((short) type.code());
        to.putLong(sequence).putLong(time);
        to.putInt(headerLength).putInt(octetsLength);
        to.putInt(0).putInt(0); // keys: 0 = not encrypted
        to.putInt(headerCrc).putInt(octetsCrc);
        to.put(headerSha256).put(octetsSha256).put(former);
        to.putInt(place);
        to.putInt(crc(salt, to.duplicate().position(start).limit(start + CRC_AT)));
    }

    /// @param from holds at least [#LENGTH] octets from its position on; the position stays
    /// @param salt of the segment it lies in
    static Read read(ByteBuffer from, int salt) {
        int at = from.position();
        if (from.getInt(at) != MAGIC) {
            return new Read.Bad("no frame begins here");
        }
        if (from.getInt(at + CRC_AT) != crc(salt, from.duplicate().limit(at + CRC_AT))) {
            return new Read.Bad("checksum of the frame is wrong");
        }
        int version = from.getShort(at + 4);
        int code = from.getShort(at + 6);
        var type = RecordType.of(code);
        if (version != VERSION || type.isEmpty() || from.getInt(at + 32) != 0 || from.getInt(at + 36) != 0) {
            return new Read.Unknown(version, code);
        }
        byte[] headerSha = new byte[HASH];
        byte[] octetsSha = new byte[HASH];
        byte[] former = new byte[HASH];
        from.get(at + 48, headerSha).get(at + 80, octetsSha).get(at + 112, former);
        Frame frame = new Frame(
                from.getLong(at + 8),
                type.get(),
                from.getLong(at + 16),
                from.getInt(at + 24),
                from.getInt(at + 28),
                from.getInt(at + 40),
                from.getInt(at + 44),
                headerSha,
                octetsSha,
                former,
                from.getInt(at + CRC_AT - 4));
        if (frame.headerLength < 0 || frame.octetsLength < 0 || frame.place < 0) {
            return new Read.Bad("negative length");
        }
        return new Read.Good(frame);
    }

    /// Sequence of the first record of its batch.
    long batch() {
        return sequence - place;
    }

    long recordLength() {
        return (long) LENGTH + headerLength + octetsLength;
    }

    /// Checksum of a frame without its last four octets. Segments of before there were salts have 0, and no prefix.
    static int crc(int salt, ByteBuffer octets) {
        CRC32C crc = new CRC32C();
        if (salt != 0) {
            crc.update(salt >>> 24);
            crc.update(salt >>> 16);
            crc.update(salt >>> 8);
            crc.update(salt);
        }
        crc.update(octets);
        return (int) crc.getValue();
    }

    static int crc(ByteBuffer octets) {
        CRC32C crc = new CRC32C();
        crc.update(octets);
        return (int) crc.getValue();
    }

    static boolean same(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    @Override
    public String toString() {
        return "record " + sequence + " " + type + " " + headerLength + "+" + octetsLength + " "
                + Arrays.hashCode(former);
    }
}
