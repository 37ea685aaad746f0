package org.mutatio.accounts.directory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.mutatio.accounts.password.Credentials;
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

/// All accounts by address, in memory.
///
/// A hit is a hash look-up. A miss is believed only when nothing was written since the accounts were read; otherwise
/// the store is asked for that one address, and when it cannot answer, neither can we: nobody is told "unknown" for a
/// directory that is away (case ops-1cb). What this bundle changes is seen at once; what another version of it or a
/// restore changed is seen by the next [#refresh].
///
/// Threads: readers take no lock; loading and changing take one.
public final class AccountDirectory implements Accounts {

    /// An account with what proves its owner.
    public record Holder(Account account, StoredAccount stored) {}

    private final Supplier<MailStore> store;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<MailAddress, Holder> byAddress = new ConcurrentHashMap<>();
    private volatile long loadedAt = -1;
    private volatile boolean scramForAll;

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
        MailStore live = store();
        if (live.sequence() == loadedAt) {
            return Optional.empty();
        }
        Optional<StoredAccount> stored = live.account(folded.toString());
        stored.ifPresent(this::learn);
        return stored.flatMap(AccountDirectory::holder);
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

    /// Whether each account that can log in has a SCRAM verifier: a mechanism is offered only when it works (case
    /// subm-cba). False while nothing was read.
    public boolean scramForAll() {
        return scramForAll;
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
        changing.lock();
        try {
            long sequence = live.sequence(); // before reading: what is written meanwhile is seen the next time
            Map<MailAddress, Holder> fresh = new HashMap<>();
            for (StoredAccount stored : live.accounts()) {
                holder(stored).ifPresent(holder -> fresh.put(holder.account().address(), holder));
            }
            byAddress.putAll(fresh);
            byAddress.keySet().retainAll(fresh.keySet());
            loadedAt = sequence;
            judge();
        } finally {
            changing.unlock();
        }
    }

    private void judge() {
        boolean all = true;
        for (Holder holder : byAddress.values()) {
            List<String> credentials = holder.stored().credentials();
            all &= credentials.isEmpty() || Credentials.verifier(credentials).isPresent();
        }
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

    private void learn(StoredAccount stored) {
        changing.lock();
        try {
            holder(stored).ifPresent(holder -> byAddress.put(holder.account().address(), holder));
            judge();
        } finally {
            changing.unlock();
        }
    }

    /// Empty for an address that is none: such an account serves nobody, but the others go on.
    private static Optional<Holder> holder(StoredAccount stored) {
        try {
            MailAddress address = MailAddress.parse(stored.address()).folded();
            Optional<DataSize> quota = stored.quota().isPresent()
                    ? Optional.of(DataSize.of(stored.quota().getAsLong()))
                    : Optional.empty();
            Account account = new Account(stored.id(), address, stored.displayName(), quota, stored.enabled());
            return Optional.of(new Holder(account, stored));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Durable when it returns, and seen by all that ask here.
    public Account save(StoredAccount account) throws RefusedChangeException, StoreUnavailableException {
        StoredAccount stored = store().commit(new Change.SaveAccount(account));
        learn(stored);
        return holder(stored)
                .map(Holder::account)
                .orElseThrow(() -> new IllegalArgumentException("not an address: " + stored.address()));
    }

    public void delete(Account account) throws RefusedChangeException, StoreUnavailableException {
        store().commit(new Change.DeleteAccount(account.id()));
        changing.lock();
        try {
            byAddress.remove(account.address());
            judge();
        } finally {
            changing.unlock();
        }
    }
}
