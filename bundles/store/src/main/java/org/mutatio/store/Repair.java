package org.mutatio.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.UidRange;
import org.mutatio.store.commit.Applier;
import org.mutatio.store.index.Index;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.verify.Report;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `store verify --fix`: what cannot be read is set aside and taken out of the mailboxes, by mail id, so that nobody
/// stumbles over it again. What can be read is not touched.
///
/// On disk at each step: the damaged segment is copied into `data/set-aside`, then the one with a hole takes its name,
/// then the messages go in ordinary events. A crash in between leaves a store that says less and is repaired
/// by the same
/// command again. An index that is wrong is made anew at the next start: `data/rebuild-index` asks for it.
public final class Repair {

    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);
    private static final String REBUILD = "rebuild-index";
    private static final String ASIDE = "set-aside";

    /// What was done.
    ///
    /// @param report what is still wrong
    /// @param lost ids of mails that cannot be read any more
    /// @param done lines for people
    /// @param restart the index is made anew at the next start
    public record Repaired(Report report, List<String> lost, List<String> done, boolean restart) {
        public Repaired {
            lost = List.copyOf(lost);
            done = List.copyOf(done);
        }

        /// What a second one did after a restart.
        Repaired and(Repaired second) {
            List<String> all = new ArrayList<>(done);
            all.addAll(second.done());
            List<String> mails = new ArrayList<>(lost);
            mails.addAll(second.lost());
            return new Repaired(second.report(), mails, all, second.restart());
        }
    }

    private final LocalStore store;
    private final Path data;
    private final Journal journal;
    private final Applier applier;
    private final Upkeep upkeep;
    private final InstantSource clock;
    private final Set<String> lost = new LinkedHashSet<>();
    private final List<String> done = new ArrayList<>();
    private final Map<Long, TreeSet<Long>> messages = new TreeMap<>();
    private final Set<Long> queued = new TreeSet<>();

    Repair(LocalStore store, Path data, Journal journal, Applier applier, Upkeep upkeep, InstantSource clock) {
        this.store = store;
        this.data = data;
        this.journal = journal;
        this.applier = applier;
        this.upkeep = upkeep;
        this.clock = clock;
    }

    Repaired run(Consumer<String> progress) throws IOException, StoreUnavailableException {
        Report before = store.verify(progress);
        if (before.problems().isEmpty()) {
            return new Repaired(before, List.of(), List.of(), false);
        }
        upkeep.alone(() -> {
            upkeep.closeSegment();
            for (Journal.Loss loss : journal.losses()) {
                left(loss); // by a repair that a crash ended
            }
            for (Journal.Damage damage : journal.damages()) {
                setAside(damage);
            }
            for (Report.Unreadable record : before.unreadable()) {
                setAside(new Journal.Damage(
                        HexFormat.of().toHexDigits(record.location().segment()) + ".seg",
                        record.location().offset(),
                        record.end(),
                        record.sequence() - 1,
                        record.sequence() + 1,
                        "its blob is gone"));
            }
        });
        takeOut();
        Report after = store.verify(progress);
        boolean restart = after.problems().stream().anyMatch(Repair::ofTheIndex);
        if (restart) {
            wantRebuild(data);
            done.add("the index is wrong: it is made anew at the next start");
        }
        return new Repaired(after, List.copyOf(lost), done, restart);
    }

    private static boolean ofTheIndex(String problem) {
        return problem.startsWith("mailbox ") || problem.startsWith("the index ");
    }

    /// The number that a segment's name is.
    static long segment(String name) {
        return HexFormat.fromHexDigitsToLong(name.substring(0, name.length() - 4));
    }

    private void left(Journal.Loss loss) throws IOException {
        try {
            long segment = segment(loss.segment());
            if (!applier.index().liveIn(segment, loss.offset(), loss.end()).isEmpty()) {
                gather(segment, loss.offset(), loss.end());
            }
        } catch (SQLException e) {
            throw Index.failed("what was set aside of segment " + loss.segment(), e);
        }
    }

    private void gather(long segment, long from, long to) throws SQLException {
        for (Index.Place place : applier.index().placesOf(segment, from, to)) {
            boolean _ = lost.add(place.mail());
            if (place.mailbox() != 0) {
                boolean _ = messages.computeIfAbsent(place.mailbox(), _ -> new TreeSet<>())
                        .add(place.uid());
            }
            if (place.queued() != 0) {
                boolean _ = queued.add(place.queued());
            }
        }
    }

    private void setAside(Journal.Damage damage) {
        try {
            gather(segment(damage.segment()), damage.offset(), damage.end());
            Path aside = data.resolve(ASIDE).resolve(clock.millis() + "-" + damage.segment());
            journal.setAside(damage, aside);
            done.add("segment " + damage.segment() + ": records " + (damage.afterSequence() + 1) + " to "
                    + (damage.beforeSequence() - 1) + " set aside (" + damage.reason() + "); as it was: " + aside);
            LOG.warn("event=journal.set-aside segment={} offset={} to={}", damage.segment(), damage.offset(), aside);
        } catch (IOException | SQLException e) {
            done.add("segment " + damage.segment() + " at " + damage.offset() + " stays as it is: " + e.getMessage());
        }
    }

    /// A message that nobody can read would be an error to its clients for ever.
    private void takeOut() throws StoreUnavailableException {
        for (Map.Entry<Long, TreeSet<Long>> mailbox : messages.entrySet()) {
            List<UidRange> uids = mailbox.getValue().stream()
                    .map(uid -> new UidRange(uid, uid))
                    .toList();
            try {
                Change.FlagsStored _ = store.fix(new Change.StoreFlags(
                        mailbox.getKey(), uids, Change.FlagMode.ADD, Flags.of(Flags.DELETED), OptionalLong.empty()));
                Change.Expunged _ = store.fix(new Change.Expunge(mailbox.getKey(), uids));
                done.add(uids.size() + " messages taken out of mailbox " + mailbox.getKey());
            } catch (RefusedChangeException e) {
                done.add("mailbox " + mailbox.getKey() + ": " + e.getMessage());
            }
        }
        if (!queued.isEmpty()) {
            try {
                Change.Done _ = store.fix(new Change.ChangeQueue(
                        List.copyOf(queued), Change.QueueAction.DROP, "its octets are damaged: store verify --fix"));
                done.add(queued.size() + " entries taken out of the queue");
            } catch (RefusedChangeException e) {
                done.add("queue: " + e.getMessage());
            }
        }
    }

    // ---- the index

    /// The next start makes the index anew.
    static void wantRebuild(Path data) throws IOException {
        Path _ = Files.writeString(data.resolve(REBUILD), "by store verify --fix\n", StandardCharsets.US_ASCII);
    }

    static boolean rebuildWanted(Path data) {
        return Files.exists(data.resolve(REBUILD));
    }

    /// @param all the journal is whole: checkpoints, which may have the same fault, are not needed
    static void setIndexAside(Path data, boolean all, long now) throws IOException {
        Path aside = data.resolve(ASIDE);
        Files.createDirectories(aside);
        if (Files.exists(Index.file(data))) {
            Path _ = Files.move(Index.file(data), aside.resolve(now + "-index.mv.db"), StandardCopyOption.ATOMIC_MOVE);
        }
        Path checkpoints = data.resolve("checkpoints");
        if (all && Files.exists(checkpoints)) {
            Path _ = Files.move(checkpoints, aside.resolve(now + "-checkpoints"), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.delete(data.resolve(REBUILD));
        LOG.warn("event=index.rebuild reason=\"asked for by store verify --fix\" checkpoints={}", !all);
    }
}
