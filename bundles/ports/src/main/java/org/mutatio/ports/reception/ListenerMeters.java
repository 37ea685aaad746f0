package org.mutatio.ports.reception;

import java.util.concurrent.atomic.AtomicInteger;
import org.mutatio.api.metrics.Meters;
import org.mutatio.net.TlsSession;
import org.mutatio.ports.limit.Budget;

/// What is counted of one listener. Its name is the only label a client cannot choose; protocol and cipher are
/// ours.
final class ListenerMeters {
    final Meters.Counter accepted;
    final Meters.Counter tlsFailures;
    final Meters.Counter noHandler;
    final Meters.Counter badProxyHeader;
    final Meters.Histogram handshake;
    final AtomicInteger active = new AtomicInteger();
    private final Meters meters;
    private final String name;

    ListenerMeters(Meters meters, String name) {
        this.meters = meters;
        this.name = name;
        this.accepted = meters.counter("mutatio_connections_total", "listener", name);
        this.tlsFailures = meters.counter("mutatio_tls_failures_total", "listener", name);
        this.noHandler = meters.counter("mutatio_connections_refused_total", "listener", name, "reason", "no_handler");
        this.badProxyHeader = meters.counter("mutatio_connections_refused_total", "listener", name, "reason", "proxy");
        this.handshake = meters.histogram("mutatio_tls_handshake_seconds", "listener", name);
        meters.gauge("mutatio_connections_active", active::get, "listener", name);
    }

    void refused(Budget.Verdict verdict) {
        var reason = switch (verdict) {
            case ADMITTED -> throw new IllegalArgumentException("was admitted");
            case TOO_MANY_IN_ALL -> "total";
            case TOO_MANY_OF_ADDRESS -> "address";
            case TOO_FAST -> "rate";
        };
        meters.counter("mutatio_connections_refused_total", "listener", name, "reason", reason)
                .add();
    }

    void tls(TlsSession session) {
        meters.counter(
                        "mutatio_tls_handshakes_total",
                        "listener",
                        name,
                        "protocol",
                        session.protocol(),
                        "cipher",
                        session.cipher())
                .add();
    }
}
