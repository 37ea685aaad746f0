package org.mutatio.pipeline.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// A range of other octets.
record OctetRange(Octets whole, long start, long size) implements Octets {

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        if (offset < 0 || offset >= size) {
            return 0;
        }
        int limit = into.limit();
        into.limit(into.position() + (int) Math.min(into.remaining(), size - offset));
        try {
            return whole.read(start + offset, into);
        } finally {
            into.limit(limit);
        }
    }

    @Override
    public void transfer(long offset, long length, OutputStream to) throws IOException {
        long end = Math.min(size, offset + length);
        if (offset < end) {
            whole.transfer(start + offset, end - offset, to);
        }
    }

    @Override
    public InputStream stream(long offset, long length) {
        long from = Math.min(size, Math.max(0, offset));
        return new OctetStream(whole, start + from, Math.min(length, size - from));
    }
}
