package org.mutatio.imap.talk;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;

/// The same mail in another store object, as after a swap in place.
record NextStore(MailStore mail) implements MailStore {
    @Override
    public Spool spool() throws StoreUnavailableException {
        return mail.spool();
    }

    @Override
    public <R> R commit(Change<R> change) throws RefusedChangeException, StoreUnavailableException {
        return mail.commit(change);
    }

    @Override
    public void admit(long size) throws StoreUnavailableException {
        mail.admit(size);
    }

    @Override
    public Optional<MailId> repeated(Fingerprint fingerprint) {
        return mail.repeated(fingerprint);
    }

    @Override
    public void answerRead(MailId id) {
        mail.answerRead(id);
    }

    @Override
    public boolean fits(long account, long more, OptionalLong limit) throws StoreUnavailableException {
        return mail.fits(account, more, limit);
    }

    @Override
    public Usage usage(long account) throws StoreUnavailableException {
        return mail.usage(account);
    }

    @Override
    public List<MailboxInfo> mailboxes(long account) throws StoreUnavailableException {
        return mail.mailboxes(account);
    }

    @Override
    public Optional<MailboxInfo> mailbox(long account, String name) throws StoreUnavailableException {
        return mail.mailbox(account, name);
    }

    @Override
    public OpenMailbox open(long mailbox) throws RefusedChangeException, StoreUnavailableException {
        return mail.open(mailbox);
    }

    @Override
    public Optional<Octets> original(MailId id) throws StoreUnavailableException {
        return mail.original(id);
    }

    @Override
    public Optional<StoredAccount> account(String address) throws StoreUnavailableException {
        return mail.account(address);
    }

    @Override
    public List<StoredAccount> accounts() throws StoreUnavailableException {
        return mail.accounts();
    }

    @Override
    public long sequence() {
        return mail.sequence();
    }
}
