package org.mutatio.accounts.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.RefusedChangeException.Refusal;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.reply.Reply;

/// Keeps accounts in memory and goes away on cue. The real store decides the same (RealStoreTest).
public final class FakeStore implements MailStore {

    private final Map<Long, StoredAccount> kept = new TreeMap<>();
    private long sequence = 10;
    private long nextId = 1;
    private boolean away;
    private int commits;
    private @Nullable Runnable atNextCommit;

    public synchronized void goAway() {
        away = true;
    }

    public synchronized void comeBack() {
        away = false;
    }

    /// Something else is written: the accounts in memory may be old now.
    public synchronized void writeSomething() {
        sequence++;
    }

    /// As another version of the bundle, or a restore, would.
    public synchronized StoredAccount put(StoredAccount account) {
        long id = account.id() == 0 ? nextId++ : account.id();
        nextId = Math.max(nextId, id + 1);
        StoredAccount saved = new StoredAccount(
                id,
                account.address(),
                account.displayName(),
                account.credentials(),
                account.quota(),
                account.enabled(),
                account.created());
        kept.put(id, saved);
        sequence++;
        return saved;
    }

    public synchronized int commits() {
        return commits;
    }

    /// Runs before the next commit, once, on its thread.
    public synchronized void atNextCommit(Runnable action) {
        atNextCommit = action;
    }

    private synchronized void check() throws StoreUnavailableException {
        if (away) {
            throw new StoreUnavailableException(Reply.of(451, "4.3.0", "not now"), "the fake store is away");
        }
    }

    private synchronized @Nullable Runnable takeAction() {
        Runnable action = atNextCommit;
        atNextCommit = null;
        return action;
    }

    @Override
    @SuppressWarnings("unchecked") // the answer's type is the change's
    public <R> R commit(Change<R> change) throws RefusedChangeException, StoreUnavailableException {
        Runnable action = takeAction();
        if (action != null) {
            action.run();
        }
        synchronized (this) {
            check();
            commits++;
            return (R)
                    switch (change) {
                        case Change.SaveAccount save -> save(save.account());
                        case Change.DeleteAccount delete -> delete(delete.account());
                        default -> throw new UnsupportedOperationException(change.toString());
                    };
        }
    }

    private StoredAccount save(StoredAccount account) throws RefusedChangeException {
        Optional<StoredAccount> known = find(account.address());
        if (known.isPresent() && known.get().id() != account.id()) {
            throw new RefusedChangeException(Refusal.ALREADYEXISTS, account.address());
        }
        if (account.id() != 0 && !kept.containsKey(account.id())) {
            throw new RefusedChangeException(Refusal.NONEXISTENT, account.address());
        }
        return put(account);
    }

    private Change.Done delete(long id) throws RefusedChangeException {
        if (kept.remove(id) == null) {
            throw new RefusedChangeException(Refusal.NONEXISTENT, "account " + id);
        }
        sequence++;
        return new Change.Done();
    }

    private Optional<StoredAccount> find(String address) {
        return kept.values().stream()
                .filter(account -> account.address().equals(address))
                .findFirst();
    }

    @Override
    public synchronized Optional<StoredAccount> account(String address) throws StoreUnavailableException {
        check();
        return find(address);
    }

    @Override
    public synchronized List<StoredAccount> accounts() throws StoreUnavailableException {
        check();
        return new ArrayList<>(kept.values());
    }

    @Override
    public synchronized long sequence() {
        return sequence;
    }

    @Override
    public Usage usage(long account) throws StoreUnavailableException {
        check();
        return new Usage(1_500_000, 42);
    }

    @Override
    public List<MailboxInfo> mailboxes(long account) throws StoreUnavailableException {
        check();
        return List.of();
    }

    @Override
    public Spool spool() {
        throw new UnsupportedOperationException("no mail here");
    }

    @Override
    public void admit(long size) {
        throw new UnsupportedOperationException("no mail here");
    }

    @Override
    public Optional<MailId> repeated(Fingerprint fingerprint) {
        return Optional.empty();
    }

    @Override
    public void answerRead(MailId id) {
        throw new UnsupportedOperationException("no mail here");
    }

    @Override
    public boolean fits(long account, long more, OptionalLong limit) {
        return true;
    }

    @Override
    public Optional<MailboxInfo> mailbox(long account, String name) {
        return Optional.empty();
    }

    @Override
    public OpenMailbox open(long mailbox) {
        throw new UnsupportedOperationException("no mail here");
    }

    @Override
    public Optional<Octets> original(MailId id) {
        return Optional.empty();
    }
}
