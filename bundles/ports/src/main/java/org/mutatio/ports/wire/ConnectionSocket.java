package org.mutatio.ports.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import org.jspecify.annotations.Nullable;

/// The face for code that wants a [Socket] (SubEthaSMTP). Addresses are those behind a PROXY header; options of
/// the channel are ours and already set.
final class ConnectionSocket extends Socket {
    private static final @Nullable SocketImpl NONE = null;

    private final ChannelConnection connection;

    @SuppressWarnings("NullAway") // Socket's own constructor for subclasses that bring no SocketImpl takes null
    ConnectionSocket(ChannelConnection connection) throws SocketException {
        super(NONE);
        this.connection = connection;
    }

    @Override
    public InputStream getInputStream() {
        return connection.input();
    }

    @Override
    public OutputStream getOutputStream() {
        return connection.output();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        if (millis < 0) {
            throw new SocketException("timeout < 0: " + millis);
        }
        connection.readTimeout(millis);
    }

    @Override
    public int getSoTimeout() {
        return connection.readTimeout();
    }

    @Override
    public void close() {
        connection.close();
    }

    @Override
    public boolean isClosed() {
        return connection.closed();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isInputShutdown() {
        return connection.closed();
    }

    @Override
    public boolean isOutputShutdown() {
        return connection.closed();
    }

    @Override
    public InetAddress getInetAddress() {
        return connection.remote().getAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return connection.local().getAddress();
    }

    @Override
    public int getPort() {
        return connection.remote().getPort();
    }

    @Override
    public int getLocalPort() {
        return connection.local().getPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return connection.remote();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return connection.local();
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        // always on
    }

    @Override
    public boolean getTcpNoDelay() {
        return true;
    }

    @Override
    public void setKeepAlive(boolean on) {
        // always on
    }

    @Override
    public boolean getKeepAlive() {
        return true;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        throw new SocketException("already connected");
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        throw new SocketException("already bound");
    }

    @Override
    public String toString() {
        return "Socket[" + connection.id() + " " + connection.remote() + "]";
    }
}
