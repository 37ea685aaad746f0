package org.mutatio.store.octets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.mutatio.sdk.mail.Octets;

/// Pieces in a row, read as one.
public final class Rope implements Octets {
    private final List<Octets> pieces;
    private final long size;

    public Rope(List<Octets> pieces) {
        this.pieces = List.copyOf(pieces);
        long sum = 0;
        for (Octets piece : pieces) {
            sum += piece.size();
        }
        this.size = sum;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        int sum = 0;
        long start = 0;
        for (Octets piece : pieces) {
            long end = start + piece.size();
            if (offset + sum < end && into.hasRemaining()) {
                sum += piece.read(offset + sum - start, into);
            }
            start = end;
        }
        return sum;
    }

    @Override
    public void transfer(long offset, long length, OutputStream to) throws IOException {
        long left = Math.min(length, size - offset);
        long at = offset;
        long start = 0;
        for (Octets piece : pieces) {
            long end = start + piece.size();
            if (left > 0 && at < end) {
                long many = Math.min(left, end - at);
                piece.transfer(at - start, many, to);
                at += many;
                left -= many;
            }
            start = end;
        }
    }

    @Override
    public InputStream stream(long offset, long length) {
        long many = Math.max(0, Math.min(length, size - offset));
        return new java.io.BufferedInputStream(new OctetsStream(this, offset, many), Math.clamp(many, 512, 64 * 1024));
    }
}
