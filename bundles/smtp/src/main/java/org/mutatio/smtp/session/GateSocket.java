package org.mutatio.smtp.session;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;

/// What SubEthaSMTP takes for a socket: our gate one way, our held output the other. Also how its commands find the
/// session they belong to.
final class GateSocket extends Socket {
    private final SmtpSession session;
    private final InputStream gate;
    private final OutputStream out;
    private final InetSocketAddress remote;
    private boolean closed;

    GateSocket(SmtpSession session, InputStream gate, OutputStream out, InetSocketAddress remote) {
        this.session = session;
        this.gate = gate;
        this.out = out;
        this.remote = named(remote);
    }

    /// With its own text as its name: the library asks for a name when its log is verbose, and DNS must not be asked.
    static InetSocketAddress named(InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(address.getHostAddress(), address.getAddress()), remote.getPort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 octets", e);
        }
    }

    SmtpSession session() {
        return session;
    }

    @Override
    public InputStream getInputStream() {
        return gate;
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return remote;
    }

    @Override
    public InetAddress getInetAddress() {
        return remote.getAddress();
    }

    @Override
    public int getPort() {
        return remote.getPort();
    }

    /// Deadlines are the gate's.
    @Override
    public void setSoTimeout(int timeout) {
        // ours wait in Connection.awaitInput
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /// The connection itself is closed by `ports`, once the session returned.
    @Override
    public void close() {
        closed = true;
    }
}
