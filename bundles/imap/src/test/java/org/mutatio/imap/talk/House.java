package org.mutatio.imap.talk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.store.MailStore;
import org.mutatio.fuzz.Cost;
import org.mutatio.imap.fake.FakeSasl;
import org.mutatio.imap.fake.FakeStore;
import org.mutatio.imap.session.ImapServer;
import org.mutatio.imap.session.ImapSettings;
import org.mutatio.sdk.settings.DataSize;

/// A server over a fake store, with the accounts `ann@example.com` (1) and `bo@example.com` (2, quota 10 kB).
public final class House implements AutoCloseable {
    public static final MemoryConnection.Plain PLAIN = new MemoryConnection.Plain(true, true);
    public static final MemoryConnection.Plain STRICT = new MemoryConnection.Plain(true, false);

    private final MailStore store;
    private final ImapServer.Services services = ImapServer.Services.empty();
    private final Meters meters = new Meters();
    private final ImapSettings settings;
    private final ImapServer server;
    private volatile @Nullable MailStore next;
    private volatile Runnable beforeResume = () -> {};
    private final List<Client> clients = new ArrayList<>();
    private Cost spent = new Cost(0, 0);
    /// What handlers threw that was no [IOException].
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();

    public House() {
        this(ImapSettings.DEFAULTS);
    }

    public House(ImapSettings settings) {
        this(settings, new FakeStore().account(1).account(2), 1, 2);
    }

    /// Over another store, where Ann and Bo have accounts.
    public House(ImapSettings settings, MailStore store, long ann, long bo) {
        this.store = store;
        services.store().arrive(store, "org.mutatio.store", 1);
        Sasl sasl = new FakeSasl()
                .account(ann, "ann@example.com", Optional.empty())
                .account(bo, "bo@example.com", Optional.of(DataSize.of(10_000)));
        services.sasl().arrive(sasl, "org.mutatio.accounts", 2);
        this.settings = settings;
        this.server = newServer();
    }

    private ImapServer newServer() {
        return new ImapServer(services, settings, InstantSource.system(), new Random(1), meters, "0.1.0");
    }

    /// What happens while a conversation is between two versions.
    public void beforeResume(Runnable happens) {
        beforeResume = happens;
    }

    public static ImapSettings settings(Duration beforeLogin, Duration searchTime) {
        return new ImapSettings(DataSize.of(1_000_000), beforeLogin, Duration.ofMinutes(30), searchTime, false);
    }

    /// Filters for APPEND.
    public House appends(Appends appends) {
        services.appends().arrive(appends, "org.mutatio.pipeline", 3);
        return this;
    }

    /// The store's bundle is stopped: its service has left, what was open there hears no more.
    public void storeStops() {
        services.store().leave(known());
        fake().dropOpeners();
    }

    /// The next version of the store has opened the same mail.
    public void storeComes() {
        next = new NextStore(store);
        services.store().arrive(next, "org.mutatio.store", 11);
    }

    private MailStore known() {
        MailStore later = next;
        return later == null ? store : later;
    }

    public FakeStore fake() {
        return (FakeStore) store;
    }

    public ImapServer server() {
        return server;
    }

    public Meters meters() {
        return meters;
    }

    /// A connection that was accepted just now.
    public Client connect(MemoryConnection.Plain listener) {
        MemoryConnection connection = new MemoryConnection(listener);
        Thread.ofVirtual().start(() -> {
            try {
                server.handle(connection);
                for (ByteBuffer state = connection.takeHanded(); state != null; state = connection.takeHanded()) {
                    ImapServer next = newServer();
                    if (!next.resumes(state)) {
                        throw new IllegalStateException("a state that nobody reads");
                    }
                    beforeResume.run();
                    next.resume(connection, state);
                }
            } catch (IOException _) { // the peer has gone: what ports would log
            } catch (RuntimeException | Error e) {
                faults.add(e);
            } finally {
                connection.serverIsDone();
            }
        });
        Client client = new Client(connection);
        clients.add(client);
        return client;
    }

    public Client connect() {
        return connect(PLAIN);
    }

    /// A whole conversation on this thread, so that its cost can be measured: all octets (as chars) lie there at once,
    /// and behind them the client has closed its side. At most some MB either way.
    public String hear(MemoryConnection.Plain listener, String octets) {
        MemoryConnection connection = new MemoryConnection(listener, 3 * 1024 * 1024);
        try {
            connection.clientSays(octets.getBytes(StandardCharsets.ISO_8859_1));
            connection.clientCloses();
            Cost before = Cost.of(Thread.currentThread());
            server.handle(connection);
            spent = Cost.of(Thread.currentThread()).since(before);
            connection.serverIsDone();
            return connection.clientHeard();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What the last [#hear] cost.
    public Cost spent() {
        return spent;
    }

    /// Greeted and logged in as Ann.
    public Client loggedIn() {
        Client client = connect();
        client.line();
        client.ok("LOGIN ann@example.com secret");
        return client;
    }

    /// What went wrong behind the protocol.
    public List<Throwable> faults() {
        return faults;
    }

    @Override
    public void close() {
        clients.forEach(Client::hangUp);
        if (!faults.isEmpty()) {
            throw new AssertionError("a session threw", faults.getFirst());
        }
    }
}
