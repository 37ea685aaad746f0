package org.mutatio.store.state;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.store.event.Event;
import org.mutatio.store.state.AccountState.MailboxRow;

/// Everything but messages, after some event. [#apply] reads nothing but the event, so replay is
/// deterministic.
///
/// Threads: written by one (committer or applier), read by any; a read-write lock without I/O under it.
public final class StoreState {
    /// How long a sender that did not read our answer may come again with the same message.
    private static final Duration REPEATS_WITHIN = Duration.ofHours(24);

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Long, AccountState> accounts = new HashMap<>();
    private final Map<String, AccountState> byAddress = new HashMap<>();
    private final Map<Long, MailboxRow> mailboxes = new HashMap<>();
    private final Map<String, Long> fences = new HashMap<>();
    /// Messages whose answer nobody read yet, oldest first: fingerprint to what it named.
    private final Map<String, Unanswered> unanswered = new LinkedHashMap<>();
    private final Map<Long, Long> lastChange = new HashMap<>();
    private long nextAccount = 1;
    private long nextMailbox = 1;
    private long nextQueue = 1;
    private long nextUidValidity = 1;
    private long policyVersion;
    private String deployment = "";

    /// @param sequence of its record
    public record Unanswered(String mailId, long at, long sequence) {}

    /// The counters that no row holds.
    public record Counters(
            long account, long mailbox, long queue, long uidValidity, long policyVersion, String deployment) {}

    // ---- reading

    public <R> R read(Supplier<R> question) {
        lock.readLock().lock();
        try {
            return question.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    public Optional<StoredAccount> account(String address) {
        return read(() -> Optional.ofNullable(byAddress.get(address)).map(state -> state.account));
    }

    public Optional<StoredAccount> account(long id) {
        return read(() -> Optional.ofNullable(accounts.get(id)).map(state -> state.account));
    }

    public List<StoredAccount> accounts() {
        return read(() -> accounts.values().stream()
                .map(state -> state.account)
                .sorted(Comparator.comparing(StoredAccount::address))
                .toList());
    }

    public List<MailboxInfo> mailboxes(long account) {
        return read(() -> {
            AccountState state = accounts.get(account);
            if (state == null) {
                return List.of();
            }
            List<MailboxInfo> infos = new ArrayList<>();
            for (MailboxRow row : state.mailboxes.values()) {
                infos.add(info(row, state));
            }
            TreeSet<String> names = new TreeSet<>(state.emptyNames);
            names.addAll(state.subscriptions);
            names.removeAll(state.mailboxes.keySet());
            for (String name : names) {
                infos.add(emptyName(account, name, state));
            }
            infos.sort(Comparator.comparing((MailboxInfo info) -> !info.name().equals("INBOX"))
                    .thenComparing(MailboxInfo::name));
            return infos;
        });
    }

    public Optional<MailboxInfo> mailbox(long account, String name) {
        return read(() -> {
            AccountState state = accounts.get(account);
            if (state == null) {
                return Optional.empty();
            }
            MailboxRow row = state.mailboxes.get(name);
            if (row != null) {
                return Optional.of(info(row, state));
            }
            return state.emptyNames.contains(name) ? Optional.of(emptyName(account, name, state)) : Optional.empty();
        });
    }

    public Optional<MailboxInfo> mailbox(long id) {
        return read(() -> {
            MailboxRow row = mailboxes.get(id);
            AccountState state = row == null ? null : accounts.get(row.account);
            return row == null || state == null ? Optional.empty() : Optional.of(info(row, state));
        });
    }

    private static MailboxInfo info(MailboxRow row, AccountState state) {
        return new MailboxInfo(
                row.id,
                row.account,
                row.name,
                row.uidValidity,
                row.uidNext,
                Math.max(1, row.modSeq),
                row.messages,
                row.unseen,
                row.deleted,
                row.octets,
                Optional.ofNullable(row.role),
                state.subscriptions.contains(row.name));
    }

    private static MailboxInfo emptyName(long account, String name, AccountState state) {
        return new MailboxInfo(
                0, account, name, 0, 0, 0, 0, 0, 0, 0, Optional.empty(), state.subscriptions.contains(name));
    }

    public Optional<MailboxInfo> role(long account, SpecialUse role) {
        return read(() -> {
            AccountState state = accounts.get(account);
            return state == null
                    ? Optional.empty()
                    : Optional.ofNullable(state.roles().get(role)).map(row -> info(row, state));
        });
    }

    public long octets(long account) {
        return read(() -> {
            AccountState state = accounts.get(account);
            return state == null ? 0L : state.octets;
        });
    }

    public long messages(long account) {
        return read(() -> {
            AccountState state = accounts.get(account);
            return state == null ? 0L : state.messages;
        });
    }

    /// The message of that fingerprint whose answer may still be waited for. Older ones are leftovers of a crash: the
    /// same
    /// octets a week later (a job's mail) are another message.
    public Optional<Unanswered> unanswered(String fingerprint, long now) {
        return read(() -> Optional.ofNullable(unanswered.get(fingerprint)).filter(what -> what.at() >= oldest(now)));
    }

    private static long oldest(long now) {
        return now - REPEATS_WITHIN.toMillis();
    }

    public Map<String, Unanswered> unanswered() {
        return read(() -> new LinkedHashMap<>(unanswered));
    }

    public OptionalLong fence(String lease) {
        return read(() -> {
            Long fence = fences.get(lease);
            return fence == null ? OptionalLong.empty() : OptionalLong.of(fence);
        });
    }

    public Map<String, Long> fences() {
        return read(() -> new HashMap<>(fences));
    }

    public Counters counters() {
        return read(
                () -> new Counters(nextAccount, nextMailbox, nextQueue, nextUidValidity, policyVersion, deployment));
    }

    /// Sequence of the last event that touched a mailbox.
    public long lastChange(long mailbox) {
        return read(() -> lastChange.getOrDefault(mailbox, 0L));
    }

    /// Whether there are mailboxes whose names begin with `name/`.
    public boolean hasChildren(long account, String name) {
        return read(() -> {
            AccountState state = accounts.get(account);
            if (state == null) {
                return false;
            }
            return state.hasChildren(name);
        });
    }

    public boolean subscribed(long account, String name) {
        return read(() -> {
            AccountState state = accounts.get(account);
            return state != null && state.subscriptions.contains(name);
        });
    }

    /// @return rows in no order, copies of references: read them under [#read] only
    public List<MailboxRow> rows() {
        return read(() -> List.copyOf(mailboxes.values()));
    }

    public List<Subscription> subscriptions() {
        return read(() -> {
            List<Subscription> all = new ArrayList<>();
            accounts.forEach((id, state) -> {
                state.subscriptions.forEach(name -> all.add(new Subscription(id, name, false)));
                state.emptyNames.forEach(name -> all.add(new Subscription(id, name, true)));
            });
            return all;
        });
    }

    public List<Subscription> subscriptions(long account) {
        return subscriptions().stream()
                .filter(name -> name.account() == account)
                .toList();
    }

    /// @param emptyName a name without a mailbox instead of a subscription
    public record Subscription(long account, String name, boolean emptyName) {}

    // ---- loading from the index

    public void load(Counters counters) {
        write(() -> {
            nextAccount = counters.account();
            nextMailbox = counters.mailbox();
            nextQueue = counters.queue();
            nextUidValidity = counters.uidValidity();
            policyVersion = counters.policyVersion();
            deployment = counters.deployment();
        });
    }

    public void load(StoredAccount account) {
        write(() -> put(account));
    }

    public void load(MailboxRow row) {
        write(() -> {
            AccountState state = accounts.get(row.account);
            if (state == null) {
                throw new IllegalStateException("mailbox " + row.id + " of no account");
            }
            state.mailboxes.put(row.name, row);
            state.octets += row.octets;
            state.messages += row.messages;
            mailboxes.put(row.id, row);
        });
    }

    public void load(Subscription name) {
        write(() -> {
            AccountState state = accounts.get(name.account());
            if (state != null) {
                (name.emptyName() ? state.emptyNames : state.subscriptions).add(name.name());
            }
        });
    }

    public void load(String lease, long fence) {
        write(() -> fences.put(lease, fence));
    }

    public void load(String fingerprint, Unanswered what) {
        write(() -> unanswered.put(fingerprint, what));
    }

    private void write(Runnable change) {
        lock.writeLock().lock();
        try {
            change.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private AccountState put(StoredAccount account) {
        AccountState state = accounts.get(account.id());
        if (state == null) {
            state = new AccountState(account);
            accounts.put(account.id(), state);
        } else {
            byAddress.remove(state.account.address());
            state.account = account;
        }
        byAddress.put(account.address(), state);
        nextAccount = Math.max(nextAccount, account.id() + 1);
        return state;
    }

    // ---- applying

    /// Brings the state one event further.
    public void apply(long sequence, Event event) {
        write(() -> {
            switch (event) {
                case Event.MailAccepted mail -> accepted(sequence, mail);
                case Event.MailboxCreated created -> created(sequence, created);
                case Event.MailboxRenamed renamed -> renamed(renamed);
                case Event.MailboxDeleted deleted -> deleted(deleted);
                case Event.Subscribed subscribed -> subscribed(subscribed);
                case Event.FlagsChanged flags -> flags(sequence, flags);
                case Event.Copied copied -> copied(sequence, copied);
                case Event.Expunged expunged -> expunged(sequence, expunged);
                case Event.AccountSaved saved -> saved(sequence, saved);
                case Event.AccountDeleted gone -> gone(gone);
                case Event.PolicyDeployed policy -> policyVersion = policy.version();
                case Event.KeyCreated _ -> {}
                case Event.DeploymentRecorded recorded -> deployment = recorded.text();
                case Event.QueueChanged _, Event.RecordMoved _, Event.Erased _ -> {}
                case Event.LeaseTaken lease -> fences.put(lease.name(), lease.fence());
                case Event.AnswersRead read -> read.fingerprints().forEach(unanswered::remove);
                case Event.Restored restored -> restored(sequence, restored);
                case Event.MailboxNumbered numbered -> numbered(sequence, numbered);
            }
        });
    }

    private void accepted(long sequence, Event.MailAccepted mail) {
        for (Event.MailboxCreated box : mail.created()) {
            createdByUs(sequence, box);
        }
        for (Event.Form form : mail.forms()) {
            for (Event.Placed placed : form.placed()) {
                arrive(sequence, placed.mailbox(), placed.uid(), form.size(), placed.flags());
            }
            for (Event.Queued queued : form.queued()) {
                nextQueue = Math.max(nextQueue, queued.id() + 1);
            }
        }
        if (!mail.fingerprint().isEmpty()) {
            unanswered.put(mail.fingerprint(), new Unanswered(mail.id(), mail.received(), sequence));
        }
    }

    private void arrive(long sequence, long mailbox, long uid, long size, int flags) {
        MailboxRow row = row(mailbox);
        row.uidNext = Math.max(row.uidNext, uid + 1);
        row.messages++;
        row.octets += size;
        if ((flags & Flags.SEEN) == 0) {
            row.unseen++;
        }
        if ((flags & Flags.DELETED) != 0) {
            row.deleted++;
        }
        touch(row, sequence);
        AccountState account = owner(row);
        account.octets += size;
        account.messages++;
    }

    private void touch(MailboxRow row, long sequence) {
        row.modSeq = sequence;
        lastChange.put(row.id, sequence);
    }

    private MailboxRow row(long id) {
        MailboxRow row = mailboxes.get(id);
        if (row == null) {
            throw new IllegalStateException("an event names mailbox " + id + ", which is not there");
        }
        return row;
    }

    private AccountState owner(MailboxRow row) {
        return owner(row.account);
    }

    private AccountState owner(long id) {
        AccountState account = accounts.get(id);
        if (account == null) {
            throw new IllegalStateException("an event names account " + id + ", which is not there");
        }
        return account;
    }

    /// With the account or for a delivery: nobody else subscribes those, and a client that shows only what is
    /// subscribed would hide them.
    private void createdByUs(long sequence, Event.MailboxCreated created) {
        created(sequence, created);
        owner(created.account()).subscriptions.add(created.name());
    }

    /// CREATE does not subscribe, DELETE and RENAME do not unsubscribe: the list is of names and the client's own;
    /// RFC 9051 sections 6.3.4 to 6.3.7.
    private void created(long sequence, Event.MailboxCreated created) {
        AccountState account = owner(created.account());
        @Nullable SpecialUse role = created.role().isEmpty() ? null : SpecialUse.valueOf(created.role());
        MailboxRow row = new MailboxRow(created.id(), created.account(), created.name(), created.uidValidity(), role);
        account.mailboxes.put(row.name, row);
        account.emptyNames.remove(row.name);
        mailboxes.put(row.id, row);
        touch(row, sequence);
        nextMailbox = Math.max(nextMailbox, created.id() + 1);
        nextUidValidity = Math.max(nextUidValidity, created.uidValidity() + 1);
    }

    private void renamed(Event.MailboxRenamed renamed) {
        AccountState account = owner(renamed.account());
        renamed.names().forEach((id, name) -> account.mailboxes.remove(row(id).name));
        renamed.names().forEach((id, name) -> {
            MailboxRow row = row(id);
            row.name = name;
            account.mailboxes.put(name, row);
            account.emptyNames.remove(name);
        });
        account.forgetChildlessNames();
    }

    private void deleted(Event.MailboxDeleted deleted) {
        if (deleted.id() == 0) {
            return;
        }
        MailboxRow row = mailboxes.remove(deleted.id());
        if (row == null) {
            throw new IllegalStateException("mailbox " + deleted.id() + " deleted twice");
        }
        AccountState account = owner(row);
        account.mailboxes.remove(row.name);
        account.octets -= row.octets;
        account.messages -= row.messages;
        lastChange.remove(row.id);
        if (deleted.keepName()) {
            account.emptyNames.add(row.name);
        }
        account.forgetChildlessNames();
    }

    private void subscribed(Event.Subscribed subscribed) {
        AccountState account = owner(subscribed.account());
        if (subscribed.subscribed()) {
            account.subscriptions.add(subscribed.name());
        } else {
            account.subscriptions.remove(subscribed.name());
        }
    }

    private void flags(long sequence, Event.FlagsChanged flags) {
        MailboxRow row = row(flags.mailbox());
        row.unseen += flags.unseen();
        row.deleted += flags.deleted();
        touch(row, sequence);
    }

    private void copied(long sequence, Event.Copied copied) {
        for (Event.CopiedMessage message : copied.messages()) {
            arrive(sequence, copied.to(), message.uid(), message.size(), message.flags());
        }
        if (copied.move()) {
            MailboxRow from = row(copied.from());
            for (Event.CopiedMessage message : copied.messages()) {
                leave(from, message.size(), message.flags());
            }
            touch(from, sequence);
        }
    }

    private void leave(MailboxRow row, long size, int flags) {
        row.messages--;
        row.octets -= size;
        if ((flags & Flags.SEEN) == 0) {
            row.unseen--;
        }
        if ((flags & Flags.DELETED) != 0) {
            row.deleted--;
        }
        AccountState account = owner(row);
        account.octets -= size;
        account.messages--;
    }

    private void expunged(long sequence, Event.Expunged expunged) {
        MailboxRow row = row(expunged.mailbox());
        row.messages -= expunged.messages();
        row.unseen -= expunged.unseen();
        row.deleted -= expunged.deleted();
        row.octets -= expunged.octets();
        touch(row, sequence);
        AccountState account = owner(row);
        account.octets -= expunged.octets();
        account.messages -= expunged.messages();
    }

    private void saved(long sequence, Event.AccountSaved saved) {
        AccountState _ = put(new StoredAccount(
                saved.id(),
                saved.address(),
                saved.displayName(),
                saved.credentials(),
                saved.quota() < 0 ? OptionalLong.empty() : OptionalLong.of(saved.quota()),
                saved.enabled(),
                java.time.Instant.ofEpochMilli(saved.created())));
        for (Event.MailboxCreated box : saved.mailboxes()) {
            createdByUs(sequence, box);
        }
    }

    private void restored(long sequence, Event.Restored restored) {
        restored.uidValidity().forEach((id, validity) -> {
            MailboxRow row = row(id);
            row.uidValidity = validity;
            touch(row, sequence);
            nextUidValidity = Math.max(nextUidValidity, validity + 1);
        });
    }

    private void numbered(long sequence, Event.MailboxNumbered numbered) {
        MailboxRow row = row(numbered.mailbox());
        row.uidValidity = numbered.uidValidity();
        row.uidNext = numbered.uidNext();
        touch(row, sequence);
        nextUidValidity = Math.max(nextUidValidity, numbered.uidValidity() + 1);
    }

    private void gone(Event.AccountDeleted gone) {
        AccountState account = accounts.remove(gone.id());
        if (account != null) {
            byAddress.remove(account.account.address());
            account.mailboxes.values().forEach(row -> {
                mailboxes.remove(row.id);
                lastChange.remove(row.id);
            });
        }
    }

    /// Fingerprints older than that are forgotten, journal or not: a sender has given up by then.
    public void forgetOld(long now) {
        write(() -> {
            var all = unanswered.values().iterator();
            while (all.hasNext() && all.next().at() < oldest(now)) {
                all.remove();
            }
        });
    }

    /// The same state again, for the head.
    public StoreState copy() {
        StoreState copy = new StoreState();
        copy.load(counters());
        read(() -> {
            accounts.values().forEach(state -> copy.load(state.account));
            mailboxes.values().forEach(row -> {
                MailboxRow twin = new MailboxRow(row.id, row.account, row.name, row.uidValidity, row.role);
                twin.uidNext = row.uidNext;
                twin.modSeq = row.modSeq;
                twin.messages = row.messages;
                twin.unseen = row.unseen;
                twin.deleted = row.deleted;
                twin.octets = row.octets;
                copy.load(twin);
            });
            accounts.forEach((id, state) -> {
                state.subscriptions.forEach(name -> copy.load(new Subscription(id, name, false)));
                state.emptyNames.forEach(name -> copy.load(new Subscription(id, name, true)));
            });
            fences.forEach(copy::load);
            unanswered.forEach(copy::load);
            return true;
        });
        return copy;
    }
}
