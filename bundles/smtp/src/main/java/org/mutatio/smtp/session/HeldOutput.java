package org.mutatio.smtp.session;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/// Holds replies back until the session is about to wait, so that those to a pipelined group leave together
/// (RFC 2920 section 3.2). Never throws: a lost peer shows as end of input.
final class HeldOutput extends OutputStream {
    private static final int MOST = 16 * 1024;

    private final OutputStream wire;
    private byte[] held = new byte[512];
    private int length;
    private boolean lost;

    HeldOutput(OutputStream wire) {
        this.wire = wire;
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int count) {
        if (length + count > held.length) {
            held = Arrays.copyOf(held, Math.max(held.length * 2, length + count));
        }
        System.arraycopy(octets, from, held, length, count);
        length += count;
        if (length > MOST) {
            send();
        }
    }

    /// The library flushes behind each reply; ours is [#send].
    @Override
    public void flush() {
        // held until the session waits
    }

    /// Sends what is held.
    ///
    /// @return false when the peer is lost
    boolean send() {
        if (length > 0 && !lost) {
            try {
                wire.write(held, 0, length);
                wire.flush();
            } catch (IOException _) {
                lost = true;
            }
        }
        length = 0;
        if (held.length > 1024) {
            held = new byte[512];
        }
        return !lost;
    }

    @Override
    public void close() {
        send();
    }
}
