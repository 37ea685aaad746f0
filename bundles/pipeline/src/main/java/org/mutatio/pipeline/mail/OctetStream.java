package org.mutatio.pipeline.mail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// A stream over a range of octets, read in blocks; holds nothing open.
final class OctetStream extends InputStream {

    private static final int BLOCK = 8192;

    private final Octets octets;
    private final long end;
    private final ByteBuffer block;
    private long at;

    OctetStream(Octets octets, long offset, long length) {
        this.octets = octets;
        this.at = Math.max(0, offset);
        this.end = Math.max(at, Math.min(octets.size(), offset + length));
        this.block = ByteBuffer.allocate((int) Math.min(BLOCK, end - at)).flip();
    }

    @Override
    public int read() throws IOException {
        return block.hasRemaining() || fill() ? block.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!block.hasRemaining() && !fill()) {
            return -1;
        }
        int count = Math.min(length, block.remaining());
        block.get(into, from, count);
        return count;
    }

    @Override
    public int available() {
        return block.remaining();
    }

    @Override
    public long skip(long count) {
        long buffered = Math.min(Math.max(0, count), block.remaining());
        block.position(block.position() + (int) buffered);
        long beyond = Math.min(Math.max(0, count) - buffered, end - at);
        at += beyond;
        return buffered + beyond;
    }

    private boolean fill() throws IOException {
        if (at >= end) {
            return false;
        }
        block.clear().limit((int) Math.min(block.capacity(), end - at));
        int count = octets.read(at, block);
        block.flip();
        if (count <= 0) {
            throw new IOException("octets end at " + at + " instead of " + end);
        }
        at += count;
        return true;
    }
}
