package org.mutatio.smtp.session;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.net.Connection;

/// The octets of one connection, in a buffer that is held only while there are some.
///
/// Every wait has a deadline, and before each wait what we have to say is sent.
final class Intake {

    /// How a wait ended.
    enum Filled {
        OCTETS,
        TIMEOUT,
        HAND_OVER,
        /// The peer closed its side in order.
        CLOSED,
        /// Reset, or our side failed.
        LOST
    }

    /// Octets of a line that has only begun.
    private static final int FEW = 1024;

    private final Connection connection;
    private final InputStream in;
    private final HeldOutput out;
    private final Buffers buffers;
    private final LongSupplier nanos;

    private byte @Nullable [] buffer;
    private int at;
    private int end;
    private Runnable octetsCame = () -> {};
    private Runnable aboutToWait = () -> {};

    Intake(Connection connection, HeldOutput out, Buffers buffers, LongSupplier nanos) throws IOException {
        this.connection = connection;
        this.in = connection.socket().getInputStream();
        this.out = out;
        this.buffers = buffers;
        this.nanos = nanos;
    }

    /// Told whenever octets were read from the connection.
    void onOctets(Runnable told) {
        octetsCame = told;
    }

    /// Told before a wait, when what we had to say has left.
    void onWait(Runnable told) {
        aboutToWait = told;
    }

    /// The buffer; valid while [#buffered] is more than 0, and until the next wait.
    byte[] octets() {
        byte[] lent = buffer;
        return lent == null ? new byte[0] : lent;
    }

    /// Where the octets not yet taken begin.
    int at() {
        return at;
    }

    int end() {
        return end;
    }

    int buffered() {
        return end - at;
    }

    void take(int count) {
        at += count;
    }

    /// Gives the buffer back when it is empty. The beginning of a line is kept in an array of its size: thousands that
    /// send one octet and wait would hold a buffer each.
    void release() {
        byte[] lent = buffer;
        if (lent == null) {
            return;
        }
        if (at == end) {
            giveBack(lent);
            buffer = null;
            at = 0;
            end = 0;
        } else if (lent.length == Buffers.SIZE && end - at <= FEW) {
            buffer = Arrays.copyOfRange(lent, at, end);
            end -= at;
            at = 0;
            giveBack(lent);
        }
    }

    private void giveBack(byte[] lent) {
        if (lent.length == Buffers.SIZE) {
            buffers.takeBack(lent);
        }
    }

    /// The session is over.
    void close() {
        at = end;
        release();
    }

    /// Waits between commands: for octets, a hand-over or the deadline.
    ///
    /// @param deadline on the clock of `nanos`
    Filled await(long deadline) {
        return fill(deadline, true);
    }

    /// Waits inside of a message: a hand-over does not end it.
    Filled more(long deadline) {
        return fill(deadline, false);
    }

    private Filled fill(long deadline, boolean idle) {
        if (!out.send()) {
            return Filled.LOST;
        }
        aboutToWait.run();
        try {
            while (true) {
                long left = deadline - nanos.getAsLong();
                if (left <= 0) {
                    return Filled.TIMEOUT;
                }
                if (idle) {
                    release();
                    switch (connection.awaitInput(Duration.ofNanos(left))) {
                        case TIMEOUT -> {
                            return Filled.TIMEOUT;
                        }
                        case HAND_OVER -> {
                            return Filled.HAND_OVER;
                        }
                        case READY, CLOSED -> {}
                    }
                }
                int count = read();
                if (count > 0) {
                    octetsCame.run();
                    return Filled.OCTETS;
                }
                if (count < 0) {
                    return Filled.CLOSED;
                }
            }
        } catch (IOException _) {
            return Filled.LOST;
        }
    }

    /// @return 0 when the read timed out
    private int read() throws IOException {
        byte[] lent = buffer;
        if (lent == null || lent.length < Buffers.SIZE) {
            byte[] whole = buffers.lend();
            if (lent != null) {
                System.arraycopy(lent, at, whole, 0, end - at);
                end -= at;
                at = 0;
            }
            lent = whole;
            buffer = whole;
        }
        if (at == end) {
            at = 0;
            end = 0;
        } else if (end == lent.length) {
            System.arraycopy(lent, at, lent, 0, end - at);
            end -= at;
            at = 0;
        }
        if (end == lent.length) {
            throw new IOException("the buffer is full: a line was let grow too long");
        }
        try {
            int count = in.read(lent, end, lent.length - end);
            if (count > 0) {
                end += count;
            }
            return count;
        } catch (SocketTimeoutException _) {
            return 0; // READY was a hint only
        }
    }
}
