package org.mutatio.imap.fake;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxChanges;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.RefusedChangeException.Refusal;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.StoredMessage;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.reply.Reply;

/// The store's contract in memory: versions as lists, no durability. One lock; what it hands out is immutable.
public final class FakeStore implements MailStore {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, TreeMap<String, Box>> accounts = new HashMap<>();
    private final Map<Long, Set<String>> subscriptions = new HashMap<>();
    private final Map<Long, Box> boxes = new HashMap<>();
    private long nextBox = 1;
    private long uidValidity = 1000;
    private long sequence = 100;
    private volatile boolean unavailable;
    private volatile boolean broken;
    private volatile boolean brokenSpools;
    private volatile LongConsumer reading = _ -> {};

    private record Row(long uid, Flags flags, long modSeq, long internalDate, Message message) {
        Row with(Flags other, long sequence) {
            return new Row(uid, other, sequence, internalDate, message);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Message(MailId id, byte[] octets, ByteBuffer summary) {}

    private static final class Box {
        private final long id;
        private final long account;
        private String name;
        private final long validity;
        private @Nullable SpecialUse role;
        private State state;
        private final Map<Long, Message> all = new HashMap<>();
        private final List<Opened> openers = new CopyOnWriteArrayList<>();

        Box(long id, long account, String name, long validity, long modSeq) {
            this.id = id;
            this.account = account;
            this.name = name;
            this.validity = validity;
            this.state = new State(id, validity, 1, modSeq, List.of(), new TreeSet<>(), false);
        }
    }

    /// Makes an account with INBOX and the mailboxes of all roles.
    public FakeStore account(long account) {
        lock.lock();
        try {
            accounts.put(account, new TreeMap<>());
            make(account, "INBOX", null);
            for (SpecialUse use : SpecialUse.values()) {
                if (use != SpecialUse.ALL && use != SpecialUse.FLAGGED) {
                    make(account, use.mailbox(), use);
                }
            }
            // as the real one; CREATE subscribes nothing (RFC 9051 section 6.3.4)
            subscriptions.put(account, new HashSet<>(tree(account).keySet()));
            return this;
        } finally {
            lock.unlock();
        }
    }

    /// What was opened so far hears of nothing any more, as when a store's bundle is stopped.
    public void dropOpeners() {
        lock.lock();
        try {
            boxes.values().forEach(box -> box.openers.clear());
        } finally {
            lock.unlock();
        }
    }

    /// From now on nothing can be changed.
    public void unavailable(boolean now) {
        unavailable = now;
    }

    /// Called with the UID whenever a message is about to be sent.
    public void whenRead(LongConsumer does) {
        reading = does;
    }

    /// From now on spools throw what they should not.
    public void brokenSpools(boolean now) {
        brokenSpools = now;
    }

    /// From now on everything throws what it should not.
    public void broken(boolean now) {
        broken = now;
    }

    private Box make(long account, String name, @Nullable SpecialUse role) {
        Box box = new Box(nextBox++, account, name, uidValidity++, ++sequence);
        box.role = role;
        tree(account).put(name, box);
        boxes.put(box.id, box);
        return box;
    }

    private NavigableMap<String, Box> tree(long account) {
        return accounts.computeIfAbsent(account, _ -> new TreeMap<>());
    }

    // ---- versions

    private record State(
            long mailbox,
            long uidValidity,
            long uidNext,
            long highestModSeq,
            List<Row> rows,
            SortedSet<String> keywords,
            boolean deleted)
            implements MailboxState {

        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public long uid(int position) {
            return rows.get(position).uid();
        }

        @Override
        public Flags flags(int position) {
            return rows.get(position).flags();
        }

        @Override
        public long modSeq(int position) {
            return rows.get(position).modSeq();
        }

        @Override
        public long octets(int position) {
            return rows.get(position).message().octets().length;
        }

        @Override
        public long internalDate(int position) {
            return rows.get(position).internalDate();
        }

        @Override
        public int position(long uid) {
            int low = 0;
            int high = rows.size() - 1;
            while (low <= high) {
                int middle = low + high >>> 1;
                long at = rows.get(middle).uid();
                if (at == uid) {
                    return middle;
                }
                if (at < uid) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -low - 1;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final class Opened implements OpenMailbox {
        private final Box box;
        private volatile Runnable wake = () -> {};

        Opened(Box box) {
            this.box = box;
        }

        @Override
        public MailboxState state() {
            lock.lock();
            try {
                return box.state;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public MailboxChanges changes(MailboxState from, MailboxState to) {
            List<UidRange> expunged = new ArrayList<>();
            List<UidRange> changed = new ArrayList<>();
            List<UidRange> arrived = new ArrayList<>();
            for (int i = 0; i < from.size(); i++) {
                int now = to.position(from.uid(i));
                if (now < 0) {
                    expunged.add(UidRange.of(from.uid(i)));
                } else if (to.modSeq(now) != from.modSeq(i)) {
                    changed.add(UidRange.of(from.uid(i)));
                }
            }
            for (int i = 0; i < to.size(); i++) {
                if (from.position(to.uid(i)) < 0) {
                    arrived.add(UidRange.of(to.uid(i)));
                }
            }
            return new MailboxChanges(expunged, changed, arrived);
        }

        @Override
        public void onChange(Runnable wakeNow) {
            wake = wakeNow;
        }

        @Override
        public StoredMessage message(long uid) throws IOException {
            if (broken) {
                throw new IllegalStateException("broken on purpose");
            }
            lock.lock();
            try {
                Message message = box.all.get(uid);
                if (message == null) {
                    throw new IOException("no message " + uid);
                }
                return new Stored(uid, message, () -> reading.accept(uid));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            box.openers.remove(this);
        }
    }

    private record Stored(long uid, Message message, Runnable reading) implements StoredMessage {
        @Override
        public MailId mailId() {
            return message.id();
        }

        @Override
        public Instant internalDate() {
            return Instant.EPOCH;
        }

        @Override
        public Octets octets() {
            return new Memory(message.octets(), reading);
        }

        @Override
        public ByteBuffer summary() {
            return message.summary().duplicate();
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Memory(byte[] octets, Runnable reading) implements Octets {
        @Override
        public long size() {
            return octets.length;
        }

        @Override
        public int read(long offset, ByteBuffer into) {
            int count = (int) Math.max(0, Math.min(into.remaining(), octets.length - offset));
            into.put(octets, (int) Math.min(offset, octets.length), count);
            return count;
        }

        @Override
        public void transfer(long offset, long length, OutputStream to) throws IOException {
            reading.run();
            int from = (int) Math.min(offset, octets.length);
            to.write(octets, from, (int) Math.min(length, octets.length - from));
        }

        @Override
        public InputStream stream(long offset, long length) {
            int from = (int) Math.min(offset, octets.length);
            return new ByteArrayInputStream(octets, from, (int) Math.min(length, octets.length - from));
        }
    }

    private static final class MemorySpool implements Spool {
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private final boolean breaks;

        MemorySpool(boolean breaks) {
            this.breaks = breaks;
        }

        @Override
        public void write(ByteBuffer some) {
            if (breaks) {
                throw new IllegalStateException("broken on purpose");
            }
            byte[] copy = new byte[some.remaining()];
            some.get(copy);
            octets.writeBytes(copy);
        }

        @Override
        public long size() {
            return octets.size();
        }

        @Override
        public Octets content() {
            return new Memory(octets.toByteArray(), () -> {});
        }

        @Override
        public ByteBuffer sha256() {
            try {
                return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(octets.toByteArray()));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {}
    }

    @Override
    public Spool spool() throws StoreUnavailableException {
        requireAvailable();
        return new MemorySpool(brokenSpools);
    }

    private void requireAvailable() throws StoreUnavailableException {
        if (broken) {
            throw new IllegalStateException("broken on purpose");
        }
        if (unavailable) {
            throw new StoreUnavailableException(Reply.of(451, "4.3.0", "not now"), "unavailable on purpose");
        }
    }

    // ---- changes

    @Override
    @SuppressWarnings("unchecked") // each case makes the result that its change names
    public <R> R commit(Change<R> change) throws RefusedChangeException, StoreUnavailableException {
        requireAvailable();
        List<Box> touched = new ArrayList<>();
        R result;
        lock.lock();
        try {
            result = (R)
                    switch (change) {
                        case Change.Deliver deliver -> deliver(deliver, touched);
                        case Change.StoreFlags flags -> flags(flags, touched);
                        case Change.Copy copy -> copy(copy, touched);
                        case Change.Expunge expunge -> expunge(expunge, touched);
                        case Change.CreateMailbox create -> create(create);
                        case Change.RenameMailbox rename -> rename(rename, touched);
                        case Change.DeleteMailbox delete -> delete(delete, touched);
                        case Change.Subscribe subscribe -> {
                            Set<String> names =
                                    subscriptions.computeIfAbsent(subscribe.account(), _ -> new HashSet<>());
                            if (subscribe.subscribed()) {
                                names.add(subscribe.name());
                            } else {
                                names.remove(subscribe.name());
                            }
                            yield new Change.Done();
                        }
                        default -> throw new IllegalStateException("not of a session: " + change);
                    };
        } finally {
            lock.unlock();
        }
        for (Box box : touched) {
            box.openers.forEach(opener -> opener.wake.run());
        }
        return result;
    }

    private Box box(long id) throws RefusedChangeException {
        Box box = boxes.get(id);
        if (box == null) {
            throw new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + id);
        }
        return box;
    }

    private void renew(Box box, List<Row> rows, long uidNext, long modSeq) {
        SortedSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        keywords.addAll(box.state.keywords());
        for (Row row : rows) {
            keywords.addAll(row.flags().keywords());
        }
        box.state = new State(
                box.id,
                box.validity,
                uidNext,
                modSeq,
                List.copyOf(rows),
                Collections.unmodifiableSortedSet(keywords),
                false);
    }

    private Change.Delivered deliver(Change.Deliver deliver, List<Box> touched) throws RefusedChangeException {
        List<Change.Placed> placed = new ArrayList<>();
        for (Change.Outcome outcome : deliver.outcomes()) {
            byte[] octets;
            try {
                octets = ((Memory) deliver.content().content()).octets();
            } catch (StoreUnavailableException e) {
                throw new IllegalStateException(e);
            }
            for (Change.Placement placement : outcome.placements()) {
                Box box = box(((Change.Place.Id) placement.mailbox()).mailbox());
                Message message = new Message(deliver.id(), octets, outcome.summary());
                long uid = add(
                        box,
                        message,
                        placement.flags(),
                        placement.internalDate().getEpochSecond(),
                        ++sequence);
                touched.add(box);
                placed.add(new Change.Placed(box.id, box.validity, uid));
            }
        }
        return new Change.Delivered(deliver.id(), false, placed, List.of());
    }

    private long add(Box box, Message message, Flags flags, long date, long modSeq) {
        List<Row> rows = new ArrayList<>(box.state.rows());
        long uid = box.state.uidNext();
        rows.add(new Row(uid, flags, modSeq, date, message));
        box.all.put(uid, message);
        renew(box, rows, uid + 1, modSeq);
        return uid;
    }

    private static boolean in(List<UidRange> uids, long uid) {
        return uids.stream().anyMatch(range -> range.contains(uid));
    }

    private Change.FlagsStored flags(Change.StoreFlags store, List<Box> touched) throws RefusedChangeException {
        Box box = box(store.mailbox());
        long modSeq = ++sequence;
        List<UidRange> changed = new ArrayList<>();
        List<UidRange> modified = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        boolean any = false;
        for (Row row : box.state.rows()) {
            if (!in(store.uids(), row.uid())) {
                rows.add(row);
                continue;
            }
            if (store.unchangedSince().isPresent()
                    && row.modSeq() > store.unchangedSince().getAsLong()) {
                modified.add(UidRange.of(row.uid()));
                rows.add(row);
                continue;
            }
            Flags flags = switch (store.mode()) {
                case SET -> store.flags();
                case ADD -> row.flags().plus(store.flags());
                case REMOVE -> row.flags().minus(store.flags());
            };
            changed.add(UidRange.of(row.uid()));
            any |= !flags.equals(row.flags());
            rows.add(flags.equals(row.flags()) ? row : row.with(flags, modSeq));
        }
        if (any) {
            renew(box, rows, box.state.uidNext(), modSeq);
            touched.add(box);
        }
        return new Change.FlagsStored(any ? modSeq : 0, changed, modified);
    }

    private Change.Copied copy(Change.Copy copy, List<Box> touched) throws RefusedChangeException {
        Box from = box(copy.from());
        Box to = box(copy.to());
        List<Row> rows = from.state.rows().stream()
                .filter(row -> in(copy.uids(), row.uid()))
                .toList();
        long size =
                rows.stream().mapToLong(row -> row.message().octets().length).sum();
        if (!copy.move() && !fits(to.account, size, copy.quota())) {
            throw new RefusedChangeException(Refusal.OVERQUOTA, "full");
        }
        long modSeq = ++sequence;
        List<UidRange> sources = new ArrayList<>();
        List<UidRange> targets = new ArrayList<>();
        for (Row row : rows) {
            sources.add(UidRange.of(row.uid()));
            targets.add(UidRange.of(add(to, row.message(), row.flags(), row.internalDate(), modSeq)));
        }
        if (!rows.isEmpty()) {
            touched.add(to);
        }
        if (copy.move() && !rows.isEmpty()) {
            remove(from, sources, modSeq);
            touched.add(from);
        }
        return new Change.Copied(to.validity, join(sources), join(targets), modSeq);
    }

    private static List<UidRange> join(List<UidRange> uids) {
        List<UidRange> joined = new ArrayList<>();
        for (UidRange uid : uids) {
            if (!joined.isEmpty() && joined.getLast().last() + 1 == uid.first()) {
                joined.set(joined.size() - 1, new UidRange(joined.getLast().first(), uid.last()));
            } else {
                joined.add(uid);
            }
        }
        return joined;
    }

    private void remove(Box box, List<UidRange> uids, long modSeq) {
        List<Row> rows =
                box.state.rows().stream().filter(row -> !in(uids, row.uid())).toList();
        renew(box, rows, box.state.uidNext(), modSeq);
    }

    private Change.Expunged expunge(Change.Expunge expunge, List<Box> touched) throws RefusedChangeException {
        Box box = box(expunge.mailbox());
        List<UidRange> gone = box.state.rows().stream()
                .filter(row -> row.flags().has(Flags.DELETED))
                .filter(row -> expunge.uids().isEmpty() || in(expunge.uids(), row.uid()))
                .map(row -> UidRange.of(row.uid()))
                .toList();
        long modSeq = ++sequence;
        if (!gone.isEmpty()) {
            remove(box, gone, modSeq);
            touched.add(box);
        }
        return new Change.Expunged(gone, modSeq);
    }

    private MailboxInfo create(Change.CreateMailbox create) throws RefusedChangeException {
        NavigableMap<String, Box> tree = tree(create.account());
        if (tree.containsKey(create.name())) {
            throw new RefusedChangeException(Refusal.ALREADYEXISTS, create.name());
        }
        if (create.role().isPresent()
                && tree.values().stream().anyMatch(box -> create.role().get() == box.role)) {
            throw new RefusedChangeException(Refusal.USEATTR, create.name());
        }
        return info(make(create.account(), create.name(), create.role().orElse(null)));
    }

    private MailboxInfo rename(Change.RenameMailbox rename, List<Box> touched) throws RefusedChangeException {
        NavigableMap<String, Box> tree = tree(rename.account());
        if (tree.containsKey(rename.to())) {
            throw new RefusedChangeException(Refusal.ALREADYEXISTS, rename.to());
        }
        if (rename.from().equals("INBOX")) {
            Box inbox = box(rename.account(), "INBOX");
            Box target = make(rename.account(), rename.to(), null);
            for (Row row : inbox.state.rows()) {
                add(target, row.message(), row.flags(), row.internalDate(), ++sequence);
            }
            renew(inbox, List.of(), inbox.state.uidNext(), ++sequence);
            touched.add(inbox);
            return info(target);
        }
        String prefix = rename.from() + "/";
        List<Box> moving = tree.values().stream()
                .filter(box -> box.name.equals(rename.from()) || box.name.startsWith(prefix))
                .toList();
        if (moving.isEmpty()) {
            throw new RefusedChangeException(Refusal.NONEXISTENT, rename.from());
        }
        for (Box box : moving) {
            tree.remove(box.name);
            box.name = rename.to() + box.name.substring(rename.from().length());
            tree.put(box.name, box);
        }
        return info(moving.getFirst());
    }

    private Box box(long account, String name) throws RefusedChangeException {
        Box box = tree(account).get(name);
        if (box == null) {
            throw new RefusedChangeException(Refusal.NONEXISTENT, name);
        }
        return box;
    }

    private Change.Done delete(Change.DeleteMailbox delete, List<Box> touched) throws RefusedChangeException {
        if (delete.name().equals("INBOX")) {
            throw new RefusedChangeException(Refusal.CANNOT, "INBOX");
        }
        Box box = box(delete.account(), delete.name());
        tree(delete.account()).remove(delete.name());
        boxes.remove(box.id);
        State last = box.state;
        box.state = new State(box.id, box.validity, last.uidNext(), ++sequence, List.of(), last.keywords(), true);
        touched.add(box);
        return new Change.Done();
    }

    // ---- questions

    @Override
    public void admit(long size) throws StoreUnavailableException {
        requireAvailable();
    }

    @Override
    public Optional<MailId> repeated(Fingerprint fingerprint) {
        return Optional.empty();
    }

    @Override
    public void answerRead(MailId id) {}

    @Override
    public boolean fits(long account, long more, OptionalLong limit) {
        return limit.isEmpty() || usage(account).octets() + more <= limit.getAsLong();
    }

    @Override
    public Usage usage(long account) {
        lock.lock();
        try {
            long octets = 0;
            long messages = 0;
            for (Box box : tree(account).values()) {
                for (Row row : box.state.rows()) {
                    octets += row.message().octets().length;
                    messages++;
                }
            }
            return new Usage(octets, messages);
        } finally {
            lock.unlock();
        }
    }

    private MailboxInfo info(Box box) {
        State state = box.state;
        long unseen = state.rows().stream()
                .filter(row -> !row.flags().has(Flags.SEEN))
                .count();
        long deleted = state.rows().stream()
                .filter(row -> row.flags().has(Flags.DELETED))
                .count();
        long size = state.rows().stream()
                .mapToLong(row -> row.message().octets().length)
                .sum();
        return new MailboxInfo(
                box.id,
                box.account,
                box.name,
                box.validity,
                state.uidNext(),
                state.highestModSeq(),
                state.size(),
                unseen,
                deleted,
                size,
                Optional.ofNullable(box.role),
                subscriptions.getOrDefault(box.account, Set.of()).contains(box.name));
    }

    @Override
    public List<MailboxInfo> mailboxes(long account) {
        lock.lock();
        try {
            List<MailboxInfo> infos = new ArrayList<>();
            NavigableMap<String, Box> tree = tree(account);
            for (Box box : tree.values()) {
                infos.add(info(box));
            }
            for (String name : subscriptions.getOrDefault(account, Set.of())) {
                if (!tree.containsKey(name)) {
                    infos.add(new MailboxInfo(0, account, name, 0, 0, 0, 0, 0, 0, 0, Optional.empty(), true));
                }
            }
            return infos;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<MailboxInfo> mailbox(long account, String name) throws StoreUnavailableException {
        if (broken) {
            throw new IllegalStateException("broken on purpose");
        }
        lock.lock();
        try {
            return Optional.ofNullable(tree(account).get(name)).map(this::info);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public OpenMailbox open(long mailbox) throws RefusedChangeException {
        lock.lock();
        try {
            Box box = box(mailbox);
            Opened opened = new Opened(box);
            box.openers.add(opened);
            return opened;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Octets> original(MailId id) {
        return Optional.empty();
    }

    @Override
    public Optional<StoredAccount> account(String address) {
        return Optional.empty();
    }

    @Override
    public List<StoredAccount> accounts() {
        return List.of();
    }

    @Override
    public long sequence() {
        return sequence;
    }
}
