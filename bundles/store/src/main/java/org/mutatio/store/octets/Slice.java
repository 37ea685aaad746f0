package org.mutatio.store.octets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// A part of other octets.
public record Slice(Octets octets, long from, long size) implements Octets {

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        if (offset >= size) {
            return 0;
        }
        int many = (int) Math.min(into.remaining(), size - offset);
        ByteBuffer part = into.slice(into.position(), many);
        int read = octets.read(from + offset, part);
        into.position(into.position() + read);
        return read;
    }

    @Override
    public void transfer(long offset, long length, OutputStream to) throws IOException {
        if (offset < size) {
            octets.transfer(from + offset, Math.min(length, size - offset), to);
        }
    }

    @Override
    public InputStream stream(long offset, long length) {
        return octets.stream(from + offset, Math.max(0, Math.min(length, size - offset)));
    }
}
