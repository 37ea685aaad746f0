package org.mutatio.store.view;

import java.io.IOException;
import org.mutatio.api.store.MailboxChanges;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.StoredMessage;

/// A mailbox held by one session.
public final class SessionView implements OpenMailbox {
    private final LoadedMailbox mailbox;
    private final LoadedMailbox.Opener opener;
    private final Messages messages;
    private volatile boolean closed;

    /// Gives the message of a row.
    @FunctionalInterface
    public interface Messages {
        StoredMessage message(MessageRow row) throws IOException;
    }

    public SessionView(LoadedMailbox mailbox, Messages messages) {
        this.mailbox = mailbox;
        this.opener = mailbox.open();
        this.messages = messages;
    }

    @Override
    public MailboxState state() {
        return mailbox.version();
    }

    @Override
    public MailboxChanges changes(MailboxState from, MailboxState to) {
        return ((MailboxVersion) from).changesTo((MailboxVersion) to);
    }

    @Override
    public void onChange(Runnable wake) {
        opener.onChange(wake);
    }

    @Override
    public StoredMessage message(long uid) throws IOException {
        MessageRow row = mailbox.find(uid);
        if (row == null) {
            throw new IOException("UID " + uid + " is not in mailbox " + mailbox.id());
        }
        return messages.message(row);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            mailbox.close(opener);
        }
    }
}
