package org.mutatio.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.queue.Queue;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.Leases;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.RefusedChangeException.Refusal;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreClosedException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.StoredMessage;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.store.commit.Applier;
import org.mutatio.store.commit.Committer;
import org.mutatio.store.commit.Halt;
import org.mutatio.store.commit.MailboxNames;
import org.mutatio.store.commit.Numbering;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.format.StoreFormat;
import org.mutatio.store.journal.DiskFiles;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.JournalRecord;
import org.mutatio.store.journal.Location;
import org.mutatio.store.octets.FileOctets;
import org.mutatio.store.octets.LocalSpool;
import org.mutatio.store.octets.MemoryOctets;
import org.mutatio.store.octets.Rope;
import org.mutatio.store.octets.Slice;
import org.mutatio.store.octets.SpoolSpace;
import org.mutatio.store.recovery.Recovery;
import org.mutatio.store.recovery.Running;
import org.mutatio.store.state.StoreState;
import org.mutatio.store.trace.LocalTraces;
import org.mutatio.store.view.LoadedMailbox;
import org.mutatio.store.view.MessageRow;
import org.mutatio.store.view.SessionView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The store on a local disk: `data/journal`, `data/blobs`, `data/index.mv.db`, `data/checkpoints`, `data/spool`,
/// `data/trace`.
///
/// A message above 256 KiB is renamed from the spool into `data/blobs` and forced, file and folder, before the record
/// that names it is written; a crash in between leaves a file that nobody names, which `store verify` lists.
public final class LocalStore implements MailStore, Queue, Leases, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalStore.class);
    private static final Duration UPGRADE_AFTER = Duration.ofDays(1);
    private static final Reply FULL = Reply.of(452, "4.3.1", "not enough room to keep the message, try again later");
    private static final Reply BEHIND = Reply.of(452, "4.3.1", "the mail store is busy, try again later");
    private static final Reply READ_ONLY = Reply.of(451, "4.3.0", "the mail store takes nothing now, try again later");

    /// What an administrator may set.
    ///
    /// @param segmentSize octets after which a segment is closed
    /// @param blobFrom larger messages become files of their own
    /// @param spoolMemory octets in memory on their way in, all sessions together
    /// @param checkpointAfter journal octets after which a checkpoint is made: it bounds the replay
    /// @param traceRetention how long traces are kept
    /// @param archive folder that is fed continuously
    /// @param rpo at the latest after this time what was answered lies in the archive
    public record Settings(
            long segmentSize,
            long blobFrom,
            long spoolMemory,
            long checkpointAfter,
            Duration traceRetention,
            Optional<Path> archive,
            Duration rpo) {

        /// Without an archive.
        public Settings(
                long segmentSize, long blobFrom, long spoolMemory, long checkpointAfter, Duration traceRetention) {
            this(
                    segmentSize,
                    blobFrom,
                    spoolMemory,
                    checkpointAfter,
                    traceRetention,
                    Optional.empty(),
                    Duration.ofMinutes(5));
        }

        public static Settings defaults() {
            return new Settings(
                    64L << 20, 256L << 10, Runtime.getRuntime().maxMemory() / 8, 512L << 20, Duration.ofDays(30));
        }
    }

    private final Path data;
    private final org.mutatio.store.journal.Files files;
    private final Settings settings;
    private final InstantSource clock;
    private final Meters meters;
    private final Running running;
    private final boolean readOnly;
    /// Blobs without a record may lie about.
    private final List<String> orphans;
    private final Journal journal;
    private final EventCodec codec = new EventCodec();
    private final SpoolSpace spools;
    private final StoreState state;
    private final Recovery recovery;
    private final Applier applier;
    private final Committer committer;
    private final LocalTraces traces;
    private final FileStore disk;
    private final Upkeep upkeep;
    /// Fingerprint of each mail whose answer may still be read.
    private final Map<MailId, String> awaiting = new ConcurrentHashMap<>();
    private final java.util.concurrent.locks.ReentrantLock erasing = new java.util.concurrent.locks.ReentrantLock();
    private volatile int format;
    private final Instant opened;
    private volatile long freeOctets = Long.MAX_VALUE;
    private volatile long freeAsked;
    private volatile boolean closed;

    private LocalStore(
            Path data,
            Settings settings,
            InstantSource clock,
            Halt halt,
            Meters meters,
            org.mutatio.store.journal.Files files)
            throws IOException {
        this.data = data;
        this.files = files;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.format = StoreFormat.check(data);
        this.opened = clock.instant();
        this.running = Running.begin(data);
        try {
            this.readOnly = Running.readOnly(data, clock.millis());
            boolean trusted = running.clean() || running.sameBoot();
            this.journal = Journal.open(files, data.resolve("journal"), settings.segmentSize(), !trusted);
            Files.createDirectories(data.resolve("blobs"));
            this.spools = new SpoolSpace(data.resolve("spool"), settings.spoolMemory());
            this.disk = Files.getFileStore(data);
            this.recovery = new Recovery(data, journal, codec, clock, files);
            boolean restored = Files.exists(data.resolve(Recovery.RESTORED));
            if (Repair.rebuildWanted(data)) {
                Repair.setIndexAside(data, journal.firstKept() == 1, clock.millis());
            }
            Recovery.Recovered recovered = recovery.open(trusted);
            recovery.goOnAfterRestore(recovered);
            this.state = recovered.state();
            Halt noting = (reason, cause) -> {
                LOG.error("event=store.halt reason=\"{}\"", reason, cause);
                try {
                    Running.noteHalt(data, clock.millis());
                } catch (IOException e) {
                    LOG.error("event=store.halt-not-noted reason=\"{}\"", e.toString());
                }
                halt.halt(reason, cause);
            };
            this.applier = new Applier(
                    state, recovered.index(), journal.last(), upTo -> recovery.reopen(state, upTo), noting, clock);
            int validityBase = (int) Math.max(1, clock.instant().getEpochSecond());
            this.committer =
                    new Committer(journal, applier, state, codec, validityBase(validityBase), noting, clock, meters);
            this.traces =
                    new LocalTraces(data.resolve("trace"), clock, settings.traceRetention(), this::traceAt, codec);
            this.upkeep = new Upkeep(
                    data, files, settings, clock, journal, applier, committer, recovery, codec, traces, readOnly);
            // Of a damaged journal, or one whose beginning the index does not have, no blob may be called an orphan.
            boolean known = journal.damages().isEmpty() && journal.losses().isEmpty() && recovered.whole();
            this.orphans = known && (!running.clean() || restored) ? upkeep.blobs() : List.of();
        } catch (IOException | RuntimeException e) {
            running.abandon();
            throw e;
        }
        state.unanswered().forEach((print, what) -> awaiting.put(new MailId(what.mailId()), print));
    }

    /// A store that was there keeps its numbering; only a fresh one begins at the time it was made.
    private int validityBase(int now) {
        return journal.last() == 0 ? now : 1;
    }

    /// Opens, recovers and serves.
    ///
    /// @throws IOException another process has it, a newer format, or a disk that fails: the message is
    ///     for the administrator
    public static LocalStore open(Path data, Settings settings, InstantSource clock, Halt halt, Meters meters)
            throws IOException {
        return open(data, settings, clock, halt, meters, new DiskFiles());
    }

    /// As the other one, on a file system that may be a test's.
    static LocalStore open(
            Path data,
            Settings settings,
            InstantSource clock,
            Halt halt,
            Meters meters,
            org.mutatio.store.journal.Files files)
            throws IOException {
        LocalStore store = new LocalStore(data, settings, clock, halt, meters, files);
        store.applier.start();
        store.committer.start();
        store.upkeep.start(store.orphans);
        store.upkeep.also(store::upgradeAfterADay);
        store.upkeep.also(store::eraseWhatIsLeft);
        store.goOnErasing();
        meters.gauge("mutatio_store_backlog_events", store.applier::backlog);
        meters.gauge("mutatio_store_spool_memory_bytes", store.spools::inMemory);
        meters.gauge("mutatio_store_disk_free_bytes", store::free);
        meters.gauge("mutatio_store_sequence", store.journal::last);
        if (store.readOnly) {
            LOG.error(
                    "event=store.read-only reason=\"three failed writes within ten minutes\" cure=\"mutatio store verify\"");
        }
        return store;
    }

    // ---- room

    private long free() {
        long now = System.nanoTime();
        if (now - freeAsked > 200_000_000L || freeAsked == 0) {
            try {
                freeOctets = disk.getUsableSpace();
                freeAsked = now;
            } catch (IOException e) {
                throw new UncheckedIOException("free space of the disk is not known", e);
            }
        }
        return freeOctets;
    }

    private long reserve() {
        try {
            // 5 % of the disk, but of a large one not more than a gigabyte.
            return Math.min(disk.getTotalSpace() / 20, 1L << 30);
        } catch (IOException e) {
            throw new UncheckedIOException("the size of the disk is not known", e);
        }
    }

    @Override
    public void admit(long size) throws StoreUnavailableException {
        writable();
        if (free() < Math.max(reserve(), 2 * size)) {
            throw new StoreUnavailableException(FULL, "only " + free() + " octets free on the disk of " + data);
        }
        if (applier.behind()) {
            throw new StoreUnavailableException(BEHIND, "index " + applier.backlog() + " events behind the journal");
        }
    }

    private void writable() throws StoreUnavailableException {
        if (closed) {
            throw new StoreClosedException();
        }
        if (readOnly) {
            throw new StoreUnavailableException(
                    READ_ONLY, "read-only after failed writes: run mutatio store verify, then restart");
        }
    }

    @Override
    public Spool spool() throws StoreUnavailableException {
        writable();
        return spools.open();
    }

    // ---- changes

    @Override
    @SuppressWarnings("unchecked") // each change's result is made beside its decision
    public <R> R commit(Change<R> change) throws RefusedChangeException, StoreUnavailableException {
        writable();
        if (applier.behind() && !(change instanceof Change.Deliver)) {
            throw new StoreUnavailableException(BEHIND, "index " + applier.backlog() + " events behind the journal");
        }
        return switch (change) {
            case Change.Deliver deliver -> (R) deliver(deliver);
            case Change.RenameMailbox rename
            when MailboxNames.canonical(rename.from()).equals("INBOX") -> (R) renameInbox(rename);
            default -> (R) committer.commit(change, "");
        };
    }

    /// What `store verify --fix` takes out: also in a read-only store, since nothing else ends that state.
    @SuppressWarnings("unchecked") // each change's result is made beside its decision
    <R> R fix(Change<R> change) throws RefusedChangeException, StoreUnavailableException {
        return (R) committer.commit(change, "");
    }

    private Change.Delivered deliver(Change.Deliver deliver) throws RefusedChangeException, StoreUnavailableException {
        String blob = "";
        if (deliver.content().size() > settings.blobFrom()) {
            blob = deliver.id().text();
            keepBlob(deliver, blob);
        }
        Change.Delivered delivered;
        try {
            delivered = (Change.Delivered) committer.commit(deliver, blob);
        } catch (RefusedChangeException | StoreUnavailableException e) {
            dropBlob(blob);
            throw e;
        }
        if (delivered.repeat()) {
            dropBlob(blob);
        } else {
            deliver.fingerprint().ifPresent(print -> awaiting.put(delivered.id(), print.hex()));
            traces.index(deliver.trace());
        }
        return delivered;
    }

    /// One of 1,024 folders by the random end of the id, so that none grows without bound.
    private static Path blobFolder(Path data, String name) {
        return data.resolve("blobs").resolve(name.substring(24));
    }

    static Path blob(Path data, String name) {
        return blobFolder(data, name).resolve(name);
    }

    private Path blob(String name) {
        return blob(data, name);
    }

    private void keepBlob(Change.Deliver deliver, String name) throws StoreUnavailableException {
        Path target = blob(name);
        try {
            Path folder = blobFolder(data, name);
            files.createFolders(folder);
            Octets content = deliver.content().content();
            Path spilled = deliver.content() instanceof LocalSpool spool ? spool.file() : null;
            if (spilled != null) {
                files.rename(spilled, target);
                ((LocalSpool) deliver.content()).taken();
            } else {
                try (org.mutatio.store.journal.Files.Appender to = files.append(target, 0)) {
                    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
                    for (long at = 0; at < content.size(); ) {
                        buffer.clear();
                        at += content.read(at, buffer);
                        to.write(List.of(buffer.flip()));
                    }
                }
            }
            files.force(target);
            files.forceFolder(folder);
            files.forceFolder(data.resolve("blobs"));
        } catch (IOException e) {
            dropBlob(name); // a part of it, or the whole of which nobody will know
            throw new StoreUnavailableException(FULL, "blob " + name + ": " + e);
        }
    }

    private void dropBlob(String name) {
        if (!name.isEmpty()) {
            try {
                files.delete(blob(name));
            } catch (IOException e) {
                LOG.warn("event=blob.not-deleted name={} reason=\"{}\"", name, e.toString());
            }
        }
    }

    private MailboxInfo renameInbox(Change.RenameMailbox rename)
            throws RefusedChangeException, StoreUnavailableException {
        MailboxInfo target = (MailboxInfo) committer.commit(rename, "");
        MailboxInfo inbox = mailbox(rename.account(), "INBOX")
                .orElseThrow(() -> new RefusedChangeException(Refusal.NONEXISTENT, "no INBOX"));
        Object _ = committer.commit(
                new Change.Copy(
                        inbox.id(), List.of(new UidRange(1, 0xFFFF_FFFFL)), target.id(), true, OptionalLong.empty()),
                "");
        return state.mailbox(target.id()).orElse(target);
    }

    @Override
    public Optional<MailId> repeated(Fingerprint fingerprint) {
        if (committer.wasAnswered(fingerprint.hex())) {
            return Optional.empty();
        }
        return state.unanswered(fingerprint.hex(), clock.millis()).map(what -> new MailId(what.mailId()));
    }

    @Override
    public void answerRead(MailId id) {
        String print = awaiting.remove(id);
        if (print != null) {
            committer.answerRead(print);
        }
    }

    @Override
    public boolean fits(long account, long more, OptionalLong limit) {
        return limit.isEmpty() || committer.head().octets(account) + more <= limit.getAsLong();
    }

    @Override
    public Usage usage(long account) {
        return new Usage(state.octets(account), state.messages(account));
    }

    // ---- reading

    @Override
    public List<MailboxInfo> mailboxes(long account) {
        return state.mailboxes(account);
    }

    @Override
    public Optional<MailboxInfo> mailbox(long account, String name) {
        return state.mailbox(account, MailboxNames.canonical(name));
    }

    @Override
    public OpenMailbox open(long mailbox) throws RefusedChangeException, StoreUnavailableException {
        for (int i = 0; i < 10; i++) {
            Optional<LoadedMailbox> loaded = applier.load(mailbox);
            if (loaded.isEmpty()) {
                break;
            }
            SessionView view = new SessionView(loaded.get(), this::message);
            // It may have been dropped from memory between load and open; then it gets no news.
            if (loaded.get().equals(applier.loaded(mailbox))) {
                return view;
            }
            view.close();
        }
        if (closed) { // what is not there now may be there all the same
            throw new StoreClosedException();
        }
        throw new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + mailbox);
    }

    private StoredMessage message(MessageRow row) throws IOException {
        JournalRecord record = record(row.mail());
        Event.MailAccepted mail = accepted(record);
        if (record.blanked()) {
            throw new IOException("mail " + mail.id() + " was erased");
        }
        Event.Form form = mail.forms().get(row.form());
        Octets octets = rope(mail, form, record);
        return new Kept(
                row.uid(),
                new MailId(mail.id()),
                Instant.ofEpochSecond(row.dateSeconds()),
                octets,
                ByteBuffer.wrap(form.summary()).asReadOnlyBuffer());
    }

    private record Kept(long uid, MailId mailId, Instant internalDate, Octets octets, ByteBuffer known)
            implements StoredMessage {
        @Override
        public ByteBuffer summary() {
            return known.duplicate();
        }
    }

    private JournalRecord record(long mail) throws IOException {
        try {
            Location location = location(mail);
            try {
                return journal.read(location);
            } catch (IOException e) {
                applier.index().moved(mail);
                Location now = location(mail);
                if (now.equals(location)) {
                    throw e;
                }
                return journal.read(now);
            }
        } catch (SQLException e) {
            throw Index.failed(mail, e);
        }
    }

    private Location location(long mail) throws SQLException, IOException {
        return applier.index().mail(mail).orElseThrow(() -> new IOException("record " + mail + " is not in the index"));
    }

    /// Names the failed question.
    private static final class Index {
        static IOException failed(long mail, SQLException e) {
            return org.mutatio.store.index.Index.failed("asking the index for record " + mail, e);
        }
    }

    private Event.MailAccepted accepted(JournalRecord record) throws IOException {
        return switch (codec.read(record.type(), record.header())) {
            case Event.MailAccepted mail -> mail;
            case Event.RecordMoved moved -> moved.accepted();
            default -> throw new IOException("record " + record.sequence() + " is no message");
        };
    }

    Octets received(Event.MailAccepted mail, JournalRecord record) throws IOException {
        return mail.blob().isEmpty()
                ? new FileOctets(
                        journal.file(record.location()), record.octetsAt(), record.octetsLength(), "mail " + mail.id())
                : new FileOctets(blob(mail.blob()), 0, mail.size(), "mail " + mail.id());
    }

    private Octets rope(Event.MailAccepted mail, Event.Form form, JournalRecord record) throws IOException {
        Octets received = received(mail, record);
        List<Octets> pieces = new ArrayList<>();
        for (Event.Piece piece : form.slices()) {
            if (piece.octets().length > 0) {
                pieces.add(MemoryOctets.of(piece.octets()));
            } else if (piece.offset() == 0 && piece.length() == received.size()) {
                pieces.add(received);
            } else {
                pieces.add(new Slice(received, piece.offset(), piece.length()));
            }
        }
        return pieces.size() == 1 ? pieces.getFirst() : new Rope(pieces);
    }

    @Override
    public Optional<Octets> original(MailId id) throws StoreUnavailableException {
        try {
            Optional<Location> location = applier.index().mail(id);
            if (location.isEmpty()) {
                return Optional.empty();
            }
            JournalRecord record = journal.read(location.get());
            return record.blanked() ? Optional.empty() : Optional.of(received(accepted(record), record));
        } catch (SQLException | IOException e) {
            throw new StoreUnavailableException(READ_ONLY, "mail " + id + ": " + e);
        }
    }

    @Override
    public Optional<StoredAccount> account(String address) {
        return state.account(address);
    }

    @Override
    public List<StoredAccount> accounts() {
        return state.accounts();
    }

    @Override
    public long sequence() {
        return journal.last();
    }

    // ---- queue and leases

    @Override
    public List<Entry> list(Optional<String> lane, long after, int most) throws StoreUnavailableException {
        return ask(() -> applier.index().queue(lane, after, most));
    }

    private interface Question<R> {
        R ask() throws SQLException;
    }

    private static <R> R ask(Question<R> question) throws StoreUnavailableException {
        try {
            return question.ask();
        } catch (SQLException e) {
            throw new StoreUnavailableException(READ_ONLY, "index: " + e.getMessage());
        }
    }

    @Override
    public Optional<Entry> find(long id) throws StoreUnavailableException {
        return ask(() -> applier.index().queue(id));
    }

    @Override
    public List<Entry> of(MailId mail) throws StoreUnavailableException {
        return ask(() -> applier.index().queue(mail));
    }

    @Override
    public Octets octets(long id) throws StoreUnavailableException, IOException {
        var form = ask(() -> applier.index().queuedForm(id)).orElseThrow(() -> new IOException("no queue entry " + id));
        JournalRecord record = record(form.mail());
        Event.MailAccepted mail = accepted(record);
        if (record.blanked()) {
            throw new IOException("mail " + mail.id() + " was erased");
        }
        return rope(mail, mail.forms().get(form.form()), record);
    }

    @Override
    public Map<String, Long> lanes() throws StoreUnavailableException {
        return ask(() -> applier.index().lanes());
    }

    @Override
    public long acquire(String name, long bundleId) throws StoreUnavailableException {
        try {
            return committer.lease(name, bundleId);
        } catch (RefusedChangeException e) {
            throw new StoreUnavailableException(READ_ONLY, "lease " + name + ": " + e.getMessage());
        }
    }

    @Override
    public boolean holds(String name, long fence) {
        return committer.head().fence(name).orElse(0) == fence;
    }

    // ---- traces

    public LocalTraces traces() {
        return traces;
    }

    /// The trace in a mail's record.
    private Optional<org.mutatio.api.trace.Trace> traceAt(MailId id) throws IOException {
        try {
            Optional<Location> location = applier.index().mail(id);
            if (location.isEmpty()) {
                return Optional.empty();
            }
            JournalRecord record = journal.read(location.get());
            return record.blanked()
                    ? Optional.empty()
                    : Optional.of(accepted(record).trace().toTrace());
        } catch (SQLException e) {
            throw org.mutatio.store.index.Index.failed("mail " + id, e);
        }
    }

    // ---- what only we do

    /// Gives mailboxes the numbers that they had elsewhere.
    public Numbering numbering() {
        return new Numbering(
                committer, journal::last, Math.max(1, clock.instant().getEpochSecond()), format >= StoreFormat.NEWEST);
    }

    // ---- upkeep

    /// Makes a checkpoint now.
    public void checkpoint() throws IOException {
        upkeep.checkpoint();
    }

    /// What the index does each half second, now.
    void storeIndex() throws IOException {
        applier.checkpoint().close();
    }

    /// What is done every minute, now.
    void keep() {
        upkeep.keep();
        upgradeAfterADay();
        eraseWhatIsLeft();
    }

    /// Makes a copy of the store as it is now, under load: folder `<folder>/<time>`, by hard links where they can be
    /// made.
    ///
    /// @param progress told now and then
    /// @return the copy's folder
    public Path backup(Path folder, java.util.function.Consumer<String> progress) throws IOException {
        return upkeep.backup(folder, progress);
    }

    // ---- status and checks

    /// Facts for `store status`.
    public record Status(
            long sequence,
            long applied,
            int backlog,
            int waiting,
            long free,
            boolean readOnly,
            Optional<String> problem,
            List<Journal.Damage> damages,
            long firstKept,
            long checkpoint) {}

    public Status status() {
        return new Status(
                journal.last(),
                applier.applied(),
                applier.backlog(),
                committer.waiting(),
                free(),
                readOnly,
                applier.problem().or(upkeep::problem),
                journal.damages(),
                journal.firstKept(),
                upkeep.lastCheckpoint());
    }

    /// Reads everything: every checksum, every hash, every blob, index against journal.
    ///
    /// @param progress told every thousand records
    public org.mutatio.store.verify.Report verify(java.util.function.Consumer<String> progress) throws IOException {
        org.mutatio.store.verify.Report report = upkeep.pinned(() -> {
            org.mutatio.store.verify.Report all = org.mutatio.store.verify.Verifier.journal(
                    data, journal, codec, this::blob, applier.applied(), progress);
            try {
                verify(applier.index(), journal, all);
            } catch (SQLException e) {
                all.problems(List.of("the index cannot be read: " + e.getMessage()));
            }
            return all;
        });
        if (report.problems().isEmpty()) {
            Running.forgetHalts(data);
        }
        return report;
    }

    /// Sets aside what is damaged, so that the store is whole without it; see [Repair].
    public Repair.Repaired repair(java.util.function.Consumer<String> progress)
            throws IOException, StoreUnavailableException {
        if (format < StoreFormat.NEWEST) {
            throw new IOException(
                    "data of format " + format + " cannot hold what was set aside: `mutatio store upgrade`" + " first");
        }
        return new Repair(this, data, journal, applier, upkeep, clock).run(progress);
    }

    /// Makes mail of an account unreadable; see [Erasure].
    ///
    /// @param address as accounts have it
    /// @param dry only says what would be done
    /// @return empty: no such account
    public Optional<Erasure.Erased> erase(
            String address, Erasure.Wanted wanted, boolean dry, java.util.function.Consumer<String> progress)
            throws IOException, StoreUnavailableException {
        writable();
        if (format < StoreFormat.NEWEST && !dry) {
            throw new IOException(
                    "data of format " + format + " cannot hold what was erased: `mutatio store upgrade` first");
        }
        erasing.lock();
        try {
            return dry ? erasure().look(address, wanted, progress) : erasure().run(address, wanted, progress);
        } finally {
            erasing.unlock();
        }
    }

    private Erasure erasure() {
        return new Erasure(this, data, files, journal, codec, applier, committer, upkeep, traces);
    }

    /// What a crash cut off, before the first client is served. Mail is served also when that cannot be done now.
    private void goOnErasing() {
        try {
            if (!readOnly) {
                erasure().finish(_ -> {});
            }
        } catch (IOException | StoreUnavailableException e) {
            LOG.error("event=store.erasing reason=\"{}\" again=\"within a minute\"", e.toString());
        }
    }

    /// What a start could not finish, or an erasure that failed since; the keeper comes back to it each minute.
    private void eraseWhatIsLeft() {
        if (readOnly || closed || !erasing.tryLock()) {
            return;
        }
        try {
            if (org.mutatio.store.erase.Erasing.pending(data)) {
                upkeep.aloneIfFree(this::goOnErasing);
            }
        } catch (IOException e) {
            LOG.error("event=store.erasing reason=\"{}\" again=\"within a minute\"", e.toString());
        } finally {
            erasing.unlock();
        }
    }

    /// Raises the data to the newest format; no older release opens it then.
    ///
    /// @return the format before
    public int upgrade() throws IOException {
        checkpoint(); // the way back of the index, should the new format's first hours need one
        int before = StoreFormat.raise(data);
        format = StoreFormat.NEWEST;
        LOG.info("event=store.format before={} now={}", before, format);
        return before;
    }

    public int format() {
        return format;
    }

    /// A release that has run for a day is not taken back any more.
    private void upgradeAfterADay() {
        if (format < StoreFormat.NEWEST && clock.instant().isAfter(opened.plus(UPGRADE_AFTER))) {
            try {
                int _ = upgrade();
            } catch (IOException e) {
                LOG.warn("event=store.format-not-raised reason=\"{}\"", e.toString());
            }
        }
    }

    /// The index against itself, and who is hit by damage of the journal.
    static void verify(org.mutatio.store.index.Index index, Journal journal, org.mutatio.store.verify.Report report)
            throws SQLException {
        for (Journal.Damage damage : journal.damages()) {
            report.problems(index.mailsBetween(damage.afterSequence() + 1, damage.beforeSequence() - 1).stream()
                    .map(mail -> "mail " + mail + " cannot be read any more: its record is damaged")
                    .toList());
        }
        for (Journal.Loss loss : journal.losses()) {
            report.problems(index.liveIn(Repair.segment(loss.segment()), loss.offset(), loss.end()).stream()
                    .map(mail -> "mail " + mail + " cannot be read any more: its record was set aside")
                    .toList());
        }
        report.problems(index.danglingReferences());
        report.problems(index.wrongCounters());
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        boolean whole = false;
        try {
            upkeep.close();
            committer.close();
            try {
                applier.close();
            } finally {
                journal.close();
            }
            traces.close();
            if (applier.problem().isEmpty()) {
                files.force(org.mutatio.store.index.Index.file(data));
                whole = true;
            }
        } finally {
            if (whole) {
                running.close();
            } else {
                running.abandon(); // the next start looks closely, and can take the lock
            }
        }
        LOG.info("event=store.closed sequence={}", journal.last());
    }

    public Meters meters() {
        return meters;
    }
}
