package org.mutatio.store.recovery;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.index.Index;
import org.mutatio.store.journal.Entry;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.JournalRecord;
import org.mutatio.store.journal.Location;
import org.mutatio.store.state.AccountState;
import org.mutatio.store.state.StoreState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings an index up to the journal's end: the live one when it can be trusted, else the newest checkpoint, else an
/// empty one and the whole journal.
public final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int BATCH = 2_000;
    /// File in the data folder that a restore leaves for the first start: lines `sequence=`, `above=`, `uidvalidity=`.
    public static final String RESTORED = "restored";

    private final Path data;
    private final Journal journal;
    private final EventCodec codec;
    private final InstantSource clock;
    private final org.mutatio.store.journal.Files files;

    public Recovery(
            Path data, Journal journal, EventCodec codec, InstantSource clock, org.mutatio.store.journal.Files files) {
        this.files = files;
        this.data = data;
        this.journal = journal;
        this.codec = codec;
        this.clock = clock;
    }

    /// `data/life`: a name that no other store has, and that a restored one has not from its former life: what came
    /// after the moment it was brought back to lies in that one's archive, under the same numbers.
    public static String life(Path data) throws IOException {
        Path file = data.resolve("life");
        if (!Files.exists(file)) {
            Files.writeString(file, UUID.randomUUID() + "\n", StandardCharsets.US_ASCII);
            force(file);
            force(data);
        }
        return Files.readString(file, StandardCharsets.US_ASCII).strip();
    }

    /// An index and the state at the same event.
    ///
    /// @param whole it has every event there ever was; not so one that had to begin where the journal begins now
    public record Recovered(Index index, StoreState state, boolean whole) {}

    /// @param trusted false after a power cut: the live index is set aside unread
    public Recovered open(boolean trusted) throws IOException {
        Path live = Index.file(data);
        if (!trusted && Files.exists(live)) {
            setAside(live, "power cut or kernel crash since the last run");
        }
        if (Files.exists(live)) {
            try {
                return replay(data);
            } catch (SQLException | RuntimeException e) { // H2 lets faults of its file out as unchecked ones, too
                setAside(live, "it did not open: " + e.getMessage());
            }
        }
        for (Path checkpoint : checkpoints()) {
            try {
                unpack(checkpoint);
                LOG.info("event=index.checkpoint from={}", checkpoint.getFileName());
                return replay(data);
            } catch (SQLException | RuntimeException | IOException e) {
                LOG.warn(
                        "event=index.checkpoint-unusable file={} reason=\"{}\"",
                        checkpoint.getFileName(),
                        e.toString());
                if (Files.exists(live)) {
                    setAside(live, "made from a checkpoint that was no good");
                }
            }
        }
        if (journal.firstKept() > 1) {
            LOG.error(
                    "event=index.rebuild reason=\"no checkpoint is usable and the journal begins at {}: mail before it is not in"
                            + " the index\"",
                    journal.firstKept());
        }
        try {
            return replay(data);
        } catch (SQLException e) {
            throw Index.failed("an empty index cannot be made in " + data, e);
        }
    }

    /// After a restore: numbers go on above all that may have been handed out, and mailboxes whose state may have
    /// gone back get a new UIDVALIDITY (RFC 9051 section 2.3.1.1), before the first client is served.
    public void goOnAfterRestore(Recovered recovered) throws IOException {
        Path marker = data.resolve(RESTORED);
        if (!Files.exists(marker)) {
            return;
        }
        Map<String, String> facts = new LinkedHashMap<>();
        for (String line : Files.readAllLines(marker, StandardCharsets.US_ASCII)) {
            int equal = line.indexOf('=');
            if (equal > 0) {
                facts.put(line.substring(0, equal), line.substring(equal + 1));
            }
        }
        long above = Long.parseLong(facts.getOrDefault("above", "0"));
        // Above it, it was done, and a crash came before the marker was deleted; at it, only the numbers were left out.
        if (journal.last() <= above) {
            Map<Long, Long> validities = new LinkedHashMap<>();
            StoreState state = recovered.state();
            if (!"keep".equals(facts.get("uidvalidity"))) {
                long next =
                        Math.max(state.counters().uidValidity(), clock.instant().getEpochSecond());
                for (AccountState.MailboxRow row : state.rows()) {
                    validities.put(row.id, next++);
                }
            }
            Event event = new Event.Restored(Long.parseLong(facts.getOrDefault("sequence", "0")), validities);
            journal.skipTo(above);
            Location at = journal.append(List.of(Entry.of(EventCodec.type(event), clock.millis(), codec.write(event))))
                    .getFirst();
            state.apply(journal.last(), event);
            try {
                recovered
                        .index()
                        .apply(
                                List.of(new Index.Applied(journal.last(), clock.millis(), at, event)),
                                state,
                                new Index.FingerprintWindow(state.unanswered(), List.of(), Long.MAX_VALUE));
            } catch (SQLException e) {
                throw Index.failed("the index does not take the restore", e);
            }
            LOG.info("event=store.restored facts=\"{}\" mailboxes={}", facts, validities.size());
        }
        files.delete(marker);
        files.forceFolder(data);
    }

    private void setAside(Path live, String reason) throws IOException {
        Path to = data.resolve("index.set-aside." + clock.millis());
        Files.move(live, to, StandardCopyOption.ATOMIC_MOVE);
        LOG.warn("event=index.set-aside to={} reason=\"{}\"", to.getFileName(), reason);
        try (Stream<Path> all = Files.list(data)) {
            List<Path> old = all.filter(
                            path -> String.valueOf(path.getFileName()).startsWith("index.set-aside."))
                    .sorted(Comparator.reverseOrder())
                    .skip(2)
                    .toList();
            for (Path path : old) {
                Files.delete(path);
            }
        }
    }

    /// Newest first.
    public List<Path> checkpoints() throws IOException {
        Path folder = data.resolve("checkpoints");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.toString().endsWith(".zip"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private void unpack(Path checkpoint) throws IOException {
        Path live = Index.file(data);
        Path fresh = data.resolve("index.unpacking");
        boolean found = false;
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(checkpoint))) {
            ZipEntry entry = in.getNextEntry();
            while (entry != null) {
                if (entry.getName().endsWith(".mv.db")) {
                    Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
                    found = true;
                }
                entry = in.getNextEntry();
            }
        }
        if (!found) {
            throw new IOException("no database in " + checkpoint);
        }
        Files.move(fresh, live, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Recovered replay(Path folder) throws SQLException, IOException {
        Index index = Index.open(folder, files);
        try {
            StoreState state = new StoreState();
            index.load(state);
            long applied = index.applied();
            if (applied > journal.last()) {
                throw new IllegalStateException(
                        "the index is at " + applied + ", the journal ends at " + journal.last());
            }
            fingerprints(index, state, applied);
            long start = System.nanoTime();
            Replay replay = new Replay(index, state);
            journal.scan(applied + 1, record -> replay.take(applied(record)));
            replay.flush();
            // Also when no event was passed over: one that takes a lost message away counts what was never there.
            if (replay.damaged || lost(applied) || applied == 0 && journal.firstKept() > 1) {
                index.setSalvaged();
            }
            if (replay.damaged) {
                index.recount();
                StoreState counted = new StoreState();
                index.load(counted);
                state.unanswered().forEach(counted::load);
                LOG.error(
                        "event=index.salvaged events={} passed-over={} reason=\"the journal is damaged: mutatio store verify\"",
                        replay.count,
                        replay.passedOver);
                return new Recovered(index, counted, false);
            }
            if (replay.count > 0) {
                LOG.info("event=index.replayed events={} ms={}", replay.count, (System.nanoTime() - start) / 1_000_000);
            }
            return new Recovered(index, state, !index.salvaged());
        } catch (SQLException | IOException | RuntimeException e) {
            try {
                index.close();
            } catch (SQLException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /// Whether something behind a record cannot be read any more.
    private boolean lost(long applied) {
        return journal.damages().stream().anyMatch(damage -> damage.beforeSequence() > applied + 1)
                || journal.losses().stream().anyMatch(loss -> loss.beforeSequence() > applied + 1);
    }

    /// Those that the index has not written down yet are in the last records before `applied`.
    private void fingerprints(Index index, StoreState state, long applied) throws SQLException, IOException {
        long floor = index.fingerprintFloor();
        if (floor > applied) {
            return;
        }
        Map<String, StoreState.Unanswered> found = new LinkedHashMap<>();
        List<String> answered = new ArrayList<>();
        journal.scan(floor, record -> {
            if (record.sequence() > applied) {
                return;
            }
            switch (record.type()) {
                case MAIL_ACCEPTED -> {
                    if (codec.read(record.type(), record.header()) instanceof Event.MailAccepted mail
                            && !mail.fingerprint().isEmpty()) {
                        found.put(
                                mail.fingerprint(),
                                new StoreState.Unanswered(mail.id(), mail.received(), record.sequence()));
                    }
                }
                case ANSWERS_READ -> {
                    if (codec.read(record.type(), record.header()) instanceof Event.AnswersRead(var prints)) {
                        answered.addAll(prints);
                    }
                }
                default -> {}
            }
        });
        answered.forEach(found::remove);
        found.forEach(state::load);
    }

    private final class Replay {
        private final Index index;
        private final StoreState state;
        private final List<Index.Applied> batch = new ArrayList<>();
        private long count;
        /// Events, or parts of events, that stand on something that was lost.
        private long passedOver;
        private boolean damaged;

        Replay(Index index, StoreState state) {
            this.index = index;
            this.state = state;
        }

        void take(Index.Applied event) throws IOException {
            batch.add(event);
            if (batch.size() >= BATCH) {
                flush();
            }
        }

        void flush() throws IOException {
            if (batch.isEmpty()) {
                return;
            }
            damaged |= !journal.damages().isEmpty() || !journal.losses().isEmpty();
            List<Index.Applied> good = damaged ? new ArrayList<>() : batch;
            for (Index.Applied event : batch) {
                if (!damaged) {
                    state.apply(event.sequence(), event.event());
                } else {
                    Optional<Event> rest = Salvage.rest(state, event.event());
                    if (rest.isEmpty() || !rest.get().equals(event.event())) {
                        passedOver++;
                        LOG.error(
                                "event=journal.passed-over sequence={} {}",
                                event.sequence(),
                                Salvage.name(event.event()));
                    }
                    if (rest.isPresent()) {
                        state.apply(event.sequence(), rest.get());
                        good.add(new Index.Applied(event.sequence(), event.time(), event.location(), rest.get()));
                    }
                }
            }
            count += batch.size();
            if (good.isEmpty()) {
                batch.clear();
                return;
            }
            write(index, good, state);
            batch.clear();
        }
    }

    /// Opens the live index after an error at run time and brings it to `upTo` without touching any state.
    public Index reopen(StoreState state, long upTo) throws IOException {
        if (Files.exists(Index.file(data))) {
            return bringUp(state, upTo);
        }
        // Set aside before, and there was no room for another.
        for (Path checkpoint : checkpoints()) {
            try {
                unpack(checkpoint);
                return bringUp(state, upTo);
            } catch (IOException e) {
                LOG.warn(
                        "event=index.checkpoint-unusable file={} reason=\"{}\"",
                        checkpoint.getFileName(),
                        e.toString());
                if (Files.exists(Index.file(data)) || !Index.room(data)) {
                    throw e; // not the checkpoint's fault
                }
            }
        }
        // An empty one does only with all of the journal.
        if (journal.firstKept() > 1) {
            throw new IOException(
                    "there is no index and no checkpoint that is any good, and the journal begins at record "
                            + journal.firstKept());
        }
        return bringUp(state, upTo);
    }

    /// @throws IOException it does not open or does not take the events; unless the disk is to blame, it is set aside
    private Index bringUp(StoreState state, long upTo) throws IOException {
        try {
            Index index = Index.open(data, files);
            try {
                Missing missing = new Missing(index, state);
                long applied = index.applied();
                journal.scan(applied + 1, record -> {
                    if (record.sequence() <= upTo) {
                        missing.take(record);
                    }
                });
                missing.flush();
                if (lost(applied) || applied == 0 && journal.firstKept() > 1) {
                    index.setSalvaged();
                }
                return index;
            } catch (SQLException | IOException | RuntimeException e) {
                index.close();
                throw e;
            }
        } catch (SQLException | RuntimeException e) { // H2 lets faults of its file out as unchecked ones, too
            Path live = Index.file(data);
            // H2 does not say why it cannot write: with no room left the index is not to blame, and a new one would not
            // find any either.
            if (Files.exists(live) && Index.room(data)) {
                setAside(live, "it did not open again: " + e.getMessage());
            }
            throw new IOException("the index did not open again: " + e.getMessage(), e);
        }
    }

    /// Events that the state has already and the index has not, some thousand at a time.
    private final class Missing {
        private final Index index;
        private final StoreState state;
        private final List<Index.Applied> batch = new ArrayList<>();

        Missing(Index index, StoreState state) {
            this.index = index;
            this.state = state;
        }

        void take(JournalRecord record) throws IOException {
            batch.add(applied(record));
            if (batch.size() >= BATCH) {
                flush();
            }
        }

        void flush() {
            if (!batch.isEmpty()) {
                write(index, batch, state);
                batch.clear();
            }
        }
    }

    private Index.Applied applied(JournalRecord record) throws IOException {
        return new Index.Applied(
                record.sequence(), record.time(), record.location(), codec.read(record.type(), record.header()));
    }

    /// Every fingerprint is written down, and those answered are taken out again: the journal need not be read for them
    /// another time.
    private static void write(Index index, List<Index.Applied> events, StoreState state) {
        List<String> answered = new ArrayList<>();
        for (Index.Applied applied : events) {
            if (applied.event() instanceof Event.AnswersRead(var prints)) {
                answered.addAll(prints);
            }
        }
        answered.removeAll(state.unanswered().keySet()); // the same octets once more, not answered yet
        try {
            index.apply(events, state, new Index.FingerprintWindow(state.unanswered(), answered, Long.MAX_VALUE));
        } catch (SQLException e) {
            // Unchecked: the index is bad, not the journal, and another one is made (a fault of reading is checked).
            throw new IllegalStateException("replay into the index failed: " + e.getMessage(), e);
        }
    }

    /// Writes a checkpoint down.
    public void keep(Index.Checkpoint checkpoint) throws IOException {
        Path folder = data.resolve("checkpoints");
        files.createFolders(folder);
        Path making = folder.resolve("making.tmp");
        files.delete(making);
        checkpoint.write(making);
        verify(making);
        files.force(making);
        files.rename(making, folder.resolve(HexFormat.of().toHexDigits(checkpoint.applied()) + ".zip"));
        files.forceFolder(folder);
        LOG.info("event=checkpoint.made sequence={}", checkpoint.applied());
    }

    /// Keeps the two newest.
    public void dropOldCheckpoints() throws IOException {
        for (Path old : checkpoints().stream().skip(2).toList()) {
            files.delete(old);
        }
    }

    /// Reads it whole: a zip has a checksum on every entry.
    private static void verify(Path zip) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            while (in.getNextEntry() != null) {
                int read = in.read(buffer);
                while (read >= 0) {
                    read = in.read(buffer);
                }
            }
        }
    }

    /// The sequence that a checkpoint's name says.
    public static long sequence(Path checkpoint) {
        String name = String.valueOf(checkpoint.getFileName());
        return HexFormat.fromHexDigitsToLong(name.substring(0, name.indexOf('.')));
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
