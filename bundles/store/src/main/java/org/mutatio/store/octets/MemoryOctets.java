package org.mutatio.store.octets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// Octets in memory; a copy is never made.
@SuppressWarnings("ArrayRecordComponent") // wraps what nobody changes any more
public record MemoryOctets(byte[] octets, int from, int length) implements Octets {

    public static MemoryOctets of(byte[] octets) {
        return new MemoryOctets(octets, 0, octets.length);
    }

    @Override
    public long size() {
        return length;
    }

    @Override
    public int read(long offset, ByteBuffer into) {
        if (offset >= length) {
            return 0;
        }
        int many = (int) Math.min(into.remaining(), length - offset);
        into.put(octets, from + (int) offset, many);
        return many;
    }

    @Override
    public void transfer(long offset, long many, OutputStream to) throws IOException {
        if (offset < length) {
            to.write(octets, from + (int) offset, (int) Math.min(many, length - offset));
        }
    }

    @Override
    public InputStream stream(long offset, long many) {
        return new OctetsStream(this, offset, many);
    }
}
