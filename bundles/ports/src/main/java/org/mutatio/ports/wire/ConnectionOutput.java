package org.mutatio.ports.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Gathers what a session writes, and writes it at `flush`, before each read and whenever [#SIZE] octets are
/// together. Holds a buffer only while there is something in it or the session is busy.
final class ConnectionOutput extends OutputStream {
    private static final int SIZE = 8 * 1024;

    private final ChannelConnection connection;
    private @Nullable ByteBuffer buffer;

    ConnectionOutput(ChannelConnection connection) {
        this.connection = connection;
    }

    @Override
    public void write(int octet) throws IOException {
        var room = room();
        if (!room.hasRemaining()) {
            drain(room);
        }
        room.put((byte) octet);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        var room = room();
        var first = Math.min(length, room.remaining());
        room.put(octets, offset, first);
        if (first == length) {
            return;
        }
        drain(room);
        var rest = length - first;
        if (rest >= SIZE) {
            connection.top().write(ByteBuffer.wrap(octets, offset + first, rest));
            return;
        }
        room.put(octets, offset + first, rest);
    }

    private ByteBuffer room() throws IOException {
        connection.requireOpen();
        var room = buffer;
        if (room == null) {
            room = ByteBuffer.allocate(SIZE);
            buffer = room;
        }
        return room;
    }

    @Override
    public void flush() throws IOException {
        if (buffer != null && buffer.position() > 0) {
            drain(buffer);
        }
    }

    private void drain(ByteBuffer full) throws IOException {
        full.flip();
        try {
            connection.top().write(full);
        } finally {
            full.clear();
        }
    }

    void trim() {
        if (buffer != null && buffer.position() == 0) {
            buffer = null;
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
