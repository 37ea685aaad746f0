package org.mutatio.ports.reception;

import java.time.Duration;

/// How long `ports` itself waits.
///
/// @param handler for a live handler, before 421 or BYE
/// @param proxy for a whole PROXY header
/// @param handshake for a whole TLS handshake
/// @param write for a peer that reads nothing
public record Timeouts(Duration handler, Duration proxy, Duration handshake, Duration write) {
    public static final Timeouts DEFAULT =
            new Timeouts(Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(5));
}
