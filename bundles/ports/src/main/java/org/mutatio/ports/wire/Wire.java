package org.mutatio.ports.wire;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// The lowest storey: the channel itself.
///
/// Waiting has two forms. *Busy*: the channel is in blocking mode and the JDK parks the virtual thread (one
/// `epoll_ctl` a wait; a selector of ours costs four times that and another thread's turn, which decides what 20
/// busy sessions do on two cores). *Idle*: what did not come within [#QUICK_MILLIS] is awaited in a [Poller],
/// without a buffer, where a signal can end it. So a signal may come [#QUICK_MILLIS] late, and no sooner does a
/// session cost a selector.
///
/// Writing blocks in the JDK without a deadline of its own; [#writingSince] lets the housekeeper close a
/// connection whose peer reads nothing. It goes out in pieces of [#PIECE]: each one that the peer makes
/// room for is progress, however slow the line is, and the JDK copies no more than a piece at a time out
/// of the heap.
final class Wire implements Layer {
    /// How long a session that asks for input keeps its buffer before it counts as idle.
    static final int QUICK_MILLIS = 10;

    private static final int AHEAD = 8 * 1024;

    private static final int PIECE = 64 * 1024;

    private final SocketChannel channel;
    private final Socket adaptor;
    private final InputStream in;
    private final Poller poller;
    private final Watch watch;

    private byte @Nullable [] ahead; // read before anybody asked for octets: by [#await] only
    private int from;
    private int to;
    private boolean ended;
    private volatile long writingSince; // nanoTime, 0 = not writing

    Wire(SocketChannel channel, Poller poller, Watch watch) throws IOException {
        this.channel = channel;
        this.adaptor = channel.socket();
        this.in = adaptor.getInputStream();
        this.poller = poller;
        this.watch = watch;
    }

    @Override
    public int read(byte[] into, int offset, int length, int millis) throws IOException {
        if (ahead != null && from < to) {
            var count = Math.min(length, to - from);
            System.arraycopy(ahead, from, into, offset, count);
            from += count;
            return count;
        }
        if (ended) {
            return -1;
        }
        adaptor.setSoTimeout(millis);
        var count = in.read(into, offset, length);
        ended = count < 0;
        return count;
    }

    /// Waits until something is there to read (octets or the end).
    ///
    /// @param deadline in [System#nanoTime]'s terms; passed already: looks once without waiting
    /// @return false when the deadline passed or a signal came
    boolean await(long deadline, Runnable beforeIdle) throws IOException {
        if (ready()) {
            return true;
        }
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            return look();
        }
        try {
            if (fill(Math.clamp(left / 1_000_000, 1, QUICK_MILLIS))) {
                return true;
            }
        } catch (SocketTimeoutException _) {
            // idle, then
        }
        if (watch.called() || deadline - System.nanoTime() <= 0) {
            return false;
        }
        beforeIdle.run();
        poller.await(watch, deadline);
        return !watch.closed() && look();
    }

    /// Waits as [#await] does, but no signal ends it: for a peer that must speak now, in the middle of
    /// something.
    ///
    /// @return false when the deadline passed
    boolean awaitUncalled(long deadline) throws IOException {
        if (ready()) {
            return true;
        }
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            return look();
        }
        try {
            return fill(Math.clamp(left / 1_000_000, 1, Integer.MAX_VALUE));
        } catch (SocketTimeoutException _) {
            return false;
        }
    }

    private boolean fill(int millis) throws IOException {
        var room = room();
        adaptor.setSoTimeout(millis);
        return took(in.read(room, 0, room.length));
    }

    /// Reads what is there now; of virtual threads it costs one system call.
    private boolean look() throws IOException {
        if (ready()) {
            return true;
        }
        channel.configureBlocking(false);
        try {
            return took(channel.read(ByteBuffer.wrap(room())));
        } finally {
            channel.configureBlocking(true);
        }
    }

    private boolean took(int count) {
        from = 0;
        to = Math.max(0, count);
        ended = count < 0;
        return count != 0;
    }

    private byte[] room() {
        var room = ahead;
        if (room == null) {
            room = new byte[AHEAD];
            ahead = room;
        }
        return room;
    }

    @Override
    public boolean ready() {
        return from < to || ended;
    }

    @Override
    public int buffered() {
        return to - from;
    }

    @Override
    public boolean ended() {
        return ended && from >= to;
    }

    /// The first buffered octet, unsigned; there must be one.
    int first() {
        if (ahead == null || from >= to) {
            throw new IllegalStateException("nothing is buffered");
        }
        return ahead[from] & 0xff;
    }

    /// Octets in the kernel that were not read yet.
    int arrived() throws IOException {
        return ended ? 0 : in.available();
    }

    /// Takes in what the kernel holds; never waits.
    void takeIn() throws IOException {
        if (!ready() && arrived() > 0) {
            look();
        }
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        var end = octets.limit();
        try {
            while (octets.position() < end) {
                writingSince = System.nanoTime() | 1; // never 0
                octets.limit(Math.min(end, octets.position() + PIECE));
                channel.write(octets);
            }
        } finally {
            writingSince = 0;
            octets.limit(end);
        }
    }

    /// Whether the peer has made no room for longer than that.
    boolean writeStuck(long now, long nanos) {
        var since = writingSince;
        return since != 0 && now - since > nanos;
    }

    @Override
    public void trim() {
        if (from >= to) {
            ahead = null;
            from = 0;
            to = 0;
        }
    }
}
