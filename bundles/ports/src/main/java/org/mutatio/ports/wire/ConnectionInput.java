package org.mutatio.ports.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// The octets of the topmost layer. A read that times out throws [java.net.SocketTimeoutException] and may be
/// repeated.
final class ConnectionInput extends InputStream {
    private final ChannelConnection connection;
    private final byte[] one = new byte[1];

    ConnectionInput(ChannelConnection connection) {
        this.connection = connection;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        return length == 0 ? 0 : connection.read(into, offset, length);
    }

    @Override
    public int available() throws IOException {
        return connection.available();
    }

    @Override
    public void close() {
        connection.close();
    }
}
