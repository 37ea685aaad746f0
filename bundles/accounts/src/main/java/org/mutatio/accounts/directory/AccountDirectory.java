package org.mutatio.accounts.directory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.accounts.password.ScramVerifier;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.accounts.Accounts;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.sdk.settings.DataSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All accounts by address, in memory.
///
/// A hit is a hash look-up. A miss is believed only when nothing was written since the accounts were read;
/// otherwise the store is asked for that one address, and when it cannot answer, neither can we: nobody is
/// told "unknown" for a directory that is away (case ops-1cb). What this bundle changes is seen at once;
/// what another version of it or a restore changed is seen by the next [#refresh].
///
/// Threads: readers take no lock. `writing` makes one change after the other, from reading the former
/// account to seeing the new one: two changes at a time would each save a whole account and so undo each
/// other, and a password that was just changed or an account that was just disabled would come back.
/// `seeing` guards what is in memory, and is held while the store is read for it: what was read before a
/// change never covers what was seen after it.
public final class AccountDirectory implements Accounts {

    private static final Logger LOG = LoggerFactory.getLogger(AccountDirectory.class);

    /// An account with what proves its owner.
    ///
    /// @param verifier of SCRAM, read once
    public record Holder(Account account, StoredAccount stored, Optional<ScramVerifier> verifier) {}

    private final Supplier<MailStore> store;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock seeing = new ReentrantLock();
    private final Map<MailAddress, Holder> byAddress = new ConcurrentHashMap<>();
    /// Ids that were complained of; at most as many as there are accounts.
    private final Set<Long> unreadable = ConcurrentHashMap.newKeySet();
    private volatile long loadedAt = -1;
    private volatile boolean scramForAll;
    private volatile List<Integer> rounds = List.of();

    /// @param store the live one; may throw [AbsentServiceException]
    public AccountDirectory(Supplier<MailStore> store) {
        this.store = store;
    }

    @Override
    public Optional<Account> find(MailAddress address) throws StoreUnavailableException {
        return holder(address).map(Holder::account);
    }

    public Optional<Holder> holder(MailAddress address) throws StoreUnavailableException {
        MailAddress folded = address.folded();
        if (loadedAt < 0) {
            refresh();
        }
        Holder known = byAddress.get(folded);
        if (known != null) {
            return Optional.of(known);
        }
        return store().sequence() == loadedAt ? Optional.empty() : ask(folded);
    }

    private Optional<Holder> ask(MailAddress folded) throws StoreUnavailableException {
        seeing.lock();
        try {
            Optional<Holder> found = store().account(folded.toString()).flatMap(this::read);
            found.ifPresent(this::see);
            return found;
        } finally {
            seeing.unlock();
        }
    }

    @Override
    public List<Account> list(Optional<Domain> domain) throws StoreUnavailableException {
        refresh();
        List<Account> accounts = new ArrayList<>();
        for (Holder holder : byAddress.values()) {
            if (domain.isEmpty() || holder.account().address().domain().equals(domain.get())) {
                accounts.add(holder.account());
            }
        }
        accounts.sort(Comparator.<Account, Domain>comparing(
                        account -> account.address().domain())
                .thenComparing(account -> account.address().localPart()));
        return accounts;
    }

    /// Whether each account that can log in has a SCRAM verifier: a mechanism is offered only when it works
    /// (case subm-cba). False while nothing was read.
    public boolean scramForAll() {
        return scramForAll;
    }

    /// The number of rounds that some account has: of many names as many get each number as accounts have
    /// it.
    ///
    /// @param name any number that stays the same for a name
    /// @return empty: no account has a verifier
    public OptionalInt rounds(int name) {
        List<Integer> all = rounds;
        return all.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(all.get((int) (Integer.toUnsignedLong(name) * all.size() >>> 32)));
    }

    /// A text that nobody outside knows and that outlives a restart: the oldest account's hash, whose salt
    /// is secret, too (a verifier's is not: whoever has the text's digest could try passwords).
    public Optional<String> secret() {
        return byAddress.values().stream()
                .filter(holder ->
                        Credentials.hash(holder.stored().credentials()).isPresent())
                .min(Comparator.comparingLong(holder -> holder.account().id()))
                .flatMap(holder -> Credentials.hash(holder.stored().credentials()));
    }

    public int size() {
        return byAddress.size();
    }

    /// Whether all accounts were read once.
    public boolean loaded() {
        return loadedAt >= 0;
    }

    /// Reads all accounts when anything was written since the last time.
    public void refresh() throws StoreUnavailableException {
        MailStore live = store();
        if (live.sequence() == loadedAt) {
            return;
        }
        seeing.lock();
        try {
            long sequence = live.sequence(); // before reading: what is written meanwhile is seen the next time
            if (sequence == loadedAt) {
                return; // somebody else did it meanwhile
            }
            Map<MailAddress, Holder> fresh = new HashMap<>();
            for (StoredAccount stored : live.accounts()) {
                read(stored).ifPresent(holder -> fresh.put(holder.account().address(), holder));
            }
            byAddress.putAll(fresh);
            byAddress.keySet().retainAll(fresh.keySet());
            loadedAt = sequence;
            judge();
        } finally {
            seeing.unlock();
        }
    }

    private void judge() {
        boolean all = true;
        List<Integer> found = new ArrayList<>();
        for (Holder holder : byAddress.values()) {
            all &= holder.stored().credentials().isEmpty() || holder.verifier().isPresent();
            holder.verifier().ifPresent(verifier -> found.add(verifier.iterations()));
        }
        Collections.sort(found);
        rounds = List.copyOf(found);
        scramForAll = all;
    }

    private MailStore store() throws StoreUnavailableException {
        try {
            return store.get();
        } catch (AbsentServiceException e) {
            throw new StoreUnavailableException(
                    Reply.of(451, "4.3.0", "the directory is not available"), String.valueOf(e.getMessage()));
        }
    }

    /// Under `seeing`.
    private void see(Holder holder) {
        byAddress.put(holder.account().address(), holder);
        judge();
    }

    /// Empty for an account that cannot be understood: it serves nobody, but the others go on.
    private Optional<Holder> read(StoredAccount stored) {
        try {
            return Optional.of(understand(stored));
        } catch (IllegalArgumentException e) {
            if (unreadable.add(stored.id())) {
                LOG.error("event=account-unreadable id={} reason=\"{}\"", stored.id(), e.getMessage());
            }
            return Optional.empty();
        }
    }

    /// @throws IllegalArgumentException no address, or a quota below nothing
    private static Holder understand(StoredAccount stored) {
        MailAddress address = MailAddress.parse(stored.address()).folded();
        Optional<DataSize> quota = stored.quota().isPresent()
                ? Optional.of(DataSize.of(stored.quota().getAsLong()))
                : Optional.empty();
        Account account = new Account(stored.id(), address, stored.displayName(), quota, stored.enabled());
        return new Holder(account, stored, Credentials.verifier(stored.credentials()));
    }

    /// Durable when it returns, and seen by all that ask here.
    ///
    /// @throws RefusedChangeException ALREADYEXISTS
    public Account add(StoredAccount account) throws RefusedChangeException, StoreUnavailableException {
        writing.lock();
        try {
            return commit(account);
        } finally {
            writing.unlock();
        }
    }

    /// Changes an account as it is now, which may be another one than the caller saw.
    ///
    /// @param known whose id and address count
    /// @param change quick; gets the account as stored, and gives it back when there is nothing to do any
    ///     more
    /// @throws RefusedChangeException NONEXISTENT
    public Account change(StoredAccount known, UnaryOperator<StoredAccount> change)
            throws RefusedChangeException, StoreUnavailableException {
        writing.lock();
        try {
            StoredAccount former = store().account(known.address())
                    .filter(stored -> stored.id() == known.id())
                    .orElseThrow(() -> new RefusedChangeException(
                            RefusedChangeException.Refusal.NONEXISTENT, "account " + known.address()));
            StoredAccount wanted = change.apply(former);
            return wanted.equals(former) ? seen(former) : commit(wanted);
        } finally {
            writing.unlock();
        }
    }

    private Account commit(StoredAccount wanted) throws RefusedChangeException, StoreUnavailableException {
        Holder _ = understand(wanted); // before it is kept: what cannot be understood later must not be kept
        return seen(store().commit(new Change.SaveAccount(wanted)));
    }

    private Account seen(StoredAccount stored) {
        Holder holder = understand(stored);
        seeing.lock();
        try {
            see(holder);
        } finally {
            seeing.unlock();
        }
        return holder.account();
    }

    public void delete(Account account) throws RefusedChangeException, StoreUnavailableException {
        writing.lock();
        try {
            Change.Done _ = store().commit(new Change.DeleteAccount(account.id()));
            seeing.lock();
            try {
                byAddress.remove(account.address());
                judge();
            } finally {
                seeing.unlock();
            }
        } finally {
            writing.unlock();
        }
    }
}
