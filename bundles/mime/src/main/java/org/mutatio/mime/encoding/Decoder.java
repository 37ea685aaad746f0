package org.mutatio.mime.encoding;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;

/// A stream that reads its source in pieces and gives out what it makes of them. Not for several threads.
abstract class Decoder extends InputStream {
    private static final int FEW = 512;
    private static final int MANY = 8192;

    private final InputStream source;
    private byte[] in = new byte[FEW]; // grows with what comes: a message may have 2,000 parts of a line
    private byte[] out = new byte[FEW];
    private int outFrom;
    private int outTo;
    private boolean ended;

    Decoder(InputStream source) {
        this.source = source;
    }

    /// Takes some encoded octets and calls [#emit].
    abstract void take(byte[] octets, int length);

    /// The source has ended: gives out what was held back.
    abstract void end();

    /// What remains in the source means nothing any more.
    boolean isDone() {
        return false;
    }

    final void emit(int octet) {
        if (outTo == out.length) {
            out = Arrays.copyOf(out, outTo * 2); // one piece of input gives a bounded output
        }
        out[outTo++] = (byte) octet;
    }

    private boolean fill() throws IOException {
        while (outFrom == outTo) {
            if (ended) {
                return false;
            }
            outFrom = 0;
            outTo = 0;
            int count = isDone() ? -1 : source.read(in, 0, in.length);
            if (count < 0) {
                ended = true;
                end();
            } else {
                take(in, count);
                if (count == in.length && count < MANY) {
                    in = new byte[count * 4];
                }
            }
        }
        return true;
    }

    @Override
    public final int read() throws IOException {
        return fill() ? out[outFrom++] & 0xFF : -1;
    }

    @Override
    public final int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, outTo - outFrom);
        System.arraycopy(out, outFrom, into, from, count);
        outFrom += count;
        return count;
    }

    @Override
    public final int available() {
        return outTo - outFrom;
    }

    @Override
    public final void close() throws IOException {
        source.close();
    }
}
