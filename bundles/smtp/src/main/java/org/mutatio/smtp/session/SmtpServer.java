package org.mutatio.smtp.session;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.net.Connection;
import org.mutatio.net.TlsSession;
import org.mutatio.smtp.protocol.CommandParser;
import org.mutatio.smtp.protocol.Conversation;
import org.mutatio.smtp.protocol.Link;
import org.mutatio.smtp.protocol.Role;
import org.mutatio.smtp.protocol.Terms;

/// Holds all sessions of this bundle: gives each its conversation, counts them, and lets them end when the bundle is
/// replaced.
///
/// Threads: [#handle] on each session's own, [#drain] on one of the deployer's.
public final class SmtpServer {

    private record ConnectionLink(Connection connection) implements Link {
        @Override
        public String id() {
            return connection.id();
        }

        @Override
        public InetSocketAddress remote() {
            return connection.remote();
        }

        @Override
        public boolean startTls() {
            return connection.listener().startTls();
        }

        @Override
        public boolean plaintextAuth() {
            return connection.listener().plaintextAuth();
        }

        @Override
        public Optional<TlsSession> tls() {
            return connection.tls();
        }
    }

    private final ServerSettings settings;
    private final Supplier<Pipeline> pipeline;
    private final Supplier<Optional<Sasl>> sasl;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final CommandParser parser;
    private final Frame frame;
    private final Buffers buffers = new Buffers();
    private final SmtpMeters meters;
    private final Set<SmtpSession> sessions = ConcurrentHashMap.newKeySet(); // bounded by the limits of `ports`
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    /// @param pipeline waits for the live one and throws AbsentServiceException when none comes
    /// @param sasl the live one, if there is one
    /// @param nanos for deadlines: System::nanoTime
    public SmtpServer(
            ServerSettings settings,
            Supplier<Pipeline> pipeline,
            Supplier<Optional<Sasl>> sasl,
            Meters meters,
            InstantSource clock,
            LongSupplier nanos) {
        this.settings = settings;
        this.pipeline = pipeline;
        this.sasl = sasl;
        this.clock = clock;
        this.nanos = nanos;
        this.parser = new CommandParser(settings.tolerated());
        this.frame = new Frame(settings.hostName());
        this.meters = new SmtpMeters(meters, sessions::size);
    }

    /// One whole session.
    ///
    /// @throws IOException the peer went away before it began
    public void handle(Connection connection) throws IOException {
        Role role = Role.of(connection.listener().role());
        Terms terms = settings.terms(role, connection.listener().settings());
        meters.session(role.word());
        var conversation = new Conversation(role, terms, new ConnectionLink(connection), pipeline, sasl, clock);
        var session = new SmtpSession(
                connection, conversation, parser, settings.pace(), settings.bareLineEnds(), meters, buffers, nanos);
        sessions.add(session);
        try {
            session.run(frame);
        } finally {
            sessions.remove(session);
            lock.lock();
            try {
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    public int sessions() {
        return sessions.size();
    }

    /// Waits for the sessions to end, which `ports` has told to (HAND_OVER): those between transactions at once, the
    /// others with their transaction.
    ///
    /// @return how many are left at the deadline
    public int drain(Instant deadline) {
        sessions.forEach(SmtpSession::wake);
        boolean interrupted = false;
        lock.lock();
        try {
            long left = Duration.between(clock.instant(), deadline).toNanos();
            while (!sessions.isEmpty() && left > 0 && !interrupted) {
                try {
                    left = ended.awaitNanos(left);
                } catch (InterruptedException _) {
                    interrupted = true; // nobody of ours does that: end the wait
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return sessions.size();
    }
}
