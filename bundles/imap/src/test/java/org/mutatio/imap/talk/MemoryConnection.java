package org.mutatio.imap.talk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.mutatio.net.Connection;
import org.mutatio.net.Listener;
import org.mutatio.net.TlsSession;

/// Both ends of a connection in memory, with the manners that `net` describes.
public final class MemoryConnection implements Connection {
    private static final int ROOM = 1024 * 1024;

    private final int room;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Pipe toServer;
    private final Pipe toClient;
    private final Plain listener;
    private boolean tls;
    private boolean woken;
    private boolean handOver;
    private @Nullable ByteBuffer handed;
    private long writes;

    /// One direction.
    private static final class Pipe {
        private final byte[] octets;
        private int from;
        private int count;
        private boolean closed;

        Pipe(int room) {
            octets = new byte[room];
        }
    }

    public record Plain(boolean startTls, boolean plaintextAuth) implements Listener {
        @Override
        public String name() {
            return "imap";
        }

        @Override
        public String protocol() {
            return "imap";
        }

        @Override
        public String role() {
            return "";
        }

        @Override
        public boolean implicitTls() {
            return false;
        }

        @Override
        public Map<String, String> settings() {
            return Map.of();
        }
    }

    public MemoryConnection(Plain listener) {
        this(listener, ROOM);
    }

    /// @param room octets on their way in each direction
    MemoryConnection(Plain listener, int room) {
        this.listener = listener;
        this.room = room;
        this.toServer = new Pipe(room);
        this.toClient = new Pipe(room);
    }

    private final Socket socket = new Socket() {
        @Override
        public InputStream getInputStream() {
            return in;
        }

        @Override
        public OutputStream getOutputStream() {
            return out;
        }
    };

    private final InputStream in = new InputStream() {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return take(toServer, into, offset, length, Duration.ofSeconds(5));
        }
    };

    private final OutputStream out = new OutputStream() {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            writes++;
            put(toClient, octets, offset, length);
        }
    };

    private void put(Pipe pipe, byte[] octets, int offset, int length) throws IOException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(20);
            for (int i = 0; i < length; ) {
                while (pipe.count == room && !pipe.closed && left > 0) {
                    left = changed.awaitNanos(left);
                }
                if (pipe.closed || left <= 0) {
                    throw new IOException("closed");
                }
                int at = (pipe.from + pipe.count) % room;
                int some = Math.min(Math.min(length - i, room - pipe.count), room - at);
                System.arraycopy(octets, offset + i, pipe.octets, at, some);
                pipe.count += some;
                i += some;
                changed.signalAll();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            lock.unlock();
        }
    }

    private int take(Pipe pipe, byte[] into, int offset, int length, Duration wait) throws IOException {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (pipe.count == 0 && !pipe.closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (pipe.count == 0) {
                if (pipe.closed) {
                    return -1;
                }
                throw new SocketTimeoutException("nothing came");
            }
            int some = Math.min(Math.min(length, pipe.count), room - pipe.from);
            System.arraycopy(pipe.octets, pipe.from, into, offset, some);
            pipe.from = (pipe.from + some) % room;
            pipe.count -= some;
            changed.signalAll();
            return some;
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            lock.unlock();
        }
    }

    // ---- the client's end

    public void clientSays(byte[] octets) throws IOException {
        put(toServer, octets, 0, octets.length);
    }

    int clientHears(byte[] into, Duration wait) throws IOException {
        return take(toClient, into, 0, into.length, wait);
    }

    /// All that the server has said and nobody has heard yet.
    String clientHeard() throws IOException {
        byte[] heard = new byte[available(toClient)];
        int count = heard.length == 0 ? 0 : take(toClient, heard, 0, heard.length, Duration.ZERO);
        if (count < heard.length) {
            throw new IOException("it went round the end of the room");
        }
        return new String(heard, StandardCharsets.ISO_8859_1);
    }

    private int available(Pipe pipe) {
        lock.lock();
        try {
            return pipe.count;
        } finally {
            lock.unlock();
        }
    }

    void clientCloses() {
        lock.lock();
        try {
            toServer.closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The server's handler has returned.
    void serverIsDone() {
        lock.lock();
        try {
            toClient.closed = true;
            toServer.closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public void handOver() {
        lock.lock();
        try {
            handOver = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// How often the server has written.
    public long writes() {
        return writes;
    }

    // ---- the server's end

    @Override
    public Input awaitInput(Duration deadline) throws IOException {
        lock.lock();
        try {
            long left = deadline.toNanos();
            while (true) {
                if (handOver) {
                    return Input.HAND_OVER;
                }
                if (toServer.count > 0) {
                    return Input.READY;
                }
                if (woken) {
                    woken = false;
                    return Input.READY;
                }
                if (toServer.closed) {
                    return Input.CLOSED;
                }
                if (left <= 0) {
                    return Input.TIMEOUT;
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int available() {
        return available(toServer);
    }

    @Override
    public String id() {
        return "test";
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public InetSocketAddress remote() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    }

    @Override
    public InetSocketAddress local() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 143);
    }

    @Override
    public Socket socket() {
        return socket;
    }

    @Override
    public void startTls() {
        tls = true; // that nothing waits behind the command is looked at by ports, with the handshake
    }

    @Override
    public void startCompression() {
        throw new UnsupportedOperationException("no compression in memory");
    }

    @Override
    public Optional<TlsSession> tls() {
        return tls ? Optional.of(new MemoryTls()) : Optional.empty();
    }

    private record MemoryTls() implements TlsSession {
        @Override
        public String protocol() {
            return "TLSv1.3";
        }

        @Override
        public String cipher() {
            return "none";
        }

        @Override
        public Optional<String> serverName() {
            return Optional.empty();
        }

        @Override
        public Optional<ByteBuffer> channelBinding(String type) {
            return Optional.empty();
        }
    }

    @Override
    public boolean authenticated(String account) {
        return true;
    }

    @Override
    public void handOver(ByteBuffer state) {
        handed = state;
    }

    /// As `ports` does when a handler has returned: what it handed over, and the next one is not asked to hand over.
    @Nullable
    ByteBuffer takeHanded() {
        lock.lock();
        try {
            ByteBuffer state = handed;
            handed = null;
            handOver = false;
            return state;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        serverIsDone();
    }
}
