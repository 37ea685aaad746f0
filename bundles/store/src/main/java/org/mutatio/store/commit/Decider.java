package org.mutatio.store.commit;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.RefusedChangeException.Refusal;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.StoredTrace;
import org.mutatio.store.state.StoreState;
import org.mutatio.store.view.MailboxVersion;
import org.mutatio.store.view.MessageRow;
import org.mutatio.store.view.UidRanges;

/// Decides changes against the head: every assigned value (UID, UIDVALIDITY, ids) is chosen here and goes into the
/// event. Used by the committer's thread alone.
final class Decider {
    /// Most mailboxes of an account.
    static final int MOST_MAILBOXES = 10_000;
    /// Most distinct keywords of a mailbox.
    static final int MOST_KEYWORDS = 200;
    private static final SpecialUse[] AT_CREATION = {
        SpecialUse.DRAFTS, SpecialUse.SENT, SpecialUse.JUNK, SpecialUse.TRASH, SpecialUse.ARCHIVE
    };

    /// What became of a change.
    sealed interface Outcome {
        /// An event to append; the result is known already, but for results that need its sequence.
        record Decided(Event event, Object result) implements Outcome {}

        /// Nothing to do: the answer stands.
        record Nothing(Object result) implements Outcome {}

        /// The mailbox has events in flight or is not loaded: try again when they are applied.
        record Later(long mailbox) implements Outcome {}
    }

    /// Gives the newest version of a mailbox if it is loaded and has no event in flight.
    @FunctionalInterface
    interface Settled {
        Optional<MailboxVersion> version(long mailbox);
    }

    private final Settled settled;
    private final java.util.function.Predicate<String> answered;
    private final int validityBase;

    /// @param answered whether the answer with that fingerprint was read meanwhile
    /// @param validityBase UIDVALIDITYs begin above it (the time the store was made), so that a store made
    ///     anew on the
    ///     same names never repeats one
    Decider(Settled settled, java.util.function.Predicate<String> answered, int validityBase) {
        this.settled = settled;
        this.answered = answered;
        this.validityBase = validityBase;
    }

    /// @param sequence the event would get
    Outcome decide(Task task, StoreState head, Instant now, long sequence) throws RefusedChangeException {
        return switch (java.util.Objects.requireNonNull(task.change)) {
            case Change.Deliver deliver -> deliver(deliver, task.blob, head, now);
            case Change.StoreFlags flags -> flags(flags, head, sequence);
            case Change.Copy copy -> copy(copy, head, sequence);
            case Change.Expunge expunge -> expunge(expunge, head, sequence);
            case Change.CreateMailbox create -> create(create, head);
            case Change.RenameMailbox rename -> rename(rename, head);
            case Change.DeleteMailbox delete -> delete(delete, head);
            case Change.Subscribe subscribe -> subscribe(subscribe, head);
            case Change.SaveAccount save -> save(save.account(), head, now);
            case Change.DeleteAccount delete -> deleteAccount(delete, head);
            case Change.PolicyDeployed policy ->
                done(new Event.PolicyDeployed(policy.version(), policy.sha256(), policy.summary()));
            case Change.KeyCreated key ->
                done(new Event.KeyCreated(key.domain(), key.selector(), key.algorithm(), key.fingerprint()));
            case Change.DeploymentRecorded recorded -> done(new Event.DeploymentRecorded(recorded.text()));
            case Change.ChangeQueue queue -> queue(queue, now);
            case Change.AcquireLease lease -> {
                long fence = head.fence(lease.name()).orElse(0) + 1;
                yield new Outcome.Decided(new Event.LeaseTaken(lease.name(), fence, lease.bundle()), fence);
            }
        };
    }

    private static Outcome done(Event event) {
        return new Outcome.Decided(event, new Change.Done());
    }

    // ---- delivery

    private Outcome deliver(Change.Deliver deliver, String blob, StoreState head, Instant now)
            throws RefusedChangeException {
        String fingerprint = deliver.fingerprint().map(print -> print.hex()).orElse("");
        if (!fingerprint.isEmpty() && !answered.test(fingerprint)) {
            Optional<StoreState.Unanswered> first = head.unanswered(fingerprint, now.toEpochMilli());
            if (first.isPresent()) {
                return new Outcome.Nothing(
                        new Change.Delivered(new MailId(first.get().mailId()), true, List.of(), List.of()));
            }
        }
        Making making = new Making(head);
        List<Event.Form> forms = new ArrayList<>();
        List<Change.Placed> placed = new ArrayList<>();
        List<Long> entries = new ArrayList<>();
        StoreState.Counters counters = head.counters();
        long nextQueue = counters.queue();
        Map<Long, Long> nextUids = new HashMap<>();
        Map<Long, Long> held = new HashMap<>(); // octets of each account, with what lies in front of us in the batch
        for (Change.Outcome outcome : deliver.outcomes()) {
            List<Event.Piece> pieces = new ArrayList<>();
            long size = 0;
            for (Change.Slice slice : outcome.rope()) {
                switch (slice) {
                    case Change.Slice.New(ByteBuffer octets) -> {
                        pieces.add(new Event.Piece(copy(octets), 0, 0));
                        size += octets.remaining();
                    }
                    case Change.Slice.Received(long offset, long length) -> {
                        pieces.add(new Event.Piece(new byte[0], offset, length));
                        size += length;
                    }
                }
            }
            List<Event.Placed> places = new ArrayList<>();
            for (Change.Placement placement : outcome.placements()) {
                Target target = making.find(placement.account(), placement.mailbox());
                long octets = size + held.computeIfAbsent(placement.account(), head::octets);
                checkQuota(placement, octets);
                held.put(placement.account(), octets);
                long uid = nextUids.merge(target.id(), target.uidNext() + 1, (old, _) -> old + 1) - 1;
                checkUid(uid);
                places.add(new Event.Placed(
                        placement.account(),
                        target.id(),
                        uid,
                        placement.flags().system(),
                        List.copyOf(placement.flags().keywords()),
                        placement.internalDate().getEpochSecond()));
                placed.add(new Change.Placed(target.id(), target.uidValidity(), uid));
            }
            List<Event.Queued> queued = new ArrayList<>();
            for (Change.QueueEntry entry : outcome.queue()) {
                long id = nextQueue++;
                entries.add(id);
                queued.add(new Event.Queued(
                        id,
                        entry.lane(),
                        entry.sender(),
                        entry.recipients().stream()
                                .map(to -> new Event.QueuedRecipient(to.address(), to.notifyOn(), to.original()))
                                .toList(),
                        entry.notBefore().toEpochMilli(),
                        entry.expires().toEpochMilli(),
                        entry.attributes(),
                        entry.held()));
            }
            forms.add(new Event.Form(pieces, size, copy(outcome.summary()), places, queued));
        }
        Event event = new Event.MailAccepted(
                deliver.id().text(),
                deliver.received().toEpochMilli(),
                deliver.content().size(),
                blob,
                fingerprint,
                making.created(),
                forms,
                StoredTrace.of(deliver.trace()));
        return new Outcome.Decided(event, new Change.Delivered(deliver.id(), false, placed, entries));
    }

    private static void checkQuota(Change.Placement placement, long octets) throws RefusedChangeException {
        if (placement.quota().isPresent() && octets > placement.quota().getAsLong()) {
            throw new RefusedChangeException(
                    Refusal.OVERQUOTA,
                    "account " + placement.account() + " would hold " + octets + " octets, "
                            + placement.quota().getAsLong() + " allowed");
        }
    }

    private static void checkUid(long uid) throws RefusedChangeException {
        if (uid > 0xFFFF_FFFFL) {
            throw new RefusedChangeException(Refusal.LIMIT, "the mailbox has used up its UIDs");
        }
    }

    private static byte[] copy(ByteBuffer octets) {
        byte[] copy = new byte[octets.remaining()];
        octets.duplicate().get(copy);
        return copy;
    }

    private record Target(long id, long uidValidity, long uidNext) {}

    /// Finds mailboxes for a delivery and makes those that are missing.
    private final class Making {
        private final StoreState head;
        private final Map<String, Event.MailboxCreated> made = new LinkedHashMap<>();
        private long nextMailbox;
        private long nextValidity;

        Making(StoreState head) {
            this.head = head;
            this.nextMailbox = head.counters().mailbox();
            this.nextValidity = validity(head);
        }

        List<Event.MailboxCreated> created() {
            return List.copyOf(made.values());
        }

        Target find(long account, Change.Place place) throws RefusedChangeException {
            if (head.account(account).isEmpty()) {
                throw new RefusedChangeException(Refusal.NONEXISTENT, "no account " + account);
            }
            return switch (place) {
                case Change.Place.Id(long id) -> {
                    MailboxInfo info = head.mailbox(id)
                            .filter(found -> found.account() == account)
                            .orElseThrow(() -> new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + id));
                    yield new Target(id, info.uidValidity(), info.uidNext());
                }
                case Change.Place.Role(SpecialUse role) -> {
                    Optional<MailboxInfo> known = head.role(account, role);
                    yield known.isPresent()
                            ? new Target(
                                    known.get().id(),
                                    known.get().uidValidity(),
                                    known.get().uidNext())
                            : make(account, freeName(account, role.mailbox()), Optional.of(role));
                }
                case Change.Place.Name(String name) -> {
                    String valid = MailboxNames.valid(name);
                    Optional<MailboxInfo> known = head.mailbox(account, valid).filter(MailboxInfo::selectable);
                    yield known.isPresent()
                            ? new Target(
                                    known.get().id(),
                                    known.get().uidValidity(),
                                    known.get().uidNext())
                            : make(account, valid, Optional.empty());
                }
            };
        }

        private String freeName(long account, String wanted) {
            String name = wanted;
            int number = 2;
            while (head.mailbox(account, name).filter(MailboxInfo::selectable).isPresent()) {
                name = wanted + " " + number++;
            }
            return name;
        }

        private Target make(long account, String name, Optional<SpecialUse> role) {
            String key = account + " " + role.map(Enum::name).orElse(name);
            Event.MailboxCreated known = made.get(key);
            if (known == null) {
                known = new Event.MailboxCreated(
                        nextMailbox++,
                        account,
                        name,
                        nextValidity++,
                        role.map(Enum::name).orElse(""));
                made.put(key, known);
            }
            return new Target(known.id(), known.uidValidity(), 1);
        }
    }

    private long validity(StoreState head) {
        return Math.max(validityBase, head.counters().uidValidity());
    }

    // ---- flags, copies, expunges

    /// @return empty: later
    private Optional<MailboxVersion> version(long mailbox, StoreState head) throws RefusedChangeException {
        if (head.mailbox(mailbox).isEmpty()) {
            throw new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + mailbox);
        }
        return settled.version(mailbox);
    }

    private Outcome flags(Change.StoreFlags change, StoreState head, long sequence) throws RefusedChangeException {
        Optional<MailboxVersion> found = version(change.mailbox(), head);
        if (found.isEmpty()) {
            return new Outcome.Later(change.mailbox());
        }
        MailboxVersion version = found.get();
        Set<String> keywords = new java.util.TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        keywords.addAll(version.keywords());
        keywords.addAll(change.flags().keywords());
        if (keywords.size() > MOST_KEYWORDS && change.mode() != Change.FlagMode.REMOVE) {
            throw new RefusedChangeException(
                    Refusal.LIMIT, "a mailbox has at most " + MOST_KEYWORDS + " different keywords");
        }
        Map<Flags, UidRanges> groups = new LinkedHashMap<>();
        UidRanges touched = new UidRanges();
        UidRanges modified = new UidRanges();
        long unseen = 0;
        long deleted = 0;
        for (int position : positions(version, change.uids())) {
            long uid = version.uid(position);
            if (change.unchangedSince().isPresent()
                    && version.modSeq(position) > change.unchangedSince().getAsLong()) {
                modified.add(uid);
                continue;
            }
            Flags before = version.flags(position);
            Flags after = switch (change.mode()) {
                case SET -> change.flags();
                case ADD -> before.plus(change.flags());
                case REMOVE -> before.minus(change.flags());
            };
            touched.add(uid);
            if (!after.equals(before)) {
                groups.computeIfAbsent(after, _ -> new UidRanges()).add(uid);
                unseen += bit(before, Flags.SEEN) - bit(after, Flags.SEEN);
                deleted += bit(after, Flags.DELETED) - bit(before, Flags.DELETED);
            }
        }
        if (groups.isEmpty()) {
            return new Outcome.Nothing(new Change.FlagsStored(0, touched.list(), modified.list()));
        }
        List<Event.FlagGroup> event = new ArrayList<>();
        groups.forEach((flags, uids) -> event.add(
                new Event.FlagGroup(flags.system(), List.copyOf(flags.keywords()), UidRanges.pairs(uids.list()))));
        return new Outcome.Decided(
                new Event.FlagsChanged(change.mailbox(), event, unseen, deleted),
                new Change.FlagsStored(sequence, touched.list(), modified.list()));
    }

    private static int bit(Flags flags, int bit) {
        return flags.has(bit) ? 1 : 0;
    }

    /// Positions of the messages that are there, each once, ascending; sets are cut to what exists.
    private static List<Integer> positions(MailboxVersion version, List<UidRange> ranges) {
        java.util.BitSet wanted = new java.util.BitSet(version.size());
        for (UidRange range : ranges) {
            int from = version.position(range.first());
            int to = version.position(range.last());
            wanted.set(from >= 0 ? from : -from - 1, to >= 0 ? to + 1 : -to - 1);
        }
        List<Integer> positions = new ArrayList<>();
        for (int at = wanted.nextSetBit(0); at >= 0; at = wanted.nextSetBit(at + 1)) {
            positions.add(at);
        }
        return positions;
    }

    private Outcome copy(Change.Copy change, StoreState head, long sequence) throws RefusedChangeException {
        MailboxInfo target = head.mailbox(change.to())
                .orElseThrow(() -> new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + change.to()));
        Optional<MailboxVersion> found = version(change.from(), head);
        if (found.isEmpty()) {
            return new Outcome.Later(change.from());
        }
        MailboxVersion version = found.get();
        List<Event.CopiedMessage> messages = new ArrayList<>();
        UidRanges sources = new UidRanges();
        UidRanges targets = new UidRanges();
        long next = target.uidNext();
        long octets = 0;
        for (int position : positions(version, change.uids())) {
            MessageRow row = version.row(position);
            long uid = next++;
            checkUid(uid);
            messages.add(new Event.CopiedMessage(
                    row.uid(),
                    uid,
                    row.mail(),
                    row.form(),
                    row.flags().system(),
                    List.copyOf(row.flags().keywords()),
                    row.octets(),
                    row.dateSeconds()));
            sources.add(row.uid());
            targets.add(uid);
            octets += row.octets();
        }
        if (messages.isEmpty()) {
            return new Outcome.Nothing(new Change.Copied(target.uidValidity(), List.of(), List.of(), 0));
        }
        boolean sameAccount = head.mailbox(change.from())
                .map(from -> from.account() == target.account())
                .orElse(false);
        if (change.quota().isPresent()
                && !(change.move() && sameAccount)
                && head.octets(target.account()) + octets > change.quota().getAsLong()) {
            throw new RefusedChangeException(Refusal.OVERQUOTA, octets + " octets more than the quota allows");
        }
        return new Outcome.Decided(
                new Event.Copied(change.from(), change.to(), change.move(), messages),
                new Change.Copied(target.uidValidity(), sources.list(), targets.list(), sequence));
    }

    private Outcome expunge(Change.Expunge change, StoreState head, long sequence) throws RefusedChangeException {
        Optional<MailboxVersion> found = version(change.mailbox(), head);
        if (found.isEmpty()) {
            return new Outcome.Later(change.mailbox());
        }
        MailboxVersion version = found.get();
        List<UidRange> among = change.uids().isEmpty() ? List.of(new UidRange(1, 0xFFFF_FFFFL)) : change.uids();
        UidRanges gone = new UidRanges();
        long messages = 0;
        long unseen = 0;
        long octets = 0;
        for (int position : positions(version, among)) {
            Flags flags = version.flags(position);
            if (flags.has(Flags.DELETED)) {
                gone.add(version.uid(position));
                messages++;
                unseen += 1 - bit(flags, Flags.SEEN);
                octets += version.octets(position);
            }
        }
        if (messages == 0) {
            return new Outcome.Nothing(new Change.Expunged(List.of(), 0));
        }
        return new Outcome.Decided(
                new Event.Expunged(change.mailbox(), UidRanges.pairs(gone.list()), messages, unseen, messages, octets),
                new Change.Expunged(gone.list(), sequence));
    }

    // ---- mailboxes

    private Outcome create(Change.CreateMailbox change, StoreState head) throws RefusedChangeException {
        String name = MailboxNames.valid(change.name());
        account(change.account(), head);
        if (head.mailbox(change.account(), name).filter(MailboxInfo::selectable).isPresent()) {
            throw new RefusedChangeException(Refusal.ALREADYEXISTS, "mailbox " + name + " is there already");
        }
        if (head.mailboxes(change.account()).size() >= MOST_MAILBOXES) {
            throw new RefusedChangeException(Refusal.LIMIT, "an account has at most " + MOST_MAILBOXES + " mailboxes");
        }
        if (change.role().isPresent()
                && head.role(change.account(), change.role().get()).isPresent()) {
            throw new RefusedChangeException(
                    Refusal.USEATTR,
                    "another mailbox has the role " + change.role().get().attribute());
        }
        Event.MailboxCreated event = new Event.MailboxCreated(
                head.counters().mailbox(),
                change.account(),
                name,
                validity(head),
                change.role().map(Enum::name).orElse(""));
        return new Outcome.Decided(
                event,
                new MailboxInfo(
                        event.id(),
                        event.account(),
                        name,
                        event.uidValidity(),
                        1,
                        1,
                        0,
                        0,
                        0,
                        0,
                        change.role(),
                        head.subscribed(change.account(), name)));
    }

    private static StoredAccount account(long id, StoreState head) throws RefusedChangeException {
        return head.account(id).orElseThrow(() -> new RefusedChangeException(Refusal.NONEXISTENT, "no account " + id));
    }

    private Outcome rename(Change.RenameMailbox change, StoreState head) throws RefusedChangeException {
        String from = MailboxNames.canonical(change.from());
        String to = MailboxNames.valid(change.to());
        MailboxInfo source = head.mailbox(change.account(), from)
                .orElseThrow(() -> new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + from));
        if (head.mailbox(change.account(), to).filter(MailboxInfo::selectable).isPresent()) {
            throw new RefusedChangeException(Refusal.ALREADYEXISTS, "mailbox " + to + " is there already");
        }
        if (to.startsWith(from + "/")) {
            throw new RefusedChangeException(Refusal.CANNOT, "a mailbox cannot be moved below itself");
        }
        if (from.equals("INBOX")) {
            return renameInbox(change.account(), source, to, head);
        }
        Map<Long, String> names = new LinkedHashMap<>();
        for (MailboxInfo info : head.mailboxes(change.account())) {
            if (info.selectable() && (info.name().equals(from) || info.name().startsWith(from + "/"))) {
                String name = to + info.name().substring(from.length());
                names.put(info.id(), MailboxNames.valid(name));
            }
        }
        Set<String> fresh = new HashSet<>(names.values());
        for (MailboxInfo info : head.mailboxes(change.account())) {
            if (info.selectable() && fresh.contains(info.name()) && !names.containsKey(info.id())) {
                throw new RefusedChangeException(Refusal.ALREADYEXISTS, "mailbox " + info.name() + " is there already");
            }
        }
        if (names.isEmpty()) {
            throw new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + from);
        }
        return new Outcome.Decided(
                new Event.MailboxRenamed(change.account(), names),
                source.selectable() ? named(source, to, head.subscribed(change.account(), to)) : source);
    }

    private static MailboxInfo named(MailboxInfo info, String name, boolean subscribed) {
        return new MailboxInfo(
                info.id(),
                info.account(),
                name,
                info.uidValidity(),
                info.uidNext(),
                info.highestModSeq(),
                info.messages(),
                info.unseen(),
                info.deleted(),
                info.size(),
                info.role(),
                subscribed);
    }

    /// RFC 9051 section 6.3.6: INBOX stays, its messages go to a new mailbox. The new one gets them by a move, so it
    /// is made first; the caller's second step moves ([org.mutatio.store.LocalStore]).
    private Outcome renameInbox(long account, MailboxInfo inbox, String to, StoreState head) {
        Event.MailboxCreated event =
                new Event.MailboxCreated(head.counters().mailbox(), account, to, validity(head), "");
        return new Outcome.Decided(
                event,
                new MailboxInfo(
                        event.id(),
                        account,
                        to,
                        event.uidValidity(),
                        1,
                        inbox.highestModSeq(),
                        0,
                        0,
                        0,
                        0,
                        Optional.empty(),
                        head.subscribed(account, to)));
    }

    private Outcome delete(Change.DeleteMailbox change, StoreState head) throws RefusedChangeException {
        String name = MailboxNames.canonical(change.name());
        if (name.equals("INBOX")) {
            throw new RefusedChangeException(Refusal.CANNOT, "INBOX cannot be deleted");
        }
        MailboxInfo info = head.mailbox(change.account(), name)
                .orElseThrow(() -> new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + name));
        boolean children = head.hasChildren(change.account(), name);
        if (!info.selectable()) {
            throw new RefusedChangeException(
                    children ? Refusal.CANNOT : Refusal.NONEXISTENT,
                    children ? "it has children and holds nothing itself" : "no mailbox " + name);
        }
        return done(new Event.MailboxDeleted(info.id(), change.account(), children));
    }

    private Outcome subscribe(Change.Subscribe change, StoreState head) throws RefusedChangeException {
        account(change.account(), head);
        String name = MailboxNames.valid(change.name());
        if (change.subscribed() && head.mailboxes(change.account()).size() >= MOST_MAILBOXES) {
            throw new RefusedChangeException(Refusal.LIMIT, "too many subscriptions");
        }
        return done(new Event.Subscribed(change.account(), name, change.subscribed()));
    }

    // ---- accounts and the queue

    private Outcome save(StoredAccount wanted, StoreState head, Instant now) throws RefusedChangeException {
        boolean fresh = wanted.id() == 0;
        Optional<StoredAccount> known = head.account(wanted.address());
        if (fresh && known.isPresent()) {
            throw new RefusedChangeException(
                    Refusal.ALREADYEXISTS, "account " + wanted.address() + " is there already");
        }
        if (!fresh && known.isPresent() && known.get().id() != wanted.id()) {
            throw new RefusedChangeException(Refusal.ALREADYEXISTS, "the address belongs to another account");
        }
        if (!fresh) {
            account(wanted.id(), head);
        }
        long id = fresh ? head.counters().account() : wanted.id();
        List<Event.MailboxCreated> boxes = new ArrayList<>();
        if (fresh) {
            long mailbox = head.counters().mailbox();
            long validity = validity(head);
            boxes.add(new Event.MailboxCreated(mailbox++, id, "INBOX", validity++, ""));
            for (SpecialUse role : AT_CREATION) {
                boxes.add(new Event.MailboxCreated(mailbox++, id, role.mailbox(), validity++, role.name()));
            }
        }
        Instant created = fresh ? now : wanted.created();
        StoredAccount saved = new StoredAccount(
                id,
                wanted.address(),
                wanted.displayName(),
                wanted.credentials(),
                wanted.quota(),
                wanted.enabled(),
                created);
        return new Outcome.Decided(
                new Event.AccountSaved(
                        id,
                        saved.address(),
                        saved.displayName(),
                        saved.credentials(),
                        saved.quota().orElse(-1),
                        saved.enabled(),
                        created.toEpochMilli(),
                        boxes),
                saved);
    }

    private Outcome deleteAccount(Change.DeleteAccount change, StoreState head) throws RefusedChangeException {
        account(change.account(), head);
        List<Long> boxes = head.mailboxes(change.account()).stream()
                .filter(MailboxInfo::selectable)
                .map(MailboxInfo::id)
                .toList();
        return done(new Event.AccountDeleted(change.account(), boxes));
    }

    private static Outcome queue(Change.ChangeQueue change, Instant now) {
        String state = switch (change.action()) {
            case HOLD -> "held";
            case RELEASE, RETRY -> "waiting";
            case DROP -> "dropped";
        };
        long next = change.action() == Change.QueueAction.RETRY ? now.toEpochMilli() : 0;
        return done(new Event.QueueChanged(change.entries(), state, next, change.reason()));
    }
}
