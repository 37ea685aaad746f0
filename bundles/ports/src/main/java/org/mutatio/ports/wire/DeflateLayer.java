package org.mutatio.ports.wire;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// DEFLATE both ways (RFC 4978, raw RFC 1951 blocks). Each write ends with a flush, so that the peer can read it.
final class DeflateLayer implements Layer {
    private static final int CHUNK = 4 * 1024;
    private static final byte[] NONE = new byte[0];

    private final Layer below;
    private final Inflater inflater = new Inflater(true);
    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private byte[] squeezed = NONE; // lent to the inflater until it asks for more
    private byte[] plain = NONE;
    private int from;
    private int to;
    private byte[] out = NONE;
    private boolean ended;

    DeflateLayer(Layer below) {
        this.below = below;
    }

    @Override
    public int read(byte[] into, int offset, int length, int millis) throws IOException {
        if (from < to) {
            var count = Math.min(length, to - from);
            System.arraycopy(plain, from, into, offset, count);
            from += count;
            return count;
        }
        var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            var count = inflate(into, offset, length);
            if (count > 0) {
                return count;
            }
            if (ended) {
                return -1;
            }
            var left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("nothing whole within " + millis + " ms");
            }
            receive(Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, millis));
        }
    }

    private int inflate(byte[] into, int offset, int length) throws IOException {
        try {
            var count = inflater.inflate(into, offset, length);
            if (count == 0 && (inflater.finished() || inflater.needsDictionary())) {
                ended = true;
            }
            return count;
        } catch (DataFormatException e) {
            throw new IOException("not DEFLATE: " + e.getMessage(), e);
        }
    }

    private void receive(int millis) throws IOException {
        if (squeezed.length == 0) {
            squeezed = new byte[CHUNK];
        }
        var count = below.read(squeezed, 0, squeezed.length, millis);
        if (count < 0) {
            ended = true;
        } else {
            inflater.setInput(squeezed, 0, count);
        }
    }

    @Override
    public boolean ready() throws IOException {
        while (from >= to && !ended) {
            if (plain.length == 0) {
                plain = new byte[CHUNK];
            }
            from = 0;
            to = inflate(plain, 0, plain.length);
            if (to == 0 && !ended) {
                if (!below.ready()) {
                    return false;
                }
                receive(1); // does not wait: octets or the end are there
            }
        }
        return true;
    }

    @Override
    public int buffered() {
        return to - from;
    }

    @Override
    public boolean ended() {
        return ended && from >= to;
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        if (!octets.hasRemaining()) {
            return;
        }
        if (out.length == 0) {
            out = new byte[2 * CHUNK];
        }
        deflater.setInput(octets);
        int count;
        do {
            count = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
            if (count > 0) {
                below.write(ByteBuffer.wrap(out, 0, count));
            }
        } while (count == out.length || octets.hasRemaining());
    }

    @Override
    public void trim() {
        if (from >= to) {
            plain = NONE;
        }
        if (inflater.needsInput()) {
            squeezed = NONE;
        }
        out = NONE;
        below.trim();
    }

    /// Gives the native windows back; by the session's thread, which alone uses them.
    void end() {
        inflater.end();
        deflater.end();
    }
}
