package org.mutatio.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.backup.Copies;
import org.mutatio.store.commit.Applier;
import org.mutatio.store.commit.Committer;
import org.mutatio.store.erase.Erasing;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.index.Index;
import org.mutatio.store.journal.Entry;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.JournalRecord;
import org.mutatio.store.journal.RecordType;
import org.mutatio.store.recovery.Recovery;
import org.mutatio.store.trace.LocalTraces;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is done beside the mail: checkpoints, copies, and taking away what nobody needs any more.
///
/// Threads: one of its own does the rounds; a backup runs on its caller's. A lock sees to it that nothing is taken away
/// while it is being copied; what waits for that is the taking away, never a checkpoint or the archive.
final class Upkeep implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final long MOVED_AT_ONCE = 1 << 20;
    /// Times `rpo` after which an archive that is not fed is told.
    private static final int LATE = 3;

    private final Path data;
    private final org.mutatio.store.journal.Files files;
    private final LocalStore.Settings settings;
    private final InstantSource clock;
    private final Journal journal;
    private final Applier applier;
    private final Committer committer;
    private final Recovery recovery;
    private final EventCodec codec;
    private final LocalTraces traces;
    private final boolean readOnly;
    private final ScheduledExecutorService rounds;
    /// The archive may lie on another machine and hang: nothing else waits for its thread.
    private final ScheduledExecutorService archiver;
    /// Its read lock is held while something is copied, its write lock while something is deleted.
    private final ReentrantReadWriteLock pinned = new ReentrantReadWriteLock();
    private final ReentrantLock checkpointing = new ReentrantLock();
    private volatile long lastCheckpoint;
    private volatile long archivedUpTo = -1;
    private volatile Optional<String> archiveProblem = Optional.empty();
    /// When a round last found that the archive has everything, or brought it; epoch milliseconds.
    private volatile long fed;
    private @Nullable ScheduledFuture<?> keeping;
    private @Nullable ScheduledFuture<?> archiving;

    Upkeep(
            Path data,
            org.mutatio.store.journal.Files files,
            LocalStore.Settings settings,
            InstantSource clock,
            Journal journal,
            Applier applier,
            Committer committer,
            Recovery recovery,
            EventCodec codec,
            LocalTraces traces,
            boolean readOnly)
            throws IOException {
        this.readOnly = readOnly;
        this.data = data;
        this.files = files;
        this.settings = settings;
        this.clock = clock;
        this.journal = journal;
        this.applier = applier;
        this.committer = committer;
        this.recovery = recovery;
        this.codec = codec;
        this.traces = traces;
        List<Path> checkpoints = recovery.checkpoints();
        this.lastCheckpoint = checkpoints.isEmpty() ? 0 : Recovery.sequence(checkpoints.getFirst());
        this.rounds = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("mutatio-store-keeper").daemon().factory());
        this.archiver = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("mutatio-store-archiver").daemon().factory());
        this.fed = clock.millis();
    }

    /// @param orphans names of blobs that may have no record
    void start(List<String> orphans) {
        if (!orphans.isEmpty() && !readOnly) {
            Future<?> _ = rounds.submit(() -> dropOrphanBlobs(orphans));
        }
        keeping = rounds.scheduleWithFixedDelay(this::keep, 60, 60, TimeUnit.SECONDS);
        settings.archive().ifPresent(folder -> {
            // Twice within the time, so that a round that takes long still keeps it.
            long every = Math.max(1_000, settings.rpo().toMillis() / 2);
            archiving = archiver.scheduleWithFixedDelay(() -> archive(folder), every, every, TimeUnit.MILLISECONDS);
        });
    }

    /// What is wrong beside the mail, if something is.
    Optional<String> problem() {
        return archiveProblem.or(this::archiveLate);
    }

    /// A round that hangs says nothing itself.
    private Optional<String> archiveLate() {
        long late = clock.millis() - fed;
        return settings.archive()
                .filter(_ -> late > Math.max(60_000, LATE * settings.rpo().toMillis()))
                .map(folder -> "the archive " + folder + " has not been fed for " + late / 1_000
                        + " s: does its file system answer?");
    }

    long lastCheckpoint() {
        return lastCheckpoint;
    }

    /// Names of all blobs, before the first mail of this run is kept: later on one cannot tell a blob whose record was
    /// never written from one whose record is on its way into the index.
    List<String> blobs() throws IOException {
        List<String> names = new ArrayList<>();
        for (Path folder : files.list(data.resolve("blobs"))) {
            for (Path blob : files.list(folder)) {
                String name = String.valueOf(blob.getFileName());
                if (MailId.valid(name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /// After a stop that was not clean: those of them that no record names.
    private void dropOrphanBlobs(List<String> names) {
        long dropped = 0;
        try {
            for (String name : names) {
                if (applier.index().mail(new MailId(name)).isEmpty()) {
                    files.delete(LocalStore.blob(data, name));
                    dropped++;
                }
            }
            if (dropped > 0) {
                LOG.info("event=blobs.dropped blobs={} reason=\"left by a crash before their 250\"", dropped);
            }
        } catch (IOException | SQLException e) {
            LOG.warn("event=blobs.not-cleaned reason=\"{}\"", e.toString());
        }
    }

    /// Makes a copy of the store as it is now, under load: folder `<folder>/<time>`, by hard links where they can be
    /// made.
    ///
    /// @param progress told now and then
    /// @return the copy's folder
    public Path backup(Path folder, java.util.function.Consumer<String> progress) throws IOException {
        Path target = folder.resolve(clock.instant()
                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                .toString()
                .replace(":", ""));
        if (Files.exists(target)) {
            throw new IOException(target + " is there already: a backup of this very second");
        }
        Copies.Brought brought = feed(target, true, true, Set.of(), progress);
        LOG.info("event=backup.made folder={} sequence={} files={}", target, brought.sequence(), brought.files());
        return target;
    }

    private Copies.Brought feed(
            Path target,
            boolean checkpoint,
            boolean link,
            Set<String> again,
            java.util.function.Consumer<String> progress)
            throws IOException {
        pinned.readLock().lock(); // nothing is deleted meanwhile
        try {
            if (checkpoint) {
                checkpoint();
            }
            // After the checkpoint: the journal that is copied must not end before it.
            closeSegment();
            List<Path> checkpoints = recovery.checkpoints();
            return new Copies(data, journal, Recovery.life(data))
                    .feed(
                            target,
                            checkpoints.subList(0, Math.min(checkpoint ? 1 : 2, checkpoints.size())),
                            link,
                            clock.instant(),
                            again,
                            progress);
        } finally {
            pinned.readLock().unlock();
        }
    }

    /// Something that must not meet a copy or the taking away.
    @FunctionalInterface
    interface Alone {
        void run() throws IOException;
    }

    /// What is read while nothing is taken away.
    interface Reading<R> {
        R run() throws IOException;
    }

    <R> R pinned(Reading<R> reading) throws IOException {
        pinned.readLock().lock();
        try {
            return reading.run();
        } finally {
            pinned.readLock().unlock();
        }
    }

    /// As [#alone], unless that would have to wait: the keeper's thread has more to do.
    void aloneIfFree(Alone work) throws IOException {
        if (pinned.writeLock().tryLock()) {
            try {
                work.run();
            } finally {
                pinned.writeLock().unlock();
            }
        }
    }

    void alone(Alone work) throws IOException {
        pinned.writeLock().lock();
        try {
            work.run();
        } finally {
            pinned.writeLock().unlock();
        }
    }

    /// Asked for once a minute, beside all else.
    void also(Runnable round) {
        Future<?> _ = rounds.scheduleWithFixedDelay(round, 60, 60, TimeUnit.SECONDS);
    }

    void closeSegment() throws IOException {
        await(committer.closeSegment(), "the segment is not closed");
    }

    private static void await(Future<Void> done, String failed) throws IOException {
        try {
            Object _ = done.get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IOException(failed + ": " + e.getCause(), e);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IOException(failed + " within 30 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Brings what was written since into the archive folder.
    private void archive(Path folder) {
        long last = journal.last();
        try {
            Set<String> again = Erasing.read(data).again();
            if (last == archivedUpTo && again.isEmpty()) {
                fed = clock.millis();
                return;
            }
            Copies.Brought brought = feed(folder, false, false, again, _ -> {});
            taken(again);
            archivedUpTo = brought.sequence();
            fed = clock.millis();
            archiveProblem = Optional.empty();
            LOG.info("event=archive.fed folder={} sequence={} files={}", folder, brought.sequence(), brought.brought());
        } catch (IOException | RuntimeException e) {
            archiveProblem = Optional.of("the archive " + folder + " was not fed: " + e.getMessage());
            LOG.error("event=archive.failed folder={} reason=\"{}\"", folder, e.toString());
        }
    }

    /// The archive has those as they are now.
    private void taken(Set<String> names) throws IOException {
        if (!names.isEmpty()) {
            alone(() -> {
                Erasing.Pending pending = Erasing.read(data);
                Set<String> rest = new TreeSet<>(pending.again());
                rest.removeAll(names);
                Erasing.write(files, data, new Erasing.Pending(pending.mails(), rest));
            });
        }
    }

    boolean archives() {
        return settings.archive().isPresent();
    }

    /// Feeds the archive now, if there is one.
    ///
    /// @return what is wrong; it is tried again each round
    Optional<String> archiveNow() throws IOException {
        if (settings.archive().isPresent()) {
            try {
                Object _ =
                        archiver.submit(() -> archive(settings.archive().get())).get(10, TimeUnit.MINUTES);
            } catch (java.util.concurrent.TimeoutException _) {
                return Optional.of("the archive is still being fed");
            } catch (java.util.concurrent.ExecutionException e) {
                throw new IOException("the archive was not fed: " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        return archiveProblem;
    }

    /// Every minute: checkpoints, segments that nobody needs, old traces.
    void keep() {
        if (readOnly) {
            return; // its disk failed three times: nothing is written there, and nothing taken away, until verify was
            // run
        }
        try {
            checkpointIfDue();
        } catch (IOException | RuntimeException e) {
            // On a full disk there is no room for one, and what follows makes some.
            LOG.warn("event=store.no-checkpoint reason=\"{}\"", e.toString());
        }
        try {
            traces.dropOld();
            if (pinned.writeLock().tryLock()) {
                try {
                    recovery.dropOldCheckpoints();
                    dropSegments();
                    compact();
                } finally {
                    pinned.writeLock().unlock();
                }
            }
        } catch (IOException | SQLException | RuntimeException e) {
            LOG.warn("event=store.keeping reason=\"{}\"", e.toString());
        }
    }

    private void checkpointIfDue() throws IOException {
        long octets = 0;
        for (Journal.Closed closed : journal.closed()) {
            if (closed.last() > lastCheckpoint) {
                octets += settings.segmentSize();
            }
        }
        if (octets >= settings.checkpointAfter()) {
            checkpoint();
        }
    }

    /// Makes a checkpoint now.
    public void checkpoint() throws IOException {
        checkpointing.lock();
        try (Index.Checkpoint checkpoint = applier.checkpoint()) {
            recovery.keep(checkpoint);
            lastCheckpoint = checkpoint.applied();
        } finally {
            checkpointing.unlock();
        }
    }

    private void dropSegments() throws IOException, SQLException {
        List<Path> checkpoints = recovery.checkpoints();
        if (checkpoints.size() < 2) {
            return;
        }
        long safe = Recovery.sequence(checkpoints.get(1));
        long old = clock.millis() - settings.traceRetention().toMillis();
        Set<String> again = Erasing.read(data).again();
        for (Journal.Closed closed : journal.closed()) {
            if (again.contains("journal/" + journal.segmentFile(closed.first()).getFileName())) {
                return; // the archive has it as it was before an erasure, and must take it as it is now
            }
            if (closed.last() > safe || applier.index().live(closed.first()) > 0 || youngest(closed) > old) {
                return; // only from the beginning on: the journal has no holes
            }
            // Blobs first: one that is left without its record would be found by nobody.
            List<String> blobs = new ArrayList<>();
            records(closed.first(), kept -> {
                String blob = kept.accepted().blob();
                if (!blob.isEmpty() && lies(new MailId(kept.accepted().id()), closed.first())) {
                    blobs.add(blob);
                }
            });
            for (String blob : blobs) {
                files.delete(LocalStore.blob(data, blob));
            }
            journal.delete(closed.first());
            applier.forget(closed.first());
            LOG.info("event=segment.deleted first={} last={} blobs={}", closed.first(), closed.last(), blobs.size());
        }
    }

    /// A mail's record in some segment.
    private record Kept(long mail, JournalRecord record, Event.MailAccepted accepted) {}

    @FunctionalInterface
    private interface Taking {
        void take(Kept kept) throws IOException;
    }

    private void records(long segment, Taking taking) throws IOException {
        journal.scanSegment(segment, record -> {
            if (record.type() == RecordType.MAIL_ACCEPTED || record.type() == RecordType.RECORD_MOVED) {
                switch (codec.read(record.type(), record.header())) {
                    case Event.MailAccepted mail -> taking.take(new Kept(record.sequence(), record, mail));
                    case Event.RecordMoved moved -> taking.take(new Kept(moved.mail(), record, moved.accepted()));
                    default -> throw new IOException("record " + record.sequence() + " is no message");
                }
            }
        });
    }

    /// Whether the record of a mail lies in a segment, and was not moved on.
    private boolean lies(MailId mail, long segment) throws IOException {
        try {
            return applier.index()
                    .mail(mail)
                    .filter(location -> location.segment() == segment)
                    .isPresent();
        } catch (SQLException e) {
            throw Index.failed("mail " + mail, e);
        }
    }

    /// When a third of the old segments is dead, the oldest one's live records go to the journal's end: like a wheel,
    /// so that the journal has no holes. Its own round deletes it later, when the checkpoints know where they went.
    private void compact() throws IOException, SQLException {
        List<Path> checkpoints = recovery.checkpoints();
        if (checkpoints.size() < 2) {
            return;
        }
        long safe = Recovery.sequence(checkpoints.get(1));
        long old = clock.millis() - settings.traceRetention().toMillis();
        List<Journal.Closed> able = new ArrayList<>();
        long octets = 0;
        for (Journal.Closed closed : journal.closed()) {
            if (closed.last() > safe || youngest(closed) > old) {
                break;
            }
            able.add(closed);
            octets += files.size(journal.segmentFile(closed.first()));
        }
        if (able.isEmpty()) {
            return;
        }
        long oldest = able.getFirst().first();
        long live = applier.index().liveOctets(oldest, able.getLast().first());
        if (octets - live < Math.max(settings.segmentSize(), octets / 3)
                || applier.index().live(oldest) == 0) {
            return;
        }
        Move move = new Move();
        records(oldest, move::take);
        move.flush();
        LOG.info("event=segment.compacted first={} moved={} octets={} live={}", oldest, move.moved, octets, live);
    }

    /// Live records on their way to the journal's end, about a megabyte at once.
    private final class Move {
        private final List<Event.RecordMoved> events = new ArrayList<>();
        private final List<Entry> entries = new ArrayList<>();
        private long waiting;
        private int moved;

        void take(Kept kept) throws IOException {
            if (!liveAt(kept)) {
                return;
            }
            Event.RecordMoved event = new Event.RecordMoved(kept.mail(), kept.accepted());
            ByteBuffer content = journal.octets(kept.record());
            waiting += content.remaining();
            events.add(event);
            entries.add(new Entry(EventCodec.type(event), clock.millis(), codec.write(event), content, null));
            moved++;
            if (waiting > MOVED_AT_ONCE) {
                flush();
            }
        }

        private boolean liveAt(Kept kept) throws IOException {
            try {
                return applier.index().liveAt(kept.mail(), kept.record().location());
            } catch (SQLException e) {
                throw Index.failed("record " + kept.mail(), e);
            }
        }

        void flush() throws IOException {
            if (!events.isEmpty()) {
                await(committer.move(events, entries), "the records are not moved");
                events.clear();
                entries.clear();
                waiting = 0;
            }
        }
    }

    private long youngest(Journal.Closed closed) throws IOException {
        return journal.youngest(closed.first());
    }

    @Override
    public void close() {
        for (ScheduledFuture<?> round : new ScheduledFuture<?>[] {keeping, archiving}) {
            if (round != null) {
                boolean _ = round.cancel(false);
            }
        }
        rounds.shutdown();
        archiver.shutdown();
        try {
            // A round that runs now ends before the journal it reads is closed.
            if (!rounds.awaitTermination(60, TimeUnit.SECONDS)) {
                LOG.warn("event=store.keeping reason=\"a round did not end within 60 s\"");
            }
            if (!archiver.awaitTermination(60, TimeUnit.SECONDS)) {
                LOG.warn("event=archive.hangs reason=\"it did not end within 60 s\"");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
