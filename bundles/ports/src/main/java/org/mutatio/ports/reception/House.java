package org.mutatio.ports.reception;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.mutatio.api.metrics.Meters;
import org.mutatio.ports.limit.Budget;
import org.mutatio.ports.limit.Limits;
import org.mutatio.ports.tls.CertificateFolder;
import org.mutatio.ports.tls.ServerTls;
import org.mutatio.ports.tls.TlsReport;
import org.mutatio.ports.wire.Pollers;
import org.mutatio.vault.SocketVault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything of this bundle put together, without OSGi: what [org.mutatio.ports.PortsComponent] opens
/// the door of.
///
/// Threads: one acceptor, one or two pollers, one housekeeper (certificates, stuck writers, retries; a
/// second's turn), and a virtual one a session.
public final class House implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(House.class);
    private static final long TURN_NANOS = 1_000_000_000;
    private static final int TURNS_AN_HOUR = 60 * 60;

    /// How long a server that goes down lets its sessions say goodbye; a drain came before.
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final SocketVault vault;
    private final InstantSource clock;
    private final Meters meters = new Meters();
    private final Pollers pollers;
    private final Acceptor acceptor;
    private final Budget budget;
    private final CertificateFolder certificates;
    private final Reception reception;
    private final Listeners listeners;
    private final Map<String, String> failing = new HashMap<>(); // the housekeeper's alone
    private final Thread housekeeper;
    private volatile boolean ending;

    /// @param home with `config/tls` and `data/tls`
    /// @param hostName in the self-signed certificate
    /// @throws IOException no certificate can be read or made
    public House(
            Path home,
            String hostName,
            Limits limits,
            Timeouts timeouts,
            Handlers handlers,
            SocketVault vault,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        this.vault = vault;
        this.clock = clock;
        this.certificates =
                new CertificateFolder(home.resolve("config/tls"), home.resolve("data/tls"), hostName, clock, random);
        certificates.load();
        var tls = new ServerTls(certificates);
        this.budget = new Budget(within(limits), clock);
        // Threads last: whoever throws above leaves none behind.
        this.acceptor = new Acceptor();
        this.pollers = new Pollers(Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4));
        this.reception = new Reception(handlers, budget, tls::engine, pollers, vault, meters, timeouts, random);
        this.listeners = new Listeners(acceptor, vault, reception::receive);
        this.housekeeper =
                Thread.ofPlatform().name("ports-housekeeper").daemon().start(this::keepHouse);
    }

    /// Files and the store need descriptors too, and everybody needs the heap: who opens connections must not be able
    /// to end the process.
    private static Limits within(Limits limits) {
        var descriptors = Descriptors.limit();
        var heap = Runtime.getRuntime().maxMemory();
        return limits.within(
                        descriptors - descriptors / 10, "only " + descriptors + " open files are allowed (ulimit -n)")
                .within(Limits.thatFit(heap), "the heap has " + (heap >> 20) + " MiB (-Xmx in MUTATIO_JAVA_OPTS)");
    }

    public Listeners listeners() {
        return listeners;
    }

    public Meters meters() {
        return meters;
    }

    public List<CertificateFolder.Expiry> certificates() {
        return certificates.expiries();
    }

    /// All certificates with what is to be said of them.
    ///
    /// @param domains ours
    public TlsReport tlsReport(List<String> domains) throws IOException {
        return TlsReport.of(certificates, domains);
    }

    /// Sessions now.
    public int sessions() {
        return reception.open();
    }

    /// New numbers; nobody who is here is thrown out.
    public void limits(Limits next) {
        budget.limits(within(next));
    }

    public void timeouts(Timeouts next) {
        reception.timeouts(next);
    }

    public void hostName(String next) throws IOException {
        certificates.hostName(next);
    }

    /// A handler has gone or is not live any more.
    public void handlersChanged() {
        reception.handOverRetired();
    }

    private void keepHouse() {
        for (var turn = 1; !ending || reception.open() > 0; turn++) {
            LockSupport.parkNanos(TURN_NANOS);
            does("cut-stuck", reception::cutStuck);
            if (!ending) {
                keepHouse(turn);
            }
        }
        pollers.close();
    }

    private void keepHouse(int turn) {
        does("hand-over", reception::handOverRetired);
        does("certificates", certificates::lookAtLeisure);
        if (turn % 5 == 0) {
            does("retry", listeners::retry);
        }
        if (turn % 30 == 0) {
            does("tidy", budget::tidy);
        }
        if (turn == 60) {
            does("orphans", listeners::closeOrphans);
        }
        if (turn % TURNS_AN_HOUR == 0) {
            does("remind", certificates::remind);
        }
    }

    private interface Chore {
        void run() throws IOException;
    }

    /// One chore that fails costs no other its turn, and one line a fault, not one a second.
    private void does(String name, Chore chore) {
        try {
            chore.run();
            if (failing.remove(name) != null) {
                log.info("event=housekeeping-works-again chore={}", name);
            }
        } catch (IOException | RuntimeException e) {
            if (!e.toString().equals(failing.put(name, e.toString()))) {
                log.error("event=housekeeping-failed chore={}", name, e);
            }
        }
    }

    /// Accepts no more, asks every session to end, waits for it.
    ///
    /// @return sessions still there at the deadline
    public int drain(Instant deadline) {
        listeners.pause();
        reception.handOverAll();
        while (reception.open() > 0 && clock.instant().isBefore(deadline)) {
            LockSupport.parkNanos(20_000_000);
        }
        return reception.open();
    }

    /// This bundle stops. Being replaced: sockets stay in the vault, sessions are asked to end and may
    /// take their time. Server going down: they have two seconds more.
    @Override
    public void close() {
        listeners.pause();
        acceptor.close();
        reception.handOverAll();
        if (vault.closing()) {
            var end = System.nanoTime() + GOODBYE.toNanos();
            while (reception.open() > 0 && System.nanoTime() < end) {
                LockSupport.parkNanos(10_000_000);
            }
            reception.closeAll();
        }
        ending = true;
        LockSupport.unpark(housekeeper);
    }
}
