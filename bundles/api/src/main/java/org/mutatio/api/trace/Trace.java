package org.mutatio.api.trace;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.mutatio.sdk.mail.MailId;

/// The whole story of one transaction, log-in or append.
///
/// @param id of the mail or, for a failed log-in or a refused command, of the event
/// @param began when it began
/// @param session the connection's id
/// @param role `mx`, `submission`, `lmtp`, `imap`
/// @param client the peer's address as text
/// @param sender MAIL FROM without brackets; empty for `<>`
/// @param recipients RCPT TO, accepted and refused
/// @param messageId the Message-ID field, when there is one
/// @param policySet version of the policy set that ruled it; 0 when none did
/// @param outcome `kept`, `queued`, `quarantined`, `rejected`, `deferred`, `discarded`, `login-failed`, `aborted`
/// @param steps in order; at most 500
public record Trace(
        MailId id,
        Instant began,
        String session,
        String role,
        String client,
        String sender,
        List<String> recipients,
        Optional<String> messageId,
        long policySet,
        String outcome,
        List<TraceStep> steps) {

    /// Most steps of one trace; a 1,000-recipient message keeps the first ones and says how many were left out.
    public static final int MOST_STEPS = 500;

    public Trace {
        recipients = List.copyOf(recipients);
        steps = List.copyOf(steps.size() <= MOST_STEPS ? steps : steps.subList(0, MOST_STEPS));
    }
}
