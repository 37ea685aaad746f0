package org.mutatio.ports.wire;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// TLS on top of another storey, by JSSE's engine, so that an idle session holds no record buffer.
///
/// Half records survive a time-out: they stay in `netIn`. A peer that asks for a new handshake under
/// TLS 1.2 is cut off (RFC 9325 section 3.5: no renegotiation by the client).
final class TlsLayer implements Layer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte[] NONE = new byte[0];

    /// The first record and a little: at least what an engine wants room for.
    private static final int HELLO = 17 * 1024;

    /// Room beyond one record. The engine wraps the next record only where the largest one would fit,
    /// so without this each of a flight's small records would be a packet of its own, and what follows
    /// a half-sent flight (an alert) would not fit.
    private static final int FLIGHT = 8 * 1024;

    private final SSLEngine engine;
    private final Layer below;

    // All three are ready to be read from; null while there is nothing in them.
    private @Nullable ByteBuffer netIn;
    private @Nullable ByteBuffer appIn;
    private @Nullable ByteBuffer netOut;
    private boolean underflow = true; // netIn ends within a record
    private boolean ended;
    private boolean established;

    /// @param hello octets of the network that are there already, ready to be read
    private TlsLayer(SSLEngine engine, Layer below, ByteBuffer hello) {
        this.engine = engine;
        this.below = below;
        this.netIn = hello;
        this.underflow = !hello.hasRemaining();
    }

    /// Where the engine comes from, once the client has said whom it wants.
    interface Engines {
        SSLEngine engine(@Nullable String serverName) throws IOException;
    }

    /// Awaits the client's hello.
    ///
    /// @param deadline as of [#handshake]
    static TlsLayer accept(Engines engines, Layer below, long deadline) throws IOException {
        var hello = ByteBuffer.allocate(HELLO).limit(0);
        var wanted = ClientHello.length(hello);
        while (wanted >= 0 && (wanted == 0 || hello.remaining() < wanted)) {
            var end = hello.limit();
            var count = below.read(hello.array(), end, hello.capacity() - end, left(deadline));
            if (count < 0) {
                throw new SSLHandshakeException("the peer ended in the handshake");
            }
            wanted = ClientHello.length(hello.limit(end + count));
        }
        var name = wanted < 0 ? null : ClientHello.serverName(hello).orElse(null);
        return new TlsLayer(engines.engine(name), below, hello);
    }

    private static int left(long deadline) throws SocketTimeoutException {
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("TLS handshake took too long");
        }
        return Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, Integer.MAX_VALUE);
    }

    SSLEngine engine() {
        return engine;
    }

    /// @param deadline for the whole handshake, in [System#nanoTime]'s terms: a drop at a time buys nobody
    ///     anything
    void handshake(long deadline) throws IOException {
        try {
            engine.beginHandshake();
            shakeHands(deadline);
        } catch (SSLException e) {
            sayAlert(e);
            throw e;
        }
        established = true;
    }

    private void shakeHands(long deadline) throws IOException {
        var out = out();
        out.clear();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> {
                    // A whole flight goes out in one write: half the time of a handshake on a fast network.
                    var result = engine.wrap(NOTHING, out);
                    if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                        if (out.position() == 0) {
                            throw new SSLException("a handshake record is larger than the engine said");
                        }
                        send(out);
                    } else if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                        send(out);
                        throw new SSLHandshakeException("closed in the handshake");
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    send(out);
                    if (needsNetwork()) {
                        receive(deadline);
                    }
                    if (!ended && unwrap(app().clear()) > 0) {
                        throw new SSLHandshakeException("application data in the handshake");
                    }
                    app().limit(0);
                    if (ended) {
                        throw new SSLHandshakeException("the peer ended in the handshake");
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    send(out);
                    return;
                }
            }
        }
    }

    private void send(ByteBuffer out) throws IOException {
        out.flip();
        if (out.hasRemaining()) {
            below.write(out);
        }
        out.clear();
    }

    private boolean needsNetwork() {
        return underflow || netIn == null || !netIn.hasRemaining();
    }

    /// Reads more of the network's octets behind those that are there.
    private void receive(long deadline) throws IOException {
        receive(left(deadline));
    }

    private void receive(int millis) throws IOException {
        var in = in();
        in.compact();
        if (!in.hasRemaining()) {
            throw new SSLException("a record is larger than the engine said");
        }
        try {
            var count = below.read(in.array(), in.arrayOffset() + in.position(), in.remaining(), millis);
            if (count < 0) {
                ended = true;
            } else {
                in.position(in.position() + count);
                underflow = false;
            }
        } finally {
            in.flip();
        }
    }

    /// Decrypts what is there until a record gave octets.
    ///
    /// @return octets put into the target; 0: more of the network is needed, or it is over ([#ended])
    private int unwrap(ByteBuffer target) throws IOException {
        var in = in();
        while (true) {
            var result = engine.unwrap(in, target);
            switch (result.getStatus()) {
                case BUFFER_UNDERFLOW -> {
                    underflow = true;
                    return 0;
                }
                case BUFFER_OVERFLOW -> throw new SSLException("a record is larger than the engine said");
                case CLOSED -> {
                    ended = true;
                    return 0;
                }
                case OK -> {
                    if (established) {
                        afterHandshake(result.getHandshakeStatus());
                    } else if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK
                            || result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                        return result.bytesProduced();
                    }
                    if (result.bytesProduced() > 0) {
                        return result.bytesProduced();
                    }
                    if (!established && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
                        return 0;
                    }
                    if (result.bytesConsumed() == 0) {
                        underflow = true;
                        return 0;
                    }
                }
            }
        }
    }

    /// TLS 1.3 speaks of keys after the handshake (RFC 8446 section 4.6.3); TLS 1.2 would only renegotiate.
    private void afterHandshake(HandshakeStatus first) throws IOException {
        var status = first;
        while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
            if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
                throw new SSLException("the peer asked for renegotiation");
            }
            switch (status) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> {
                    var out = out();
                    out.clear();
                    engine.wrap(NOTHING, out);
                    send(out);
                }
                default -> {
                    return; // NEED_UNWRAP: the caller reads on
                }
            }
            status = engine.getHandshakeStatus();
        }
    }

    /// On this thread: it is virtual, and the work is a signature.
    private void runTasks() {
        for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public int read(byte[] into, int offset, int length, int millis) throws IOException {
        if (appIn != null && appIn.hasRemaining()) {
            return takeOut(appIn, into, offset, length);
        }
        var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            var count = decrypt(into, offset, length);
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

    /// Decrypts into the caller's array when a whole record fits there.
    private int decrypt(byte[] into, int offset, int length) throws IOException {
        if (ended || needsNetwork()) {
            return 0;
        }
        try {
            if (length >= engine.getSession().getApplicationBufferSize()) {
                return unwrap(ByteBuffer.wrap(into, offset, length));
            }
            var app = app();
            app.clear();
            try {
                unwrap(app);
            } finally {
                app.flip();
            }
            return app.hasRemaining() ? takeOut(app, into, offset, length) : 0;
        } catch (SSLException e) {
            sayAlert(e);
            throw e;
        }
    }

    private static int takeOut(ByteBuffer from, byte[] into, int offset, int length) {
        var count = Math.min(length, from.remaining());
        from.get(into, offset, count);
        return count;
    }

    @Override
    public boolean ready() throws IOException {
        while (true) {
            if (buffered() > 0 || ended) {
                return true;
            }
            if (needsNetwork()) {
                if (!below.ready()) {
                    return false;
                }
                receive(1); // does not wait: octets or the end are there
                if (ended) {
                    return true;
                }
            }
            decrypt(NONE, 0, 0);
        }
    }

    @Override
    public int buffered() {
        return appIn == null ? 0 : appIn.remaining();
    }

    @Override
    public boolean ended() {
        return ended && buffered() == 0;
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        var out = out();
        while (octets.hasRemaining()) {
            out.clear();
            var result = engine.wrap(octets, out);
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                throw new SSLException("cannot write: " + result.getStatus());
            }
            send(out);
        }
    }

    /// Says close_notify (RFC 8446 section 6.1).
    void sayGoodbye() throws IOException {
        engine.closeOutbound();
        sayAlert();
    }

    /// Tells the peer why; that it has gone already is not the reason to be logged.
    private void sayAlert(SSLException why) {
        try {
            sayAlert();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /// Sends the alert that the engine has ready, if any.
    private void sayAlert() throws IOException {
        var out = out();
        out.clear();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !engine.isOutboundDone()) {
            // Records of a flight that was begun go first.
            var result = engine.wrap(NOTHING, out);
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW && out.position() > 0) {
                send(out);
            } else if (result.bytesProduced() == 0) {
                break;
            }
        }
        send(out);
    }

    private ByteBuffer in() {
        var in = netIn;
        if (in == null) {
            in = ByteBuffer.allocate(Math.max(HELLO, engine.getSession().getPacketBufferSize()))
                    .limit(0);
            netIn = in;
        }
        return in;
    }

    private ByteBuffer app() {
        var app = appIn;
        if (app == null) {
            app = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize())
                    .limit(0);
            appIn = app;
        }
        return app;
    }

    private ByteBuffer out() {
        var out = netOut;
        if (out == null) {
            out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize() + FLIGHT);
            netOut = out;
        }
        return out;
    }

    @Override
    public void trim() {
        if (appIn != null && !appIn.hasRemaining()) {
            appIn = null;
        }
        if (netIn != null && !netIn.hasRemaining()) {
            netIn = null;
        }
        netOut = null;
        below.trim();
    }
}
