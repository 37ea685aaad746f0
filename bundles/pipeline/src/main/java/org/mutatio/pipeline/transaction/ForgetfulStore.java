package org.mutatio.pipeline.transaction;

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
import org.mutatio.api.trace.Trace;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;

/// The real store, but that a commit only tells what it would have kept; and everything comes for the first time.
record ForgetfulStore(MailStore real, List<Change.Outcome> outcomes, List<Trace> traces) implements MailStore {

    @Override
    @SuppressWarnings("unchecked") // the result of that change
    public <R> R commit(Change<R> change) {
        return switch (change) {
            case Change.Deliver deliver -> {
                outcomes.addAll(deliver.outcomes());
                traces.add(deliver.trace());
                yield (R) new Change.Delivered(deliver.id(), false, List.of(), List.of());
            }
            default -> throw new IllegalStateException("a rehearsal changes nothing, not even by " + change);
        };
    }

    @Override
    public Optional<MailId> repeated(Fingerprint fingerprint) {
        return Optional.empty();
    }

    @Override
    public void answerRead(MailId id) {} // nobody was answered

    @Override
    public Spool spool() throws StoreUnavailableException {
        return real.spool();
    }

    @Override
    public void admit(long size) throws StoreUnavailableException {
        real.admit(size);
    }

    @Override
    public boolean fits(long account, long more, OptionalLong limit) throws StoreUnavailableException {
        return real.fits(account, more, limit);
    }

    @Override
    public Usage usage(long account) throws StoreUnavailableException {
        return real.usage(account);
    }

    @Override
    public List<MailboxInfo> mailboxes(long account) throws StoreUnavailableException {
        return real.mailboxes(account);
    }

    @Override
    public Optional<MailboxInfo> mailbox(long account, String name) throws StoreUnavailableException {
        return real.mailbox(account, name);
    }

    @Override
    public OpenMailbox open(long mailbox) throws RefusedChangeException, StoreUnavailableException {
        return real.open(mailbox);
    }

    @Override
    public Optional<Octets> original(MailId id) throws StoreUnavailableException {
        return real.original(id);
    }

    @Override
    public Optional<StoredAccount> account(String address) throws StoreUnavailableException {
        return real.account(address);
    }

    @Override
    public List<StoredAccount> accounts() throws StoreUnavailableException {
        return real.accounts();
    }

    @Override
    public long sequence() {
        return real.sequence();
    }
}
