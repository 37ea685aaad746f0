package org.mutatio.api.pipeline;

import java.util.Optional;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;
import org.osgi.annotation.versioning.ProviderType;

/// One connection, as the pipeline sees it; used by the session's thread. Replies are final ones for the client; empty
/// means: go on.
@ProviderType
public interface Session extends AutoCloseable {

    /// CONNECT filters. A refusal (554, 421) replaces the greeting.
    Optional<Reply> connect();

    /// HELO filters.
    Optional<Reply> helo();

    /// A step of the protocol for the traces of this session's transactions (TLS, AUTH).
    void note(TraceStep step);

    /// Pins the policy set and opens a transaction; MAIL itself is asked with [Transaction#mail].
    Transaction begin(ReversePath sender, MailParameters parameters);

    /// Something was refused outside of a transaction (a log-in, a command before MAIL): kept as a trace.
    ///
    /// @param outcome `login-failed`, `rejected`, `aborted`
    /// @return the id under which `explain` finds it
    MailId refused(String outcome, String subject, Reply reply, String reason);

    /// The client read the answer to that mail (another octet came, or an orderly close).
    void answerRead(MailId id);

    @Override
    void close();
}
