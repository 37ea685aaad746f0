package org.mutatio.pipeline.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// Octets in memory; the array is not changed any more.
public final class MemoryOctets implements Octets {

    private final byte[] octets;

    public MemoryOctets(byte[] octets) {
        this.octets = octets;
    }

    /// The very array.
    byte[] array() {
        return octets;
    }

    @Override
    public long size() {
        return octets.length;
    }

    @Override
    public int read(long offset, ByteBuffer into) {
        if (offset < 0 || offset >= octets.length) {
            return 0;
        }
        int count = (int) Math.min(into.remaining(), octets.length - offset);
        into.put(octets, (int) offset, count);
        return count;
    }

    @Override
    public void transfer(long offset, long length, OutputStream to) throws IOException {
        long end = Math.min(octets.length, offset + length);
        if (offset < end) {
            to.write(octets, (int) offset, (int) (end - offset));
        }
    }

    @Override
    public InputStream stream(long offset, long length) {
        return new OctetStream(this, offset, length);
    }
}
