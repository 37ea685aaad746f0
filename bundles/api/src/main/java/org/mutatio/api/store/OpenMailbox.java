package org.mutatio.api.store;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/// A mailbox held open by one session.
@ProviderType
public interface OpenMailbox extends AutoCloseable {

    /// The newest version; takes no lock.
    MailboxState state();

    /// What happened between two versions of this mailbox (`from` not newer than `to`).
    MailboxChanges changes(MailboxState from, MailboxState to);

    /// Told after each new version, on a thread of the store: only wake somebody there. One for each opener, the last
    /// set counts.
    void onChange(Runnable wake);

    /// A message of any version that this opener has seen, expunged ones included until it closes.
    ///
    /// @throws IOException the disk failed, or it was erased or never there; names the mail id
    StoredMessage message(long uid) throws IOException;

    @Override
    void close();
}
