package org.mutatio.ports.reception;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.metrics.Meters;
import org.mutatio.net.Connection;
import org.mutatio.net.ConnectionHandler;
import org.mutatio.ports.limit.Budget;
import org.mutatio.ports.proxy.ProxyHeader;
import org.mutatio.ports.wire.Attachment;
import org.mutatio.ports.wire.ChannelConnection;
import org.mutatio.ports.wire.Pollers;
import org.mutatio.vault.SocketVault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of an accepted channel: limits (on the acceptor's thread), then on a virtual thread of its
/// own PROXY header, implicit TLS, the wait for a live handler, the conversation, the goodbye.
///
/// A session outlives this bundle's stop: threads, pollers and classes stay until the last one ended.
public final class Reception {
    private static final Logger log = LoggerFactory.getLogger(Reception.class);
    private static final String PREFIX = "connection/";

    /// Lines a second about refused connections; a flood is counted, not written down.
    private static final int REFUSALS_LOGGED = 10;

    private final Handlers handlers;
    private final Budget budget;
    private final EngineSource engines;
    private final Pollers pollers;
    private final SocketVault vault;
    private final Meters meters;
    private volatile Timeouts timeouts;
    private final Ids ids;
    private final Map<String, Open> open = new ConcurrentHashMap<>();
    private final Map<String, ListenerMeters> counts = new ConcurrentHashMap<>();
    private volatile boolean draining;
    private long refusalSecond; // both of the acceptor's thread
    private int refusalsLogged;

    public Reception(
            Handlers handlers,
            Budget budget,
            EngineSource engines,
            Pollers pollers,
            SocketVault vault,
            Meters meters,
            Timeouts timeouts,
            RandomGenerator random) {
        this.handlers = handlers;
        this.budget = budget;
        this.engines = engines;
        this.pollers = pollers;
        this.vault = vault;
        this.meters = meters;
        this.timeouts = timeouts;
        this.ids = new Ids(random);
    }

    void timeouts(Timeouts next) {
        timeouts = next;
    }

    /// One connection and what goes with it.
    private final class Session implements Attachment {
        final String id = ids.next();
        final ListenerSettings listener;
        final ListenerMeters counted;
        final SocketChannel channel;
        final boolean proxied; // begins with a PROXY header, and holds a proxy's place until then
        private volatile Budget.@Nullable Place place;
        private volatile @Nullable ConnectionHandler handler;

        Session(
                ListenerSettings listener,
                ListenerMeters counted,
                SocketChannel channel,
                boolean proxied,
                Budget.Place place) {
            this.listener = listener;
            this.counted = counted;
            this.channel = channel;
            this.proxied = proxied;
            this.place = place;
        }

        @Override
        public SSLEngine engine(@Nullable String serverName) {
            return engines.engine(listener.profile(), serverName);
        }

        @Override
        public Duration handshakeDeadline() {
            return timeouts.handshake();
        }

        @Override
        public void handshaken(ChannelConnection connection, long nanos, String failure) {
            if (failure.isEmpty()) {
                counted.handshake.observe(nanos);
                connection.tls().ifPresent(counted::tls);
            } else {
                counted.tlsFailures.add();
            }
        }

        @Override
        public boolean authenticated(ChannelConnection connection, String account) {
            var mine = place;
            return mine != null && mine.authenticated(account);
        }

        @Override
        public void closed(ChannelConnection connection) {
            vault.forget(PREFIX + id, channel);
        }
    }

    private record Open(Session session, ChannelConnection connection) {}

    /// Takes an accepted channel; on the acceptor's thread, so nothing here waits.
    public void receive(ListenerSettings listener, SocketChannel channel) {
        var counted = counts.computeIfAbsent(listener.name(), name -> new ListenerMeters(meters, name));
        Budget.Place place = null;
        var taken = false;
        try {
            var remote = ((InetSocketAddress) channel.getRemoteAddress()).getAddress();
            // Behind a proxy the client is known only when its header was read; see [#introduce].
            var proxied = listener.proxies().contains(remote);
            var admission = proxied
                    ? budget.admitProxy(!listener.forStrangers())
                    : budget.admit(remote, !listener.forStrangers());
            place = admission.place();
            if (place == null) {
                refuse(listener, counted, channel, remote, admission.verdict());
                return;
            }
            var session = new Session(listener, counted, channel, proxied, place);
            var connection = new ChannelConnection(session.id, listener, channel, pollers, session);
            begin(session, connection);
            taken = true;
        } catch (IOException | RuntimeException e) {
            // Most often the peer has gone again already.
            log.debug("event=accept-lost listener={} reason=\"{}\"", listener.name(), e.getMessage());
        } finally {
            if (!taken) { // refused, gone, or no memory for a thread
                if (place != null) {
                    place.giveBack();
                }
                shut(channel);
            }
        }
    }

    private void begin(Session session, ChannelConnection connection) {
        var started = false;
        vault.keep(PREFIX + session.id, session.channel);
        open.put(session.id, new Open(session, connection));
        try {
            Thread.ofVirtual().name("session-" + session.id).start(() -> serve(session, connection));
            started = true;
        } finally {
            if (!started) {
                open.remove(session.id);
                vault.forget(PREFIX + session.id, session.channel);
            }
        }
    }

    private void refuse(
            ListenerSettings listener,
            ListenerMeters counted,
            SocketChannel channel,
            InetAddress remote,
            Budget.Verdict verdict) {
        counted.refused(verdict);
        var second = System.nanoTime() / 1_000_000_000;
        if (second != refusalSecond) {
            refusalSecond = second;
            refusalsLogged = 0;
        }
        if (refusalsLogged++ < REFUSALS_LOGGED) {
            log.info(
                    "event=connection-refused listener={} remote={} reason={}",
                    listener.name(),
                    remote.getHostAddress(),
                    verdict);
        }
        try {
            if (!listener.implicitTls()) {
                channel.configureBlocking(false); // the empty send buffer takes one line
                channel.write(farewell(verdict).in(listener));
                channel.shutdownOutput();
            }
        } catch (IOException _) {
            // gone
        }
    }

    private static Farewell farewell(Budget.Verdict verdict) {
        return verdict == Budget.Verdict.TOO_MANY_IN_ALL ? Farewell.TOO_MANY_IN_ALL : Farewell.TOO_MANY;
    }

    private static void shut(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // closed is closed
        }
    }

    private void serve(Session session, ChannelConnection connection) {
        session.counted.accepted.add();
        session.counted.active.incrementAndGet();
        try {
            connection.begin();
            if (introduce(session, connection)) {
                if (session.listener.implicitTls()) {
                    connection.startImplicitTls();
                }
                lead(session, connection);
            }
        } catch (IOException e) {
            log.info(
                    "event=connection-lost id={} listener={} remote={} reason=\"{}\"",
                    session.id,
                    session.listener.name(),
                    connection.remote().getAddress().getHostAddress(),
                    printable(e.getMessage()));
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            // A LinkageError is what a bundle's class throws that is loaded first after the bundle went.
            log.error("event=session-failed id={} listener={}", session.id, session.listener.name(), e);
        } finally {
            try {
                connection.finish();
            } catch (RuntimeException | LinkageError e) {
                log.error("event=goodbye-failed id={} listener={}", session.id, session.listener.name(), e);
            } finally {
                open.remove(session.id);
                session.counted.active.decrementAndGet();
                var place = session.place;
                if (place != null) {
                    place.giveBack();
                }
            }
        }
    }

    /// Reads the PROXY header where one must come, and admits the client that it names.
    ///
    /// @return false: refused
    private boolean introduce(Session session, ChannelConnection connection) throws IOException {
        if (!session.proxied) {
            return true;
        }
        try {
            var deadline = System.nanoTime() + timeouts.proxy().toNanos();
            connection.awaitInput(timeouts.proxy()); // takes the header in one go
            ProxyHeader.read(new Hurried(connection, deadline))
                    .proxied()
                    .ifPresent(proxied -> connection.proxied(proxied.client(), proxied.server()));
        } catch (IOException e) {
            session.counted.badProxyHeader.add();
            throw e;
        }
        connection.socket().setSoTimeout(5_000);
        var held = session.place;
        if (held != null) {
            held.giveBack();
        }
        var admission = budget.admit(connection.remote().getAddress(), !session.listener.forStrangers());
        session.place = admission.place();
        if (admission.place() != null) {
            return true;
        }
        session.counted.refused(admission.verdict());
        log.info(
                "event=connection-refused id={} listener={} remote={} reason={}",
                session.id,
                session.listener.name(),
                connection.remote().getAddress().getHostAddress(),
                admission.verdict());
        if (!session.listener.implicitTls()) {
            say(farewell(admission.verdict()), session, connection);
        }
        return false;
    }

    /// An input with one deadline for all of its reads.
    private static final class Hurried extends InputStream {
        private final Connection connection;
        private final InputStream in;
        private final long deadline;

        Hurried(Connection connection, long deadline) throws IOException {
            this.connection = connection;
            this.in = connection.socket().getInputStream();
            this.deadline = deadline;
        }

        private void hurry() throws IOException {
            var left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new SocketTimeoutException("no whole PROXY header in time");
            }
            connection.socket().setSoTimeout((int) left);
        }

        @Override
        public int read() throws IOException {
            hurry();
            return in.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            hurry();
            return in.read(into, offset, length);
        }
    }

    /// Leads the connection to the live handler; when that one hands the conversation over, to the next.
    private void lead(Session session, ChannelConnection connection) throws IOException {
        ByteBuffer state = null;
        do {
            if (state != null && draining) { // nobody will be here to go on with it
                say(Farewell.NO_HANDLER, session, connection);
                return;
            }
            var handler = handlers.lend(session.listener.protocol(), timeouts.handler());
            if (handler.isEmpty()) {
                session.counted.noHandler.add();
                log.warn(
                        "event=no-handler id={} listener={} protocol={}",
                        session.id,
                        session.listener.name(),
                        session.listener.protocol());
                say(Farewell.NO_HANDLER, session, connection);
                return;
            }
            if (state != null && !handler.get().resumes(state.duplicate())) {
                log.info(
                        "event=not-handed-over id={} listener={} reason=\"the live version does not know that state\"",
                        session.id,
                        session.listener.name());
                say(Farewell.NO_HANDLER, session, connection);
                return;
            }
            state = lead(session, connection, handler.get(), state);
        } while (state != null);
    }

    /// @param state null: a new conversation
    /// @return what is handed over; null: the conversation is over
    private @Nullable ByteBuffer lead(
            Session session, ChannelConnection connection, ConnectionHandler handler, @Nullable ByteBuffer state)
            throws IOException {
        connection.beginAgain();
        session.handler = handler;
        // Written before read, as [#handOverRetired] marks before it looks: one of both notices.
        if (draining || !handlers.live(handler)) {
            connection.askToHandOver();
        }
        try {
            if (state == null) {
                handler.handle(connection);
            } else {
                handler.resume(connection, state);
            }
            return connection.takeHanded();
        } finally {
            session.handler = null; // while it waits for the next one, nothing of the one before is held
        }
    }

    private static void say(Farewell farewell, Session session, ChannelConnection connection) throws IOException {
        var line = farewell.in(session.listener);
        var octets = new byte[line.remaining()];
        line.get(octets);
        connection.socket().getOutputStream().write(octets);
        connection.socket().getOutputStream().flush();
    }

    /// Asks the sessions of handlers that are not live any more to end.
    public void handOverRetired() {
        for (var one : open.values()) {
            var handler = one.session().handler;
            if (handler != null && !handlers.live(handler)) {
                one.connection().askToHandOver();
            }
        }
    }

    /// Asks all sessions to end; new ones end at once.
    public void handOverAll() {
        draining = true;
        open.values().forEach(one -> one.connection().askToHandOver());
    }

    /// Closes connections whose peer has read nothing for too long; now and then.
    public void cutStuck() {
        var now = System.nanoTime();
        for (var one : open.values()) {
            if (one.connection().writeStuck(now, timeouts.write())) {
                log.info(
                        "event=connection-stuck id={} listener={}",
                        one.session().id,
                        one.session().listener.name());
                one.connection().close();
            }
        }
    }

    /// Closes all at once: the end of the server, after the drain.
    public void closeAll() {
        open.values().forEach(one -> one.connection().close());
    }

    /// Sessions now.
    public int open() {
        return open.size();
    }

    private static String printable(@Nullable String text) {
        return text == null
                ? ""
                : text.codePoints()
                        .limit(200)
                        .map(c -> c < ' ' || c == '"' || c == 127 ? '?' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }
}
