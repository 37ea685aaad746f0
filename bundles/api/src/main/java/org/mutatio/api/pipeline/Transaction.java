package org.mutatio.api.pipeline;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Spool;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.reply.Reply;
import org.osgi.annotation.versioning.ProviderType;

/// One message on its way in; used by the session's thread. Always closed: a transaction that ends without
/// [#message] (RSET, QUIT, lost connection) leaves a trace if anything was refused in it.
@ProviderType
public interface Transaction extends AutoCloseable {

    MailId id();

    /// MAIL: room in the store, whether the account may send so, MAIL filters.
    ///
    /// @return a refusal; empty: 250 2.1.0
    Optional<Reply> mail();

    /// RCPT: relay rule, routing, existence, quota, RCPT filters.
    ///
    /// @param parameters NOTIFY, ORCPT, RRVS, by name in capitals
    /// @return 250 2.1.5 or a refusal
    Reply recipient(MailAddress address, Map<String, String> parameters);

    /// `RCPT TO:<postmaster>` without a domain; RFC 5321 section 4.5.1.
    Reply postmaster(Map<String, String> parameters);

    /// How many recipients were accepted.
    int recipients();

    /// Largest message that the policies of the accepted recipients allow, in octets: the lowest of their limits.
    long sizeLimit();

    /// Makes the octets' home.
    Spool spool() throws org.mutatio.api.store.StoreUnavailableException;

    /// The message is there: MESSAGE, DELIVER and SEND stages, routing by size, commit, DONE. The spool stays the
    /// caller's to close.
    ///
    /// @param summary of the received octets (org.mutatio.mime), made while they streamed in
    Answer message(Spool content, ByteBuffer summary);

    /// A step for the trace (DATA began, octets read, ...).
    void note(org.mutatio.api.trace.TraceStep step);

    /// The protocol refuses the message itself (too large, bare LF): for trace and count.
    void refused(Reply reply, String reason);

    @Override
    void close();

    /// @param reply for SMTP: the one final reply, the mail id in its text
    /// @param each for LMTP and PRDR, one for each accepted recipient in their order
    /// @param kept present when something was committed
    record Answer(Reply reply, List<Reply> each, Optional<Change.Delivered> kept) {
        public Answer {
            each = List.copyOf(each);
        }
    }
}
