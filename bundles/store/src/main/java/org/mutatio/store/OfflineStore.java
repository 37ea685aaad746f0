package org.mutatio.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.format.StoreFormat;
import org.mutatio.store.index.Index;
import org.mutatio.store.journal.DiskFiles;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.ReadOnlyFiles;
import org.mutatio.store.recovery.Recovery;
import org.mutatio.store.recovery.Running;
import org.mutatio.store.verify.Report;
import org.mutatio.store.verify.Verifier;

/// The store of a home without a server, only read (but for [#repair]). The caller keeps a server from
/// starting meanwhile.
public final class OfflineStore {
    private static final long ANY = Long.MAX_VALUE;

    private OfflineStore() {}

    /// As [LocalStore#verify], on what lies there: what the next start would cut off, replay or rebuild is a note.
    /// A store that was killed wants room for a copy of its index below java.io.tmpdir.
    ///
    /// @param notes told what is no problem and worth knowing
    public static Report verify(Path data, Consumer<String> progress, Consumer<String> notes) throws IOException {
        int _ = StoreFormat.read(data);
        if (Files.exists(data.resolve(Recovery.RESTORED))) {
            notes.accept("this is a restored copy that no server has started on yet");
        }
        ReadOnlyFiles files = new ReadOnlyFiles();
        boolean trusted = Running.trusted(data);
        try (Journal journal = Journal.open(files, data.resolve("journal"), ANY, !trusted)) {
            for (Map.Entry<Path, Long> cut : files.cut().entrySet()) {
                notes.accept("segment " + cut.getKey().getFileName() + " ends with " + cut.getValue()
                        + " octets of a write that was never finished nor answered; the next start cuts them off");
            }
            Report report = Verifier.journal(
                    data, journal, new EventCodec(), name -> LocalStore.blob(data, name), journal.last(), progress);
            if (!Files.exists(Index.file(data))) {
                notes.accept("there is no index; the next start makes it from the journal");
            } else if (!trusted) {
                notes.accept("a power cut or kernel crash came since the last run: the index was not looked at, the"
                        + " next start makes it anew");
            } else {
                index(data, journal, report, notes);
            }
            return report;
        }
    }

    /// As [LocalStore#repair], and an index that is wrong is made anew at once. The only thing here that writes; the
    /// caller keeps a server from starting meanwhile, `data/lock` another repair.
    public static Repair.Repaired repair(Path data, Consumer<String> progress)
            throws IOException, StoreUnavailableException {
        int _ = StoreFormat.read(data);
        Repair.Repaired first;
        try (LocalStore store = open(data)) {
            first = store.repair(progress);
        }
        if (!first.restart()) {
            return first;
        }
        try (LocalStore store = open(data)) {
            return first.and(store.repair(progress));
        }
    }

    private static LocalStore open(Path data) throws IOException {
        LocalStore.Settings usual = LocalStore.Settings.defaults();
        // What the administrator set is not known here: nothing may be taken away for its age.
        LocalStore.Settings settings = new LocalStore.Settings(
                usual.segmentSize(), usual.blobFrom(), usual.spoolMemory(), Long.MAX_VALUE, Duration.ofDays(36_500));
        return LocalStore.open(
                data,
                settings,
                InstantSource.system(),
                (reason, cause) -> {
                    throw new IllegalStateException(reason, cause);
                },
                new Meters());
    }

    /// H2 opens an index read-only only when it was closed; what a kill left is looked at in a copy.
    private static void index(Path data, Journal journal, Report report, Consumer<String> notes) throws IOException {
        if (!Files.exists(data.resolve("running"))) {
            try (Index index = Index.openReadOnly(data)) {
                compare(index, journal, report, notes);
            } catch (SQLException | RuntimeException e) { // H2 lets faults of its file out as unchecked ones, too
                unreadable(e, notes);
            }
            return;
        }
        Path folder = Files.createTempDirectory("mutatio-verify");
        try {
            Path _ = Files.copy(Index.file(data), Index.file(folder));
            try (Index index = Index.open(folder, new DiskFiles())) {
                compare(index, journal, report, notes);
            } catch (SQLException | RuntimeException e) {
                unreadable(e, notes);
            }
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static void unreadable(Exception e, Consumer<String> notes) {
        notes.accept(
                "the index cannot be read (" + String.valueOf(e.getMessage()).replaceAll("\\s+", " ")
                        + "); the next start makes it anew from a checkpoint and the journal");
    }

    private static void compare(Index index, Journal journal, Report report, Consumer<String> notes)
            throws SQLException {
        long applied = index.applied();
        if (applied < journal.last()) {
            notes.accept("the index lacks the last " + (journal.last() - applied)
                    + " records; the next start brings it up to the journal");
        }
        LocalStore.verify(index, journal, report);
    }
}
