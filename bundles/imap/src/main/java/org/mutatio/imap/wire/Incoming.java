package org.mutatio.imap.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mutatio.net.Connection;

/// Octets from the client. Holds a buffer only while octets lie in it, so that an idle session costs none.
public final class Incoming {
    private static final int BUFFER = 8 * 1024;

    /// Takes octets of a literal as they arrive.
    @FunctionalInterface
    public interface Sink {
        void take(ByteBuffer octets) throws IOException;
    }

    /// The peer was silent longer than it may be in the middle of a command.
    public static final class SilentPeerException extends IOException {
        private static final long serialVersionUID = 1L;

        SilentPeerException() {
            super("the client was silent for too long");
        }
    }

    /// Sends what the client may be waiting for before we wait for the client.
    @FunctionalInterface
    public interface Before {
        void waiting() throws IOException;
    }

    private final Connection connection;
    private final Before before;
    private byte @Nullable [] buffer;
    private int position;
    private int limit;
    /// In nanoseconds of [System#nanoTime]; a command must be whole by then.
    private long deadline;

    private boolean deadlineSet;
    private Duration patience = Duration.ofMinutes(1);
    private long taken;

    public Incoming(Connection connection, Before before) {
        this.connection = connection;
        this.before = before;
    }

    /// @param each how long one wait for octets may take in the middle of a command
    public void patience(Duration each) {
        patience = each;
    }

    /// When the command that is being read must be whole, however slowly its octets drip; none without a call.
    public void wholeWithin(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
        deadlineSet = true;
    }

    public void noDeadline() {
        deadlineSet = false;
    }

    /// Octets read since the session began.
    public long taken() {
        return taken;
    }

    /// Whether octets lie in our own buffer: behind STARTTLS that is an injection.
    public boolean buffered() {
        return position < limit;
    }

    /// Whether octets are there without waiting.
    public boolean ready() throws IOException {
        return position < limit || connection.available() > 0;
    }

    /// Waits for the first octet of a command; holds no buffer meanwhile.
    public Connection.Input await(Duration time) throws IOException {
        if (position < limit) {
            return Connection.Input.READY;
        }
        buffer = null;
        before.waiting();
        return connection.awaitInput(time);
    }

    /// Octets of memory that are held now.
    int holds() {
        byte[] octets = buffer;
        return octets == null ? 0 : octets.length;
    }

    /// The next octet, which stays.
    ///
    /// @throws EOFException the client has gone
    /// @throws SilentPeerException the client sent nothing for too long
    public int peek() throws IOException {
        if (position == limit) {
            fill();
        }
        return held()[position] & 0xFF;
    }

    /// The next octet.
    public int next() throws IOException {
        if (position == limit) {
            fill();
        }
        taken++;
        return held()[position++] & 0xFF;
    }

    private byte[] held() {
        byte[] octets = buffer;
        if (octets == null) {
            throw new IllegalStateException("no buffer");
        }
        return octets;
    }

    /// Passes exactly `count` octets on.
    public void transfer(long count, Sink sink) throws IOException {
        long left = count;
        while (left > 0) {
            if (position == limit) {
                fill();
            }
            int some = (int) Math.min(left, limit - position);
            sink.take(ByteBuffer.wrap(held(), position, some).asReadOnlyBuffer());
            position += some;
            taken += some;
            left -= some;
        }
    }

    /// Reads and drops.
    public void skip(long count) throws IOException {
        transfer(count, _ -> {});
    }

    private void fill() throws IOException {
        byte[] octets = buffer;
        if (octets == null) {
            octets = new byte[BUFFER];
            buffer = octets;
        }
        InputStream in = connection.socket().getInputStream();
        long silentAt = System.nanoTime() + patience.toNanos();
        while (true) {
            if (connection.available() == 0) {
                before.waiting();
                long now = System.nanoTime();
                long left = deadlineSet ? Math.min(silentAt - now, deadline - now) : silentAt - now;
                if (left <= 0) {
                    throw new SilentPeerException();
                }
                switch (connection.awaitInput(Duration.ofNanos(left))) {
                    case TIMEOUT -> throw new SilentPeerException();
                    // a swap waits for the end of the command, but no longer than the client may take for it
                    case HAND_OVER -> connection.socket().setSoTimeout(Math.clamp(left / 1_000_000, 1, 30_000));
                    case READY, CLOSED -> {}
                }
            }
            try {
                int count = in.read(octets, 0, octets.length);
                if (count < 0) {
                    throw new EOFException("the client has gone");
                }
                position = 0;
                limit = count;
                return;
            } catch (SocketTimeoutException _) { // READY was only a hint (Connection.Input): wait again
            }
        }
    }
}
