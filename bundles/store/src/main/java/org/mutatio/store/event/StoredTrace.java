package org.mutatio.store.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.sdk.mail.MailId;

/// A [Trace] in types that go into CBOR.
public record StoredTrace(
        String id,
        long began,
        String session,
        String role,
        String client,
        String sender,
        List<String> recipients,
        String messageId,
        long policySet,
        String outcome,
        List<TraceStep> steps) {

    public static StoredTrace of(Trace trace) {
        return new StoredTrace(
                trace.id().text(),
                trace.began().toEpochMilli(),
                trace.session(),
                trace.role(),
                trace.client(),
                trace.sender(),
                trace.recipients(),
                trace.messageId().orElse(""),
                trace.policySet(),
                trace.outcome(),
                trace.steps());
    }

    public Trace toTrace() {
        return new Trace(
                new MailId(id),
                Instant.ofEpochMilli(began),
                session,
                role,
                client,
                sender,
                recipients,
                messageId.isEmpty() ? Optional.empty() : Optional.of(messageId),
                policySet,
                outcome,
                steps);
    }
}
