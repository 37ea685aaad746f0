package org.mutatio.ports.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.mutatio.net.Connection;
import org.mutatio.net.Listener;
import org.mutatio.net.TlsSession;

/// One accepted connection over its [Layer]s.
///
/// Threads: streams, layers and `awaitInput` belong to the session's thread. [#wake], [#handOver] and
/// [#close] may come from any; a close from elsewhere only shuts the channel, the session then finds
/// out.
public final class ChannelConnection implements Connection {
    /// What a read has when nobody set a time-out: the octets that `awaitInput` promised should be there.
    private static final int FIRST_TIMEOUT_MILLIS = 5_000;

    /// `setSoTimeout(0)` means for ever to a Socket; every wait of ours ends.
    private static final int LONGEST_TIMEOUT_MILLIS = 300_000;

    /// How much and how long a closed conversation is read on, so that the peer gets our last reply: a
    /// close with unread octets makes the kernel send RST, which overtakes it.
    private static final int LINGER_OCTETS = 256 * 1024;

    private static final int LINGER_MILLIS = 500;

    private final String id;
    private final Listener listener;
    private final SocketChannel channel;
    private final Attachment attachment;
    private final Poller poller;
    private final Watch watch;
    private final Wire wire;
    private final ConnectionInput input = new ConnectionInput(this);
    private final ConnectionOutput output = new ConnectionOutput(this);
    private final ConnectionSocket socket;
    private final AtomicBoolean closing = new AtomicBoolean();

    private volatile @Nullable Thread owner;
    private InetSocketAddress remote;
    private InetSocketAddress local;
    private Layer top;
    private int readTimeout = FIRST_TIMEOUT_MILLIS;
    private @Nullable TlsLayer tlsLayer;
    private @Nullable DeflateLayer deflateLayer;
    private @Nullable TlsSession tls;
    private @Nullable ByteBuffer handed;

    /// Takes over an accepted channel.
    ///
    /// @throws IOException the peer has gone already; the channel is the caller's to close
    public ChannelConnection(
            String id, Listener listener, SocketChannel channel, Pollers pollers, Attachment attachment)
            throws IOException {
        this.id = id;
        this.listener = listener;
        this.channel = channel;
        this.attachment = attachment;
        channel.configureBlocking(true);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        this.remote = (InetSocketAddress) channel.getRemoteAddress();
        this.local = (InetSocketAddress) channel.getLocalAddress();
        this.poller = pollers.next();
        this.watch = new Watch(channel);
        this.wire = new Wire(channel, poller, watch);
        this.top = wire;
        this.socket = new ConnectionSocket(this);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    /// Behind a proxy: the addresses that its header names.
    public void proxied(InetSocketAddress client, InetSocketAddress server) {
        remote = client;
        local = server;
    }

    @Override
    public Socket socket() {
        return socket;
    }

    InputStream input() {
        return input;
    }

    OutputStream output() {
        return output;
    }

    Layer top() {
        return top;
    }

    void readTimeout(int millis) {
        readTimeout = millis;
    }

    int readTimeout() {
        return readTimeout;
    }

    /// Reads for the session; whoever waits for an answer has finished speaking, so that our output
    /// goes first.
    int read(byte[] into, int offset, int length) throws IOException {
        requireOpen();
        output.flush();
        var millis = readTimeout == 0 ? LONGEST_TIMEOUT_MILLIS : Math.min(readTimeout, LONGEST_TIMEOUT_MILLIS);
        return top.read(into, offset, length, millis);
    }

    void requireOpen() throws IOException {
        if (closing.get()) {
            throw new SocketException("connection " + id + " is closed");
        }
    }

    @Override
    public Input awaitInput(Duration deadline) throws IOException {
        try {
            return await(System.nanoTime() + Math.clamp(TimeUnit.NANOSECONDS.convert(deadline), 0, Long.MAX_VALUE / 4));
        } catch (IOException e) {
            if (closing.get()) {
                return Input.CLOSED; // by somebody else, in the middle of the wait
            }
            throw e;
        }
    }

    private Input await(long end) throws IOException {
        if (closing.get()) {
            return Input.CLOSED;
        }
        output.flush();
        while (true) {
            if (watch.handOver()) {
                return Input.HAND_OVER;
            }
            if (top.ready()) {
                return top.ended() ? Input.CLOSED : Input.READY;
            }
            if (watch.takeWake()) {
                return Input.READY;
            }
            if (closing.get()) {
                return Input.CLOSED;
            }
            // True: octets came, perhaps half a record only; the next turn finds out.
            if (!wire.await(end, this::trim) && !watch.called() && end - System.nanoTime() <= 0) {
                return Input.TIMEOUT;
            }
        }
    }

    private void trim() {
        output.trim();
        top.trim();
    }

    @Override
    public void wake() {
        watch.signalWake();
        poller.notice(watch);
    }

    /// From now on `awaitInput` answers HAND_OVER.
    public void askToHandOver() {
        watch.signalHandOver();
        poller.notice(watch);
    }

    @Override
    public void handOver(ByteBuffer state) {
        var copy = ByteBuffer.allocate(state.remaining());
        copy.put(state.duplicate()).flip();
        handed = copy.asReadOnlyBuffer();
    }

    /// What the handler that has returned gave to [#handOver], once; null: the conversation is over.
    public @Nullable ByteBuffer takeHanded() {
        var state = handed;
        handed = null;
        return closing.get() ? null : state;
    }

    /// Another handler begins: what the one before was told and had set is forgotten.
    public void beginAgain() {
        watch.forgetHandOver();
        readTimeout = FIRST_TIMEOUT_MILLIS;
    }

    @Override
    public int available() throws IOException {
        requireOpen();
        if (top == wire) {
            return wire.buffered() + wire.arrived();
        }
        if (top.buffered() == 0) {
            wire.takeIn();
            top.ready(); // decrypts what is whole
        }
        return top.buffered();
    }

    @Override
    public void startTls() throws IOException {
        if (tlsLayer != null || deflateLayer != null) {
            throw new IllegalStateException("TLS comes once, and before compression");
        }
        try {
            output.flush();
            var begin = System.nanoTime();
            var end = begin + attachment.handshakeDeadline().toNanos();
            refuseInjection(end);
            shakeHands(begin, end);
        } catch (IOException | RuntimeException e) {
            shut();
            throw e;
        }
    }

    /// RFC 3207 section 5 and the USENIX Security paper of 2021 ("NO STARTTLS"): octets that came with
    /// the command belong to the plain conversation. Those still in the kernel are the client's hello
    /// or they are not; no other octet begins a handshake record (RFC 8446 section 5.1), and nothing of
    /// ours is said to them.
    ///
    /// A swap that begins now is not for this wait to end: the go-ahead was said, and a sender whose
    /// handshake fails comes back without TLS, or not at all. The session hears of it before its next
    /// command.
    private void refuseInjection(long end) throws IOException {
        if (wire.buffered() > 0) {
            throw new SSLException(wire.buffered() + " octets behind STARTTLS");
        }
        if (!wire.awaitUncalled(end) || wire.ended()) {
            throw new SSLException("no TLS handshake came");
        }
        if (wire.first() != 22) {
            throw new SSLException("no TLS handshake record but " + wire.first());
        }
    }

    /// TLS from the first octet on: no conversation came before.
    public void startImplicitTls() throws IOException {
        try {
            var begin = System.nanoTime();
            shakeHands(begin, begin + attachment.handshakeDeadline().toNanos());
        } catch (IOException | RuntimeException e) {
            shut();
            throw e;
        }
    }

    private void shakeHands(long begin, long end) throws IOException {
        try {
            var layer = TlsLayer.accept(attachment::engine, wire, end);
            layer.handshake(end);
            tlsLayer = layer;
            tls = new EngineTlsSession(layer.engine());
            top = layer;
        } catch (IOException | RuntimeException e) {
            attachment.handshaken(this, System.nanoTime() - begin, e.toString());
            throw e;
        }
        attachment.handshaken(this, System.nanoTime() - begin, "");
    }

    @Override
    public void startCompression() throws IOException {
        if (deflateLayer != null) {
            throw new IllegalStateException("compression is on already"); // RFC 4978 section 3
        }
        output.flush();
        deflateLayer = new DeflateLayer(top);
        top = deflateLayer;
    }

    @Override
    public Optional<TlsSession> tls() {
        return Optional.ofNullable(tls);
    }

    @Override
    public boolean authenticated(String account) {
        return attachment.authenticated(this, account);
    }

    /// Whether a write has been waiting for the peer for longer than that.
    public boolean writeStuck(long now, Duration limit) {
        return wire.writeStuck(now, limit.toNanos());
    }

    boolean closed() {
        return closing.get();
    }

    /// From now on the calling thread is the session's: its [#close] is an orderly one.
    public void begin() {
        owner = Thread.currentThread();
    }

    /// The end of a conversation, by the session's thread, whoever has closed before.
    public void finish() {
        close();
        if (deflateLayer != null) {
            deflateLayer.end(); // no thread is in it any more
            deflateLayer = null;
        }
    }

    /// By the session's thread: says what is left, goodbye, and reads on a little. By any other: only
    /// shuts the channel.
    @Override
    public void close() {
        try {
            if (Thread.currentThread().equals(owner) && !closing.get()) {
                sayGoodbye();
            }
        } finally {
            shut(); // whatever goes wrong in the layers
        }
    }

    private void sayGoodbye() {
        try {
            output.flush();
            if (tlsLayer != null) {
                tlsLayer.sayGoodbye();
            }
            if (!wire.ended()) {
                channel.shutdownOutput();
                linger();
            }
        } catch (IOException _) {
            // the peer went first: there is nobody to say goodbye to
        }
    }

    private void linger() throws IOException {
        var buffer = new byte[4096];
        var end = System.nanoTime() + LINGER_MILLIS * 1_000_000L;
        for (var octets = 0; octets < LINGER_OCTETS; ) {
            var left = (int) ((end - System.nanoTime()) / 1_000_000);
            var count = left <= 0 ? -1 : wire.read(buffer, 0, buffer.length, left);
            if (count < 0) {
                return;
            }
            octets += count;
        }
    }

    private void shut() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        watch.signalClosed();
        try {
            channel.close();
        } catch (IOException _) {
            // closed is closed
        }
        poller.notice(watch); // a registered channel is closed by its selector
        attachment.closed(this);
    }
}
