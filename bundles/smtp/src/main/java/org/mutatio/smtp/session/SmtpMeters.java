package org.mutatio.smtp.session;

import java.util.function.IntSupplier;
import org.mutatio.api.metrics.Meters;
import org.mutatio.sdk.reply.Reply;

/// What we count; names of experience.md section 8.
public final class SmtpMeters {
    private final Meters meters;

    /// @param active sessions now
    public SmtpMeters(Meters meters, IntSupplier active) {
        this.meters = meters;
        meters.gauge("mutatio_smtp_sessions_active", active::getAsInt);
    }

    void session(String role) {
        meters.counter("mutatio_smtp_sessions_total", "role", role).add();
    }

    void received(String role, String result, long octets) {
        meters.counter("mutatio_messages_received_total", "role", role, "result", result)
                .add();
        meters.counter("mutatio_messages_received_bytes_total", "role", role).add(octets);
    }

    /// @param stage `connect`, `helo`, `mail`, `rcpt`, `data`, `message`, `auth`, `tls`, `command`
    void refused(String stage, Reply reply) {
        meters.counter(
                        "mutatio_rejects_total",
                        "stage",
                        stage,
                        "reason",
                        reply.status().toString())
                .add();
    }
}
