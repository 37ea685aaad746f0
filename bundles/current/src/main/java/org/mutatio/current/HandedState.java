package org.mutatio.current;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What one version of a bundle tells the next of a conversation that it hands over: numbered fields, as octets, so
/// that nothing of the old version's classes stays behind.
///
/// The octets begin with a format's name (`imap/1`). A field that is new is skipped by a version that does not know
/// it; what must not be skipped takes a new name, and versions that do not know it then do not take the conversation.
/// docs/adr/0016-conversations-are-handed-over-as-octets.md.
public final class HandedState {
    private static final int MOST_OCTETS = 64 * 1024 * 1024;

    private final String format;
    private final Map<Integer, byte[]> fields = new LinkedHashMap<>();

    /// Nothing told yet.
    ///
    /// @param format name and version
    public HandedState(String format) {
        this.format = format;
    }

    /// @return empty: another format, or octets that make no sense
    public static Optional<HandedState> read(String format, ByteBuffer octets) {
        ByteBuffer rest = octets.duplicate();
        if (rest.remaining() > MOST_OCTETS || rest.remaining() < 2) {
            return Optional.empty();
        }
        int length = Short.toUnsignedInt(rest.getShort());
        if (length > rest.remaining() || !new String(take(rest, length), StandardCharsets.UTF_8).equals(format)) {
            return Optional.empty();
        }
        HandedState state = new HandedState(format);
        while (rest.hasRemaining()) {
            if (rest.remaining() < 6) {
                return Optional.empty();
            }
            int field = Short.toUnsignedInt(rest.getShort());
            int size = rest.getInt();
            if (size < 0 || size > rest.remaining()) {
                return Optional.empty();
            }
            state.fields.put(field, take(rest, size));
        }
        return Optional.of(state);
    }

    private static byte[] take(ByteBuffer from, int count) {
        byte[] octets = new byte[count];
        from.get(octets);
        return octets;
    }

    public HandedState put(int field, String text) {
        fields.put(field, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public HandedState put(int field, long number) {
        fields.put(field, ByteBuffer.allocate(8).putLong(number).array());
        return this;
    }

    public HandedState put(int field, boolean fact) {
        return put(field, fact ? 1 : 0);
    }

    /// A list; the first half of a pair may be followed by the second.
    public HandedState put(int field, long[] numbers) {
        ByteBuffer octets = ByteBuffer.allocate(Math.multiplyExact(numbers.length, 8));
        octets.asLongBuffer().put(numbers);
        fields.put(field, octets.array());
        return this;
    }

    public boolean has(int field) {
        return fields.containsKey(field);
    }

    /// Empty when it was not told.
    public String text(int field) {
        return new String(fields.getOrDefault(field, new byte[0]), StandardCharsets.UTF_8);
    }

    /// 0 when it was not told.
    public long number(int field) {
        byte[] octets = fields.getOrDefault(field, new byte[0]);
        return octets.length == 8 ? ByteBuffer.wrap(octets).getLong() : 0;
    }

    public boolean fact(int field) {
        return number(field) != 0;
    }

    /// None when it was not told.
    public long[] numbers(int field) {
        byte[] octets = fields.getOrDefault(field, new byte[0]);
        long[] numbers = new long[octets.length / 8];
        ByteBuffer.wrap(octets).asLongBuffer().get(numbers);
        return numbers;
    }

    public ByteBuffer octets() {
        byte[] name = format.getBytes(StandardCharsets.UTF_8);
        long size = 2L + name.length;
        for (byte[] field : fields.values()) {
            size += 6L + field.length;
        }
        ByteBuffer octets = ByteBuffer.allocate(Math.toIntExact(size));
        octets.putShort((short) name.length).put(name);
        fields.forEach((field, value) ->
                octets.putShort(field.shortValue()).putInt(value.length).put(value));
        return octets.flip();
    }
}
