package org.mutatio.api.pipeline;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.reply.Reply;
import org.osgi.annotation.versioning.ProviderType;

/// Filters for what a client puts into a mailbox itself (IMAP APPEND); given by `pipeline`.
@ProviderType
public interface Appends {

    /// MESSAGE filters, where the policy of the account's domain wants them asked (`append` in `pipeline.ways`), then
    /// one commit, then DONE filters. A filter's quarantine is the keyword `$Junk`, since the client said where the
    /// message is to lie; what it would discard is refused; what it would redirect stays.
    ///
    /// @param summary of the received octets (org.mutatio.mime), made while they streamed in
    /// @param content stays the caller's to close
    /// @throws RefusedChangeException the mailbox is gone, or the account is full
    /// @throws StoreUnavailableException nothing was kept; the client may try again
    Appended append(Append append, Spool content, ByteBuffer summary)
            throws RefusedChangeException, StoreUnavailableException;

    /// @param session the connection's id
    /// @param mailbox of the account
    /// @param flags as the client wants them; tags of filters come on top
    record Append(
            String session,
            InetSocketAddress client,
            Optional<String> tls,
            Account account,
            long mailbox,
            Flags flags,
            Instant internalDate) {}

    /// What became of it; `explain` finds it by its id either way.
    sealed interface Appended {
        MailId id();

        record Kept(MailId id, Change.Placed placed) implements Appended {}

        /// @param reply a filter's words for the client: 4xx it may try again, 5xx it may not
        record Refused(MailId id, Reply reply) implements Appended {}
    }
}
