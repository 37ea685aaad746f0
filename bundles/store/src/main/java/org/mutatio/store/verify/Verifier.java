package org.mutatio.store.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.mutatio.store.erase.Erasing;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.journal.Hashes;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.JournalRecord;
import org.mutatio.store.journal.RecordType;

/// Reads the journal from its beginning: checksums, hashes, the chain from frame to frame, that every header is an
/// event, and that every blob is there with its size.
public final class Verifier {

    private Verifier() {}

    /// @param blobs the file of a blob
    /// @param upTo last sequence to look at
    public static Report journal(
            Path data,
            Journal journal,
            EventCodec codec,
            Function<String, Path> blobs,
            long upTo,
            Consumer<String> progress)
            throws IOException {
        Report report = new Report();
        Set<String> named = new HashSet<>();
        Blanks blanks = new Blanks();
        long[] previous = {journal.firstKept() - 1};
        journal.verifyChain(
                upTo,
                record -> {
                    report.record();
                    if (report.records() % 10_000 == 0) {
                        progress.accept(report.records() + " records read");
                    }
                    if (record.sequence() != previous[0] + 1
                            && !journal.lost(record.sequence())
                            && !journal.skipped(record.sequence())) {
                        report.problems(List.of(
                                "records " + (previous[0] + 1) + " to " + (record.sequence() - 1) + " are missing"));
                    }
                    previous[0] = record.sequence();
                    Event event;
                    try {
                        event = codec.read(record.type(), record.header());
                    } catch (IOException e) {
                        report.problems(List.of("record " + record.sequence() + " (" + record.type() + ") is no event: "
                                + e.getMessage()));
                        return;
                    }
                    blanks.see(record, event);
                    Event.MailAccepted mail = null;
                    if (event instanceof Event.MailAccepted accepted) {
                        mail = accepted;
                        report.mail(mail.size());
                    } else if (event instanceof Event.RecordMoved moved) {
                        mail = moved.accepted();
                    }
                    if (mail != null) {
                        if (!mail.blob().isEmpty()) {
                            named.add(mail.blob());
                            Path file = blobs.apply(mail.blob());
                            if (!Files.exists(file)) {
                                report.problems(List.of(
                                        "mail " + mail.id() + ": its blob " + file.getFileName() + " is missing"));
                                report.unreadable(
                                        new Report.Unreadable(record.sequence(), record.location(), record.end()));
                            } else if (Files.size(file) != mail.size()) {
                                report.problems(List.of("mail " + mail.id() + ": its blob has " + Files.size(file)
                                        + " octets instead of " + mail.size()));
                                report.unreadable(
                                        new Report.Unreadable(record.sequence(), record.location(), record.end()));
                            }
                        }
                    }
                },
                problem -> report.problems(List.of(problem)));
        // A record may have been blanked since, by an event that is later than `upTo`.
        journal.scan(upTo + 1, record -> {
            if (record.type() == RecordType.ERASED) {
                blanks.see(record, codec.read(record.type(), record.header()));
            }
        });
        boolean pending = Erasing.pending(data);
        report.problems(blanks.problems());
        Set<Long> full = blanks.notBlank(journal.firstKept());
        if (!pending && !full.isEmpty()) {
            journal.scan(0, record -> {
                if (full.contains(record.sequence()) && !record.blanked()) {
                    report.problems(List.of("record " + record.sequence() + " was erased and is still there"));
                }
            });
        }
        if (pending) {
            report.note("an erasure is not finished: the server goes on with it within a minute or at its next start");
        }
        for (Journal.Damage damage : journal.damages()) {
            report.problems(List.of("segment " + damage.segment() + " is damaged at " + damage.offset()
                    + " behind record " + damage.afterSequence() + ": " + damage.reason()));
        }
        for (Journal.Loss loss : journal.losses()) {
            report.note("records " + (loss.afterSequence() + 1) + " to " + (loss.beforeSequence() - 1)
                    + " were damaged and set aside (segment " + loss.segment() + ")");
        }
        orphans(data, named, progress);
        return report;
    }

    /// Records that are blank, and those that an event Erased names: must be the same.
    private static final class Blanks {
        private final Map<Long, String> blank = new TreeMap<>();
        private final Map<Long, String> erased = new TreeMap<>();

        void see(JournalRecord record, Event event) {
            if (record.blanked()) {
                Object _ = blank.put(record.sequence(), HexFormat.of().formatHex(Hashes.sha256(record.header())));
            } else if (event instanceof Event.Erased(List<Event.Blanked> records)) {
                records.forEach(one -> {
                    Object _ = erased.put(one.record(), HexFormat.of().formatHex(one.sha256()));
                });
            }
        }

        /// Which are not blank, though an event names them: gone, lost or still there.
        Set<Long> notBlank(long firstKept) {
            Set<Long> full = new HashSet<>(erased.keySet());
            full.removeAll(blank.keySet());
            full.removeIf(record -> record < firstKept);
            return full;
        }

        List<String> problems() {
            List<String> problems = new ArrayList<>();
            blank.forEach((record, hash) -> {
                String wanted = erased.get(record);
                if (wanted == null) {
                    problems.add("record " + record + " is blank, and nobody erased it");
                } else if (!wanted.equals(hash)) {
                    problems.add("record " + record + " is blank, and what stands in for it is not what was said");
                }
            });
            return problems;
        }
    }

    /// Blobs that no record names are left over from a crash before the commit: told, no problem.
    private static void orphans(Path data, Set<String> named, Consumer<String> progress) throws IOException {
        if (!Files.exists(data.resolve("blobs"))) {
            return; // a restored copy without large messages
        }
        try (Stream<Path> all = Files.walk(data.resolve("blobs"))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!named.contains(String.valueOf(file.getFileName()))) {
                    progress.accept("blob " + file.getFileName()
                            + " belongs to no mail (left by a crash before its 250, or newer" + " than this check)");
                }
            }
        }
    }
}
