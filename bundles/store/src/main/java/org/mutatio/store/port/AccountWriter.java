package org.mutatio.store.port;

import java.io.IOException;
import java.util.List;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;

/// Makes the folder of one account.
interface AccountWriter {

    /// Writes a mailbox as it is in its newest version.
    ///
    /// @throws IOException the disk failed: nothing more can be written
    void mailbox(MailboxInfo info, OpenMailbox mailbox, PortReport report) throws IOException;

    /// All are written.
    ///
    /// @param subscriptions names, also of what is no mailbox
    void end(List<String> subscriptions) throws IOException;
}
