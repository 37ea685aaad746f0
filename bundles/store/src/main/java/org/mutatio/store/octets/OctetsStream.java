package org.mutatio.store.octets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// A stream over a part of octets; holds no buffer.
final class OctetsStream extends InputStream {
    private final Octets octets;
    private final long end;
    private long at;

    OctetsStream(Octets octets, long offset, long length) {
        this.octets = octets;
        this.at = Math.min(offset, octets.size());
        this.end = Math.min(octets.size(), at + length);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (at >= end) {
            return -1;
        }
        int read = octets.read(at, ByteBuffer.wrap(into, from, (int) Math.min(length, end - at)));
        if (read <= 0) {
            throw new IOException("octets end at " + at + " instead of " + end);
        }
        at += read;
        return read;
    }

    @Override
    public long skip(long many) {
        long step = Math.max(0, Math.min(many, end - at));
        at += step;
        return step;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, end - at);
    }
}
