package org.mutatio.imap.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.trace.Traces;
import org.mutatio.current.Current;
import org.mutatio.current.store.SteadyStore;
import org.mutatio.net.Connection;
import org.mutatio.net.ConnectionHandler;

/// All sessions of this version of the bundle, and what they share.
public final class ImapServer implements ConnectionHandler, Drainable {

    /// What other bundles give.
    public record Services(
            Current<MailStore> store,
            Current<Sasl> sasl,
            Current<Policies> policies,
            Current<Traces> traces,
            Current<Appends> appends) {

        /// The store, which waits while it is replaced.
        public MailStore mail() {
            return new SteadyStore(store);
        }

        public void follow(Live table) {
            store.follow(table);
            sasl.follow(table);
            policies.follow(table);
            traces.follow(table);
            appends.follow(table);
        }

        public void unfollow(Live table) {
            store.unfollow(table);
            sasl.unfollow(table);
            policies.unfollow(table);
            traces.unfollow(table);
            appends.unfollow(table);
        }

        /// None of them there yet.
        public static Services empty() {
            return new Services(
                    new Current<>(MailStore.class),
                    new Current<>(Sasl.class),
                    new Current<>(Policies.class),
                    new Current<>(Traces.class),
                    new Current<>(Appends.class));
        }
    }

    private final Services services;
    private final ImapSettings settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Meters meters;
    private final String version;
    private final Set<ImapSession> sessions = ConcurrentHashMap.newKeySet();
    private final java.util.concurrent.locks.ReentrantLock lock = new java.util.concurrent.locks.ReentrantLock();
    private final java.util.concurrent.locks.Condition ended = lock.newCondition();

    /// @param version of this bundle, for traces
    public ImapServer(
            Services services,
            ImapSettings settings,
            InstantSource clock,
            RandomGenerator random,
            Meters meters,
            String version) {
        this.services = services;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.meters = meters;
        this.version = version;
        meters.gauge("mutatio_imap_sessions_active", sessions::size);
        services.store().onChange(() -> sessions.forEach(ImapSession::wake)); // IDLE goes on over the next store
    }

    Services services() {
        return services;
    }

    ImapSettings settings() {
        return settings;
    }

    InstantSource clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    Meters meters() {
        return meters;
    }

    String version() {
        return version;
    }

    @Override
    public void handle(Connection connection) throws IOException {
        serve(connection, ImapSession::run);
    }

    @Override
    public boolean resumes(ByteBuffer state) {
        return Handed.read(state).isPresent();
    }

    @Override
    public void resume(Connection connection, ByteBuffer state) throws IOException {
        Handed handed =
                Handed.read(state).orElseThrow(() -> new IOException("a conversation of a version we do not know"));
        serve(connection, session -> session.resume(handed));
    }

    @FunctionalInterface
    private interface Talk {
        void hold(ImapSession session) throws IOException;
    }

    private void serve(Connection connection, Talk talk) throws IOException {
        ImapSession session = new ImapSession(this, connection);
        sessions.add(session);
        try {
            talk.hold(session);
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

    /// Sessions are handed over between two commands (`ports` tells them HAND_OVER); this waits for them.
    @Override
    public int drain(Instant deadline) {
        lock.lock();
        try {
            long left = java.time.Duration.between(clock.instant(), deadline).toNanos();
            while (!sessions.isEmpty() && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody of ours does that; the count tells what is left
        } finally {
            lock.unlock();
        }
        return sessions.size();
    }

    /// Sessions that are open now.
    public int sessions() {
        return sessions.size();
    }
}
