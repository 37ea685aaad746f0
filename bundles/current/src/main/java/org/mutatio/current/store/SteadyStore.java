package org.mutatio.current.store;

import java.time.Duration;
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
import org.mutatio.api.store.StoreClosedException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.current.Current;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;

/// The live store, whichever that is: the one place where its replacement in place is waited for.
///
/// A question or change that finds no store, or one that is closing and did nothing of it
/// ([StoreClosedException]), is put to the next one, for as long as [Current#lend] waits; then
/// [AbsentServiceException], which protocols turn into 451 4.3.0 and NO \[UNAVAILABLE\]. A change that may have been
/// kept is never put again.
///
/// What a store gave stays its own: a [Spool] may be committed to the next store, an [OpenMailbox] must be opened anew.
public final class SteadyStore implements MailStore {
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final Current<MailStore> live;
    private final Duration wait;

    public SteadyStore(Current<MailStore> live) {
        this(live, WAIT);
    }

    /// @param wait for a store, in all
    public SteadyStore(Current<MailStore> live, Duration wait) {
        this.live = live;
        this.wait = wait;
    }

    /// Something asked of whichever store is live.
    @FunctionalInterface
    public interface Question<R> {
        R ask(MailStore store) throws RefusedChangeException, StoreUnavailableException;
    }

    /// For whoever keeps the store that answered, too.
    ///
    /// @throws AbsentServiceException no store came within the wait
    public <R> R put(Question<R> question) throws RefusedChangeException, StoreUnavailableException {
        long end = System.nanoTime() + wait.toNanos();
        MailStore store = live.lend(wait);
        while (true) {
            try {
                return question.ask(store);
            } catch (StoreClosedException e) {
                Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                try {
                    store = live.lendOther(store, left);
                } catch (AbsentServiceException absent) {
                    absent.addSuppressed(e);
                    throw absent;
                }
            }
        }
    }

    /// The same for questions that no store refuses.
    private <R> R question(Question<R> question) throws StoreUnavailableException {
        try {
            return put(question);
        } catch (RefusedChangeException e) {
            throw new IllegalStateException("a question is no change", e);
        }
    }

    @Override
    public Spool spool() throws StoreUnavailableException {
        return question(MailStore::spool);
    }

    @Override
    public <R> R commit(Change<R> change) throws RefusedChangeException, StoreUnavailableException {
        return put(store -> store.commit(change));
    }

    @Override
    public void admit(long size) throws StoreUnavailableException {
        boolean _ = question(store -> {
            store.admit(size);
            return true;
        });
    }

    @Override
    public Optional<MailId> repeated(Fingerprint fingerprint) {
        return live.lend(wait).repeated(fingerprint);
    }

    @Override
    public void answerRead(MailId id) {
        live.now().ifPresent(store -> store.answerRead(id)); // waits for nothing
    }

    @Override
    public boolean fits(long account, long more, OptionalLong limit) throws StoreUnavailableException {
        return question(store -> store.fits(account, more, limit));
    }

    @Override
    public Usage usage(long account) throws StoreUnavailableException {
        return question(store -> store.usage(account));
    }

    @Override
    public List<MailboxInfo> mailboxes(long account) throws StoreUnavailableException {
        return question(store -> store.mailboxes(account));
    }

    @Override
    public Optional<MailboxInfo> mailbox(long account, String name) throws StoreUnavailableException {
        return question(store -> store.mailbox(account, name));
    }

    @Override
    public OpenMailbox open(long mailbox) throws RefusedChangeException, StoreUnavailableException {
        return put(store -> store.open(mailbox));
    }

    @Override
    public Optional<Octets> original(MailId id) throws StoreUnavailableException {
        return question(store -> store.original(id));
    }

    @Override
    public Optional<StoredAccount> account(String address) throws StoreUnavailableException {
        return question(store -> store.account(address));
    }

    @Override
    public List<StoredAccount> accounts() throws StoreUnavailableException {
        return question(MailStore::accounts);
    }

    @Override
    public long sequence() {
        return live.lend(wait).sequence();
    }
}
