package org.mutatio.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.store.commit.Applier;
import org.mutatio.store.commit.Committer;
import org.mutatio.store.erase.Erasing;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.index.Index;
import org.mutatio.store.journal.Hashes;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.JournalRecord;
import org.mutatio.store.journal.RecordType;
import org.mutatio.store.trace.LocalTraces;
import org.mutatio.store.view.UidRanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `store erase`: a person's mail is made unreadable wherever we keep it, also what was expunged long ago.
///
/// A mail that somebody else holds, or that waits in the queue, is left and named. One that nobody holds can be held by
/// nobody again: a copy needs a message to copy.
///
/// On disk at each step: the messages go out of the account's mailboxes by ordinary changes; `data/erasing` names the
/// mails, and from then on there is no way back; an event Erased names their records and what will stand in for them;
/// the segments are written anew without their parts, one after the other; their blobs go, their lines in
/// `data/trace`; the archive takes the segments anew and lets the blobs go. A crash in between leaves `data/erasing`,
/// and the next start goes on: each step finds out what of it was done.
///
/// Threads: one erasure at a time; it keeps copies and the taking away of segments waiting while it blanks.
public final class Erasure {

    private static final Logger LOG = LoggerFactory.getLogger(Erasure.class);
    private static final int EVENT_RECORDS = 1_000;
    private static final int ROUNDS = 5;
    /// Mails whose records are in memory together while they are blanked.
    private static final int AT_ONCE = 20_000;
    private static final int HEADER_OCTETS = 64 << 10;
    private static final int APPLIED_WITHIN_SECONDS = 60;
    private static final Reply BUSY = Reply.of(451, "4.3.0", "the mail store is busy, try again later");

    /// Which mail of an account.
    ///
    /// @param before internal date of the message is earlier, or that of its arrival where it lay in no mailbox
    /// @param messageId with or without `<` and `>`
    public record Wanted(Optional<Instant> before, Optional<String> messageId) {}

    /// What was done, or would be.
    ///
    /// @param mails how many are blank now
    /// @param messages taken out of mailboxes
    /// @param octets received, of those mails
    /// @param left ids of mails that another account holds or that wait in the queue
    /// @param notes what is worth knowing
    public record Erased(long mails, long messages, long octets, List<String> left, List<String> notes) {
        public Erased {
            left = List.copyOf(left);
            notes = List.copyOf(notes);
        }
    }

    private final LocalStore store;
    private final Path data;
    private final org.mutatio.store.journal.Files files;
    private final Journal journal;
    private final EventCodec codec;
    private final Applier applier;
    private final Committer committer;
    private final Upkeep upkeep;
    private final LocalTraces traces;

    Erasure(
            LocalStore store,
            Path data,
            org.mutatio.store.journal.Files files,
            Journal journal,
            EventCodec codec,
            Applier applier,
            Committer committer,
            Upkeep upkeep,
            LocalTraces traces) {
        this.store = store;
        this.data = data;
        this.files = files;
        this.journal = journal;
        this.codec = codec;
        this.applier = applier;
        this.committer = committer;
        this.upkeep = upkeep;
        this.traces = traces;
    }

    /// What [#run] would do; nothing is changed.
    ///
    /// @return empty: there is no such account, nor was there one that the journal knows
    Optional<Erased> look(String address, Wanted wanted, Consumer<String> progress)
            throws IOException, StoreUnavailableException {
        Search search = new Search(address, wanted);
        if (search.run(progress).isEmpty()) {
            return Optional.empty();
        }
        settle();
        Map<Long, Set<Long>> holders = holders(search.found.keySet());
        Set<Long> left = new TreeSet<>();
        holders.forEach((mail, who) -> {
            if (!search.accounts.containsAll(who)) {
                boolean _ = left.add(mail);
            }
        });
        long messages = 0;
        for (long mailbox : mailboxes(search.accounts)) {
            messages += count(holdings(mailbox, search.found.keySet()));
        }
        return Optional.of(search.result(left, messages, List.of()));
    }

    /// @return empty: there is no such account, nor was there one that the journal knows
    Optional<Erased> run(String address, Wanted wanted, Consumer<String> progress)
            throws IOException, StoreUnavailableException {
        finish(progress); // of one that failed
        Search search = new Search(address, wanted);
        if (search.run(progress).isEmpty()) {
            return Optional.empty();
        }
        long messages = expunge(search.accounts, search.found.keySet());
        Set<Long> left = new TreeSet<>(holders(search.found.keySet()).keySet());
        Map<Long, String> mails = new TreeMap<>();
        search.found.forEach((mail, facts) -> {
            if (!left.contains(mail)) {
                Object _ = mails.put(mail, facts.id());
            }
        });
        mails.putAll(search.unfinished);
        if (!mails.isEmpty()) {
            Erasing.write(
                    files, data, new Erasing.Pending(mails, Erasing.read(data).again()));
            progress.accept(mails.size() + " mails to blank");
            finish(progress);
        }
        List<String> notes = new ArrayList<>();
        if (!setAside().isEmpty()) {
            notes.add("data/set-aside holds damaged records, of whom nobody can tell: remove what is not needed");
        }
        upkeep.archiveNow().ifPresent(notes::add);
        Erased erased = search.result(left, messages, notes);
        LOG.info(
                "event=store.erased mails={} messages={} left={}",
                erased.mails(),
                messages,
                erased.left().size());
        return Optional.of(erased);
    }

    // ---- finding

    /// @param size octets received
    private record Facts(String id, long size) {}

    /// What a blank record is of.
    private record Standing(long mail, String id) {}

    /// Reads the journal for the mail of an account.
    private final class Search {
        private final String address;
        private final Optional<Instant> before;
        private final Optional<String> messageId;
        /// The account of that name; when there is none, those that had it.
        private final Set<Long> accounts = new HashSet<>();
        private final boolean lives;
        private final Set<Long> mailboxes = new HashSet<>();
        /// Of others, and copied into a mailbox of ours.
        private final Set<Long> copied = new HashSet<>();
        private final Map<Long, Facts> found = new TreeMap<>();
        /// Blank, or to be blank, and the other half is missing: after a copy of another moment was restored.
        private final Map<Long, String> unfinished = new TreeMap<>();
        private final Map<Long, Standing> blank = new TreeMap<>();
        private final Set<Long> named = new HashSet<>();

        Search(String address, Wanted wanted) {
            this.address = address;
            this.before = wanted.before();
            this.messageId = wanted.messageId().map(Erasure::plain);
            Optional<StoredAccount> account = store.account(address);
            this.lives = account.isPresent();
            account.ifPresent(one -> {
                boolean _ = accounts.add(one.id());
                store.mailboxes(one.id()).forEach(box -> mailboxes.add(box.id()));
            });
        }

        /// @return empty: no such account
        Optional<Search> run(Consumer<String> progress) throws IOException {
            long[] read = {0};
            journal.scan(0, record -> {
                if (++read[0] % 10_000 == 0) {
                    progress.accept(read[0] + " records read");
                }
                take(record);
            });
            blank.forEach((record, mail) -> {
                if (!named.remove(record)) {
                    Object _ = unfinished.put(mail.mail(), mail.id());
                }
            });
            named.removeIf(record -> record < journal.firstKept());
            copied.removeAll(found.keySet());
            if (!copied.isEmpty() || !named.isEmpty()) {
                journal.scan(0, record -> {
                    Optional<Mail> mail = mail(record);
                    if (mail.isPresent() && copied.contains(mail.get().sequence())) {
                        find(record, mail.get());
                    }
                    if (mail.isPresent() && named.contains(record.sequence())) {
                        Object _ = unfinished.put(
                                mail.get().sequence(), mail.get().accepted().id());
                    }
                });
            }
            return accounts.isEmpty() ? Optional.empty() : Optional.of(this);
        }

        private void take(JournalRecord record) throws IOException {
            switch (record.type()) {
                case MAIL_ACCEPTED, RECORD_MOVED -> {
                    Optional<Mail> mail = mail(record);
                    if (mail.isPresent()) {
                        if (record.blanked()) {
                            Object _ = blank.put(
                                    record.sequence(),
                                    new Standing(
                                            mail.get().sequence(),
                                            mail.get().accepted().id()));
                        }
                        mail.get().accepted().created().forEach(this::created);
                        if (ours(mail.get().accepted())) {
                            find(record, mail.get());
                        }
                    }
                }
                case MAILBOX_CREATED, ACCOUNT_SAVED, COPIED, ERASED -> {
                    switch (codec.read(record.type(), record.header())) {
                        case Event.MailboxCreated created -> created(created);
                        case Event.AccountSaved saved -> {
                            if (!lives && saved.address().equals(address)) {
                                boolean _ = accounts.add(saved.id());
                            }
                            saved.mailboxes().forEach(this::created);
                        }
                        case Event.Copied copy -> {
                            if (mailboxes.contains(copy.to())) {
                                copy.messages().forEach(message -> copied.add(message.mail()));
                            }
                        }
                        case Event.Erased(List<Event.Blanked> records) ->
                            records.forEach(one -> named.add(one.record()));
                        default -> throw new IOException("record " + record.sequence() + " is not what it says");
                    }
                }
                default -> {}
            }
        }

        private void created(Event.MailboxCreated box) {
            if (accounts.contains(box.account())) {
                boolean _ = mailboxes.add(box.id());
            }
        }

        /// It lay in a mailbox of the account, or the account sent it.
        private boolean ours(Event.MailAccepted mail) {
            return mail.forms().stream()
                    .anyMatch(form -> form.placed().stream().anyMatch(place -> accounts.contains(place.account()))
                            || form.queued().stream()
                                    .anyMatch(queued -> queued.sender().equalsIgnoreCase(address)));
        }

        private void find(JournalRecord record, Mail mail) throws IOException {
            if (record.blanked()) {
                return;
            }
            Event.MailAccepted accepted = mail.accepted();
            if (before.isPresent() && !date(accepted).isBefore(before.get())
                    || messageId.isPresent() && !messageId.get().equals(plain(messageId(record, accepted)))) {
                return;
            }
            Object _ = found.put(mail.sequence(), new Facts(accepted.id(), accepted.size()));
        }

        private Instant date(Event.MailAccepted mail) {
            return mail.forms().stream()
                    .flatMap(form -> form.placed().stream())
                    .filter(place -> accounts.contains(place.account()))
                    .map(place -> Instant.ofEpochSecond(place.dateSeconds()))
                    .findFirst()
                    .orElse(Instant.ofEpochMilli(mail.received()));
        }

        Erased result(Set<Long> left, long messages, List<String> notes) {
            List<String> leftIds = new ArrayList<>();
            long mails = 0;
            long octets = 0;
            for (Map.Entry<Long, Facts> one : found.entrySet()) {
                if (left.contains(one.getKey())) {
                    leftIds.add(one.getValue().id());
                } else {
                    mails++;
                    octets += one.getValue().size();
                }
            }
            return new Erased(mails, messages, octets, leftIds, notes);
        }
    }

    /// @param sequence of its MailAccepted
    private record Mail(long sequence, Event.MailAccepted accepted) {}

    private Optional<Mail> mail(JournalRecord record) throws IOException {
        if (record.type() != RecordType.MAIL_ACCEPTED && record.type() != RecordType.RECORD_MOVED) {
            return Optional.empty();
        }
        return switch (codec.read(record.type(), record.header())) {
            case Event.MailAccepted accepted -> Optional.of(new Mail(record.sequence(), accepted));
            case Event.RecordMoved moved -> Optional.of(new Mail(moved.mail(), moved.accepted()));
            default -> throw new IOException("record " + record.sequence() + " is no message");
        };
    }

    private static String plain(String messageId) {
        String stripped = messageId.strip();
        return stripped.startsWith("<") && stripped.endsWith(">") && stripped.length() > 1
                ? stripped.substring(1, stripped.length() - 1)
                : stripped;
    }

    /// What the trace says, else (an import, an APPEND) the field of the message; RFC 5322 section 3.6.4.
    private String messageId(JournalRecord record, Event.MailAccepted mail) throws IOException {
        if (!mail.trace().messageId().isEmpty()) {
            return mail.trace().messageId();
        }
        ByteBuffer head;
        try {
            Octets octets = store.received(mail, record);
            head = ByteBuffer.allocate((int) Math.min(HEADER_OCTETS, octets.size()));
            int _ = octets.read(0, head);
        } catch (java.nio.file.NoSuchFileException _) {
            return ""; // its blob is damaged: verify says so
        }
        String text = StandardCharsets.ISO_8859_1.decode(head.flip()).toString();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            int stop = end < 0 ? text.length() : end;
            String line = text.substring(at, stop);
            if (line.isBlank()) {
                return "";
            }
            if (line.toLowerCase(Locale.ROOT).startsWith("message-id")) {
                int open = text.indexOf('<', at);
                int close = text.indexOf('>', at);
                return open >= 0 && close > open ? text.substring(open, close + 1) : "";
            }
            at = stop + 1;
        }
        return "";
    }

    // ---- out of the mailboxes

    private Set<Long> mailboxes(Set<Long> accounts) {
        Set<Long> all = new TreeSet<>();
        for (long account : accounts) {
            store.mailboxes(account).stream().filter(MailboxInfo::selectable).forEach(box -> all.add(box.id()));
        }
        return all;
    }

    private List<UidRange> holdings(long mailbox, Set<Long> mails) throws IOException {
        try {
            UidRanges uids = new UidRanges();
            for (Index.Holding holding : applier.index().holdings(mailbox)) {
                if (mails.contains(holding.mail())) {
                    uids.add(holding.uid());
                }
            }
            return uids.list();
        } catch (SQLException e) {
            throw Index.failed("messages of mailbox " + mailbox, e);
        }
    }

    private static long count(List<UidRange> uids) {
        return uids.stream().mapToLong(UidRange::size).sum();
    }

    /// Takes the mails out of all mailboxes of the accounts, so that clients see them go.
    ///
    /// @return how many messages
    private long expunge(Set<Long> accounts, Set<Long> mails) throws IOException, StoreUnavailableException {
        long messages = 0;
        for (int round = 0; round < ROUNDS; round++) { // a client may copy one meanwhile
            settle();
            long before = messages;
            for (long mailbox : mailboxes(accounts)) {
                List<UidRange> uids = holdings(mailbox, mails);
                if (uids.isEmpty()) {
                    continue;
                }
                try {
                    Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                            mailbox, uids, Change.FlagMode.ADD, Flags.of(Flags.DELETED), OptionalLong.empty()));
                    Change.Expunged _ = store.commit(new Change.Expunge(mailbox, uids));
                    messages += count(uids);
                } catch (RefusedChangeException e) {
                    LOG.info("event=store.erasing mailbox={} reason=\"{}\"", mailbox, e.getMessage()); // deleted now
                }
            }
            if (messages == before) {
                break;
            }
        }
        settle();
        return messages;
    }

    /// Waits until the index has all that the journal has now.
    private void settle() throws StoreUnavailableException {
        long wanted = journal.last();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(APPLIED_WITHIN_SECONDS);
        while (applier.applied() < wanted) {
            if (System.nanoTime() > end) {
                throw new StoreUnavailableException(BUSY, "index " + applier.backlog() + " events behind the journal");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    /// Who holds each of these mails; those that nobody holds are not in it.
    private Map<Long, Set<Long>> holders(Set<Long> mails) throws IOException {
        if (mails.isEmpty()) {
            return Map.of();
        }
        TreeSet<Long> sorted = new TreeSet<>(mails);
        try {
            return applier.index().holders(sorted.first(), sorted.last(), mails::contains);
        } catch (SQLException e) {
            throw Index.failed("who holds which mail", e);
        }
    }

    // ---- blanking

    /// Does what `data/erasing` says, if there is something.
    void finish(Consumer<String> progress) throws IOException, StoreUnavailableException {
        Erasing.Pending pending = Erasing.read(data);
        while (!pending.mails().isEmpty()) {
            finish(pending, progress);
            pending = Erasing.read(data);
        }
    }

    private void finish(Erasing.Pending pending, Consumer<String> progress)
            throws IOException, StoreUnavailableException {
        LOG.info("event=store.erasing mails={}", pending.mails().size());
        // After the restore of a moment before the erasure they lie in mailboxes again.
        long _ = expunge(
                new HashSet<>(store.accounts().stream().map(StoredAccount::id).toList()),
                pending.mails().keySet());
        dropQueued(pending.mails().keySet());
        StoreUnavailableException[] refused = {null};
        upkeep.alone(() -> {
            try {
                blank(pending, progress);
            } catch (StoreUnavailableException e) {
                refused[0] = e;
            }
        });
        if (refused[0] != null) {
            throw refused[0];
        }
    }

    private void dropQueued(Set<Long> mails) throws IOException, StoreUnavailableException {
        Set<Long> held = holders(mails).keySet();
        if (held.isEmpty()) {
            return;
        }
        Set<String> ids = new HashSet<>();
        Map<Long, String> named = Erasing.read(data).mails();
        for (long mail : held) {
            boolean _ = ids.add(Objects.requireNonNull(named.get(mail)));
        }
        List<Long> entries = new ArrayList<>();
        for (String id : ids) {
            store.of(new MailId(id)).forEach(entry -> entries.add(entry.id()));
        }
        if (!entries.isEmpty()) {
            try {
                Change.Done _ = store.commit(
                        new Change.ChangeQueue(entries, Change.QueueAction.DROP, "erased: mutatio store erase"));
            } catch (RefusedChangeException e) {
                LOG.info("event=store.erasing queue={} reason=\"{}\"", entries, e.getMessage()); // sent meanwhile
            }
        }
    }

    private void blank(Erasing.Pending pending, Consumer<String> progress)
            throws IOException, StoreUnavailableException {
        Map<Long, String> mails = new TreeMap<>();
        Map<Long, String> later = new TreeMap<>();
        pending.mails().forEach((mail, id) -> {
            Object _ = (mails.size() < AT_ONCE ? mails : later).put(mail, id);
        });
        upkeep.closeSegment();
        Map<Long, List<Journal.Blank>> segments = new TreeMap<>();
        Set<Long> named = new HashSet<>();
        journal.scan(0, record -> {
            if (record.type() == RecordType.ERASED
                    && codec.read(record.type(), record.header()) instanceof Event.Erased(List<Event.Blanked> all)) {
                all.forEach(one -> named.add(one.record()));
            }
            Optional<Mail> mail = mail(record);
            if (mail.isPresent() && mails.containsKey(mail.get().sequence())) {
                segments.computeIfAbsent(record.location().segment(), _ -> new ArrayList<>())
                        .add(new Journal.Blank(record.location(), record.sequence(), standIn(record, mail.get())));
            }
        });
        List<Event.Blanked> unnamed = segments.values().stream()
                .flatMap(List::stream)
                .filter(blank -> !named.contains(blank.sequence()))
                .map(blank -> new Event.Blanked(blank.sequence(), Hashes.sha256(blank.standIn())))
                .toList();
        say(unnamed);
        Set<String> again = new TreeSet<>(pending.again());
        int done = 0;
        for (Map.Entry<Long, List<Journal.Blank>> segment : segments.entrySet()) {
            boolean _ = journal.blank(segment.getKey(), segment.getValue());
            String name = journal.segmentFile(segment.getKey()).getFileName().toString();
            boolean _ = again.add("journal/" + name);
            for (Path copy : setAside()) {
                if (String.valueOf(copy.getFileName()).endsWith("-" + name)) {
                    boolean _ = journal.blank(copy, segment.getValue());
                }
            }
            progress.accept(++done + " of " + segments.size() + " segments written anew");
        }
        for (String id : mails.values()) {
            Path blob = LocalStore.blob(data, id);
            if (files.exists(blob)) {
                files.delete(blob);
                files.forceFolder(Objects.requireNonNull(blob.getParent()));
            }
            boolean _ = again.add("blobs/" + id.substring(24) + "/" + id);
        }
        traces.blank(new HashSet<>(mails.values()));
        Erasing.write(files, data, new Erasing.Pending(later, upkeep.archives() ? again : Set.of()));
    }

    private ByteBuffer standIn(JournalRecord record, Mail mail) {
        if (record.blanked()) {
            return record.header();
        }
        Event.MailAccepted blank = Event.blank(mail.accepted());
        return codec.write(
                record.type() == RecordType.RECORD_MOVED ? new Event.RecordMoved(mail.sequence(), blank) : blank);
    }

    /// The events, durable before anything is blanked.
    private void say(List<Event.Blanked> records) throws IOException, StoreUnavailableException {
        List<Event> events = new ArrayList<>();
        for (int from = 0; from < records.size(); from += EVENT_RECORDS) {
            events.add(new Event.Erased(records.subList(from, Math.min(from + EVENT_RECORDS, records.size()))));
        }
        if (!events.isEmpty()) {
            try {
                List<Event> _ = committer.commit((org.mutatio.store.commit.OwnChange) _ -> events);
            } catch (RefusedChangeException e) {
                throw new IOException("the erasure was refused: " + e.getMessage(), e);
            }
        }
    }

    private List<Path> setAside() throws IOException {
        return files.list(data.resolve("set-aside")).stream()
                .filter(path -> path.toString().endsWith(".seg"))
                .toList();
    }
}
