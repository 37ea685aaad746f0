package org.mutatio.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// One accepted connection. `ports` owns the channel, TLS and compression; a protocol bundle owns the conversation.
///
/// A session runs on one virtual thread and waits for its next command only in [#awaitInput]; the thread is never
/// interrupted. Reads and writes go through [#socket]; its streams stay the same objects after [#startTls] and
/// [#startCompression] (the layers change below them).
@ProviderType
public interface Connection extends AutoCloseable {

    /// What woke a waiting session.
    enum Input {
        /// Octets are there (buffered TLS octets count). A hint: the read that follows has 5 s, then throws
        /// [java.net.SocketTimeoutException], after which one may wait again.
        READY,
        /// The deadline passed without an octet.
        TIMEOUT,
        /// The bundle is being replaced: end or hand over the session now, between commands.
        HAND_OVER,
        /// The peer closed its side; the next read answers end of stream.
        CLOSED
    }

    /// Names this connection in logs and traces: 12 characters, unique within a run of the server.
    String id();

    /// Where it was accepted: role, limits and certificate profile.
    Listener listener();

    /// The peer, behind a PROXY protocol header the one named there.
    InetSocketAddress remote();

    /// Our side, behind a PROXY protocol header the one named there.
    InetSocketAddress local();

    /// The blocking face over the non-blocking channel, for code that wants a [Socket]. A read that times out throws
    /// [java.net.SocketTimeoutException] and may be repeated. `close` closes the connection.
    Socket socket();

    /// Waits for the next command. Holds no buffer meanwhile.
    ///
    /// @param deadline how long, at most; [Duration#ZERO] asks without waiting
    Input awaitInput(Duration deadline) throws IOException;

    /// Ends an `awaitInput` of this connection from another thread (IDLE wants to speak): it answers `READY` early; the
    /// read that follows may find nothing, so ask [#awaitInput] with zero first. Never blocks.
    void wake();

    /// Octets that arrived and were not yet read (above TLS), so that nothing is waited for that is there already.
    int available() throws IOException;

    /// Upgrades to TLS as the server; call it after the go-ahead (220, OK) was flushed. The certificate is chosen by
    /// SNI. All state of the plain conversation must be forgotten by the caller.
    ///
    /// @throws IOException the handshake failed or octets were waiting behind the STARTTLS command (injection,
    ///     RFC 3207 section 5): the connection is closed and must not be used again
    void startTls() throws IOException;

    /// Starts DEFLATE both ways (RFC 4978); call it after the OK was flushed.
    void startCompression() throws IOException;

    /// Present once the connection is encrypted.
    Optional<TlsSession> tls();

    /// Moves the connection from its address's budget to the account's (limits before and after log-in differ).
    ///
    /// @return false when the account or address has too many; the caller says so (421, BYE) and closes
    boolean authenticated(String account);

    /// Hands the conversation over: once the handler has returned, it goes on in [ConnectionHandler#resume] of the
    /// live handler, on this same connection with its TLS and compression. To be called between two commands,
    /// when all that was read was also answered; nothing may be read or written afterwards. When no live handler
    /// comes, or it does not resume that state, `ports` says the goodbye of the protocol.
    ///
    /// @param state octets that [ConnectionHandler#resumes] of another version can read; copied
    void handOver(ByteBuffer state);

    /// Closes the channel; idempotent, never throws.
    @Override
    void close();
}
