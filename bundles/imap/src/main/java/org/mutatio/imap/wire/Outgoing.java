package org.mutatio.imap.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Octets to the client through one buffer: one write per [#flush]. The buffer grows up to [#FULL], then goes out
/// by itself, and is given back at the flush that ends a command.
///
/// What is announced as a literal is counted, so that a failure in its midst is noticed: the session cannot go on
/// then.
public final class Outgoing extends OutputStream {
    private static final int FIRST = 2 * 1024;
    private static final int FULL = 32 * 1024;

    /// The client does not take what we send.
    public static final class PeerGoneException extends IOException {
        private static final long serialVersionUID = 1L;

        PeerGoneException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private final OutputStream to;
    private byte @Nullable [] buffer;
    private int length;
    /// Where a response line that may be taken back begins; -1 for none or when a part of it has gone out.
    private int mark = -1;

    private long literal;
    private long sent;

    public Outgoing(OutputStream to) {
        this.to = to;
    }

    @Override
    public void write(int octet) throws IOException {
        byte[] octets = room(1);
        octets[length++] = (byte) octet;
        if (literal > 0) {
            literal--;
        }
    }

    @Override
    public void write(byte[] octets, int from, int count) throws IOException {
        if (literal > 0) {
            if (count > literal) {
                throw new IllegalStateException("more octets than the literal was announced to have");
            }
            literal -= count;
        }
        if (count >= FULL / 2) {
            drain();
            send(octets, from, count);
            return;
        }
        byte[] into = room(count);
        System.arraycopy(octets, from, into, length, count);
        length += count;
    }

    /// Text in ASCII, or an octet string.
    public Outgoing text(String octets) throws IOException {
        int count = octets.length();
        if (count >= FULL / 2) {
            write(octets.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }
        byte[] into = room(count);
        for (int i = 0; i < count; i++) {
            into[length + i] = (byte) octets.charAt(i);
        }
        length += count;
        if (literal > 0) {
            literal = Math.max(0, literal - count);
        }
        return this;
    }

    public Outgoing number(long value) throws IOException {
        if (value < 0) {
            return text(Long.toString(value));
        }
        byte[] into = room(20);
        int digits = 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            into[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    public void line() throws IOException {
        text("\r\n");
    }

    /// `{n}` and the line end; the next `size` octets are its content.
    public void literal(long size, boolean binary) throws IOException {
        text(binary ? "~{" : "{").number(size).text("}\r\n");
        literal = size;
    }

    /// Whether an announced literal is not complete: nothing else may be sent on this connection.
    public boolean inLiteral() {
        return literal > 0;
    }

    /// From here on the line may be taken back by [#back], unless it grew beyond the buffer.
    public void mark() {
        mark = length;
    }

    /// Forgets what was written since [#mark].
    ///
    /// @return false when a part of it is on its way already
    public boolean back() {
        if (mark < 0) {
            return false;
        }
        length = mark;
        literal = 0;
        return true;
    }

    /// Octets of memory that are held now.
    int holds() {
        byte[] octets = buffer;
        return octets == null ? 0 : octets.length;
    }

    /// Octets that went out since the session began.
    public long sent() {
        return sent;
    }

    private byte[] room(int count) throws IOException {
        byte[] octets = buffer;
        if (octets == null) {
            octets = new byte[Math.max(FIRST, count)];
            buffer = octets;
        }
        if (octets.length - length >= count) {
            return octets;
        }
        if (length + count > FULL) {
            drain();
        }
        if (octets.length - length < count) {
            byte[] larger = new byte[Math.max(length + count, Math.min(octets.length * 2, FULL))];
            System.arraycopy(octets, 0, larger, 0, length);
            octets = larger;
            buffer = octets;
        }
        return octets;
    }

    private void drain() throws IOException {
        byte[] octets = buffer;
        mark = -1;
        if (octets != null && length > 0) {
            int count = length;
            length = 0;
            send(octets, 0, count);
        }
    }

    private void send(byte[] octets, int from, int count) throws IOException {
        try {
            to.write(octets, from, count);
            sent += count;
        } catch (IOException e) {
            throw new PeerGoneException(e);
        }
    }

    /// Sends what is held and gives the buffer back.
    @Override
    public void flush() throws IOException {
        drain();
        buffer = null;
        try {
            to.flush();
        } catch (IOException e) {
            throw new PeerGoneException(e);
        }
    }

    /// Does nothing: the connection is closed by its owner.
    @Override
    public void close() {}
}
