package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.api.trace.Trace;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.disk.LyingDisk;
import org.mutatio.store.disk.LyingDisk.Step;
import org.mutatio.store.recovery.Running;

/// A file system that lies: whatever a power cut leaves of what was not forced, all that was acknowledged is there,
/// and nothing is there in part. `-Dpowercut.cuts=300` (`-Pnightly`) tries every prefix and more random ones,
/// `-Dpowercut.seed=N` repeats a run.
class PowerCutTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final int CUTS = Integer.getInteger("powercut.cuts", 40);
    private static final long SEED = Long.getLong("powercut.seed", System.nanoTime());
    private static final LocalStore.Settings SETTINGS =
            new LocalStore.Settings(64 << 10, 8 << 10, 1 << 20, 1 << 20, Duration.ofDays(30));

    @TempDir
    Path folder;

    private final Random random = new Random(11);
    private final List<String> halts = new ArrayList<>();

    private LocalStore open(Path data, LyingDisk disk) throws IOException {
        return LocalStore.open(
                data,
                SETTINGS,
                InstantSource.fixed(NOW),
                (reason, _) -> {
                    synchronized (halts) {
                        halts.add(reason);
                    }
                },
                new Meters(),
                disk);
    }

    // ---- a day in the life of a store

    /// One thing that a session asks for.
    private interface Act {
        void on(LocalStore store) throws Exception;
    }

    private List<Act> day() {
        List<Act> acts = new ArrayList<>();
        acts.add(store -> account(store, "ann@example.com"));
        acts.add(store -> account(store, "bo@example.com"));
        for (int i = 0; i < 4; i++) {
            acts.add(store -> deliver(store, 500, Optional.empty(), "ann@example.com"));
        }
        acts.add(store -> deliver(store, 2_000, Optional.of("ab".repeat(32)), "ann@example.com", "bo@example.com"));
        acts.add(store -> deliver(store, 20_000, Optional.empty(), "ann@example.com")); // a blob from memory
        acts.add(store -> deliver(store, 100_000, Optional.empty(), "bo@example.com")); // a blob from a spool file
        acts.add(store -> flags(store, new UidRange(1, 3), Flags.of(Flags.SEEN)));
        acts.add(store -> store.commit(new Change.CreateMailbox(ann(store), "Work", Optional.empty())));
        acts.add(store -> store.commit(new Change.CreateMailbox(ann(store), "Work/A", Optional.empty())));
        acts.add(store -> store.commit(new Change.Copy(
                inbox(store), List.of(new UidRange(2, 3)), mailbox(store, "Work/A"), true, OptionalLong.empty())));
        acts.add(store -> store.commit(new Change.RenameMailbox(ann(store), "Work", "Play")));
        acts.add(LocalStore::checkpoint);
        acts.add(store -> flags(store, UidRange.of(1), new Flags(Flags.DELETED, new TreeSet<>(Set.of("$Work")))));
        acts.add(store -> store.commit(new Change.Expunge(inbox(store), List.of())));
        acts.add(this::queue);
        acts.add(store -> store.commit(new Change.ChangeQueue(
                List.of(store.list(Optional.empty(), 0, 10).getFirst().id()), Change.QueueAction.HOLD, "test")));
        for (int i = 0; i < 12; i++) {
            acts.add(store -> deliver(store, 7_000, Optional.empty(), "bo@example.com")); // some segments full
        }
        acts.add(store -> store.commit(new Change.DeleteMailbox(ann(store), "Play/A")));
        acts.add(store -> store.commit(new Change.PolicyDeployed(7, "00", "three domains")));
        acts.add(LocalStore::checkpoint);
        acts.add(store -> deliver(store, 30_000, Optional.empty(), "ann@example.com"));
        acts.add(store -> deliver(store, 600, Optional.empty(), "ann@example.com"));
        return acts;
    }

    private static void account(LocalStore store, String address) throws Exception {
        StoredAccount _ = store.commit(new Change.SaveAccount(
                new StoredAccount(0, address, "", List.of("secret"), OptionalLong.empty(), true, NOW)));
    }

    private static long ann(LocalStore store) {
        return store.account("ann@example.com").orElseThrow().id();
    }

    private static long inbox(LocalStore store) {
        return mailbox(store, "INBOX");
    }

    private static long mailbox(LocalStore store, String name) {
        return store.mailbox(ann(store), name).orElseThrow().id();
    }

    private static void flags(LocalStore store, UidRange uids, Flags flags) throws Exception {
        Change.FlagsStored _ = store.commit(
                new Change.StoreFlags(inbox(store), List.of(uids), Change.FlagMode.ADD, flags, OptionalLong.empty()));
    }

    private Change.Delivered deliver(LocalStore store, int size, Optional<String> print, String... recipients)
            throws Exception {
        List<Change.Placement> placements = new ArrayList<>();
        for (String recipient : recipients) {
            placements.add(new Change.Placement(
                    store.account(recipient).orElseThrow().id(), new Change.Place.Name("INBOX"), Flags.NONE, NOW));
        }
        return deliver(store, size, print, placements, List.of());
    }

    private void queue(LocalStore store) throws Exception {
        Change.Delivered _ = deliver(
                store,
                300,
                Optional.empty(),
                List.of(),
                List.of(new Change.QueueEntry(
                        "smtp:example.net",
                        "ann@example.com",
                        List.of(new Change.QueueRecipient("cy@example.net", "", "")),
                        NOW,
                        NOW.plusSeconds(1000),
                        Map.of())));
    }

    private Change.Delivered deliver(
            LocalStore store,
            int size,
            Optional<String> print,
            List<Change.Placement> placements,
            List<Change.QueueEntry> queued)
            throws Exception {
        MailId id = MailId.of(NOW.minusSeconds(1), random);
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        try (Spool spool = store.spool()) {
            for (int at = 0; at < size; at += 10_000) {
                spool.write(ByteBuffer.wrap(octets, at, Math.min(10_000, size - at)));
            }
            Octets _ = spool.content();
            return store.commit(new Change.Deliver(
                    id,
                    NOW,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(
                                    new Change.Slice.New(
                                            ByteBuffer.wrap("Received: us\r\n".getBytes(StandardCharsets.US_ASCII))),
                                    new Change.Slice.Received(0, size)),
                            ByteBuffer.wrap(new byte[] {1}),
                            placements,
                            queued)),
                    new Trace(id, NOW, "s", "mx", "192.0.2.7", "", List.of(), Optional.empty(), 1, "kept", List.of()),
                    print.map(Fingerprint::new)));
        }
    }

    /// All that a client or an administrator can see.
    private static String picture(LocalStore store) throws Exception {
        StringBuilder picture = new StringBuilder();
        for (StoredAccount account : store.accounts()) {
            picture.append(account.address())
                    .append(' ')
                    .append(store.usage(account.id()))
                    .append('\n');
            for (MailboxInfo info : store.mailboxes(account.id())) {
                picture.append("  ").append(info).append('\n');
                if (!info.selectable()) {
                    continue;
                }
                try (OpenMailbox open = store.open(info.id())) {
                    MailboxState state = open.state();
                    for (int i = 0; i < state.size(); i++) {
                        long uid = state.uid(i);
                        Octets octets = open.message(uid).octets();
                        ByteArrayOutputStream out = new ByteArrayOutputStream();
                        octets.transfer(0, octets.size(), out);
                        picture.append("    ")
                                .append(uid)
                                .append(' ')
                                .append(state.flags(i))
                                .append(' ')
                                .append(state.modSeq(i))
                                .append(' ')
                                .append(out.size())
                                .append(' ')
                                .append(java.util.Arrays.hashCode(out.toByteArray()))
                                .append('\n');
                    }
                }
            }
        }
        for (var entry : store.list(Optional.empty(), 0, 100)) {
            picture.append(entry.id())
                    .append(' ')
                    .append(entry.state())
                    .append(' ')
                    .append(entry.mail());
            picture.append(' ').append(store.octets(entry.id()).size()).append('\n');
        }
        picture.append(store.repeated(new Fingerprint("ab".repeat(32))));
        return picture.toString();
    }

    /// What was to be seen after each answer, and how many steps of the disk lay before that answer.
    private record Past(LyingDisk disk, List<String> pictures, List<Integer> steps) {}

    private Past live() throws Exception {
        return live(false);
    }

    /// @param storing the index is written down after every other act, as it is each half second
    private Past live(boolean storing) throws Exception {
        LyingDisk disk = new LyingDisk(folder.resolve("live"));
        List<String> pictures = new ArrayList<>();
        List<Integer> steps = new ArrayList<>();
        try (LocalStore store = open(folder.resolve("live"), disk)) {
            pictures.add(picture(store));
            steps.add(disk.steps());
            for (Act act : day()) {
                act.on(store);
                pictures.add(picture(store));
                steps.add(disk.steps());
                if (storing && pictures.size() % 2 == 0) {
                    store.storeIndex();
                }
            }
        }
        return new Past(disk, pictures, steps);
    }

    /// The store that a power cut leaves opens, shows a moment that is not before the last answer, and goes on.
    private void cut(Past past, int prefix, @Nullable Random chance, String name) throws Exception {
        Path data = folder.resolve("cut");
        Files.createDirectories(data);
        past.disk().materialise(prefix, chance, data);
        Files.writeString(data.resolve("running"), "another boot\n");
        goesOn(past, prefix, data, name);
        delete(data);
    }

    /// The same of what a kill leaves: all that was written, H2's file too, and that one is trusted.
    ///
    /// @return whether the index was good; else it was made anew
    private boolean kill(Past past, int prefix, String name) throws Exception {
        Path data = folder.resolve("killed");
        Files.createDirectories(data);
        past.disk().materialise(prefix, null, data);
        Running.begin(data).abandon();
        Files.writeString(data.resolve("format"), "1\n");
        goesOn(past, prefix, data, name);
        boolean good;
        try (Stream<Path> all = Files.list(data)) {
            good = all.noneMatch(file -> file.toString().contains("set-aside"));
        }
        delete(data);
        return good;
    }

    private void goesOn(Past past, int prefix, Path data, String name) throws Exception {
        LyingDisk disk = new LyingDisk(data);
        try (LocalStore store = open(data, disk)) {
            int answered = 0;
            while (answered + 1 < past.steps().size() && past.steps().get(answered + 1) <= prefix) {
                answered++;
            }
            String seen = picture(store);
            List<String> allowed = past.pictures()
                    .subList(answered, Math.min(answered + 2, past.pictures().size()));
            assertTrue(allowed.contains(seen), () -> name + " shows\n" + seen + "\ninstead of\n" + allowed.getFirst());
            assertEquals(List.of(), store.verify(_ -> {}).problems(), name);
            if (store.account("bo@example.com").isPresent()) {
                Change.Delivered more = deliver(store, 400, Optional.empty(), "bo@example.com");
                assertEquals(1, more.placed().size(), name);
            }
        }
        assertEquals(List.of(), halts, name);
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Test
    void whateverAPowerCutLeavesHoldsAllThatWasAnswered() throws Exception {
        Past past = live();
        int last = past.disk().steps();
        int step = CUTS < 300 ? 5 : 1;
        for (int prefix = new Random(SEED).nextInt(step); prefix <= last; prefix += step) {
            cut(past, prefix, null, "the first " + prefix + " steps, in order");
        }
        Random seeds = new Random(SEED);
        for (int i = 0; i < CUTS; i++) {
            long seed = seeds.nextLong();
            int prefix = seeds.nextInt(last + 1);
            cut(past, prefix, new Random(seed), "cut " + i + " of seed " + SEED + " after " + prefix + " steps");
        }
        System.out.println(
                "power cuts: each " + step + "th of " + last + " prefixes and " + CUTS + " random ones, seed " + SEED);
    }

    /// H2's file at every moment of its life, beside the journal of that moment.
    @Test
    void whateverAKillLeavesHoldsAllThatWasAnswered() throws Exception {
        Past past = live(true);
        int last = past.disk().steps();
        int step = CUTS < 300 ? 7 : 1;
        int kills = 0;
        int good = 0;
        for (int prefix = new Random(SEED).nextInt(step); prefix <= last; prefix += step) {
            good += kill(past, prefix, "killed after " + prefix + " steps of seed " + SEED) ? 1 : 0;
            kills++;
        }
        System.out.println("kills: " + kills + " of " + last + " steps, " + good + " with a good index, seed " + SEED);
        assertEquals(kills, good, "an index was made anew: a kill leaves none that is bad");
    }

    @Test
    void aWriteThatFailsIsToldAndLeavesNothingBehind() throws Exception {
        int failed = 0;
        for (boolean half : new boolean[] {false, true}) {
            for (int nth = 1; nth < 46; nth += CUTS < 300 ? 9 : 1) {
                Path data = folder.resolve("failing-" + half + nth);
                LyingDisk disk = new LyingDisk(data);
                String seen;
                try (LocalStore store = open(data, disk)) {
                    int[] count = {0};
                    int wanted = nth;
                    disk.fail(
                            step -> step instanceof Step.Write(Path file, long _, byte[] _)
                                    && !file.toString().endsWith(".mv.db")
                                    && ++count[0] == wanted,
                            half);
                    for (Act act : day()) {
                        try {
                            act.on(store);
                        } catch (StoreUnavailableException e) {
                            assertEquals(452, e.reply().code());
                            failed++;
                            act.on(store); // the client tries again
                        } catch (IOException e) { // a checkpoint, which the keeper makes again
                            failed++;
                            act.on(store);
                        }
                    }
                    seen = picture(store);
                }
                try (LocalStore store = open(data, disk)) {
                    assertEquals(seen, picture(store), "after failure " + nth);
                    assertEquals(List.of(), store.verify(_ -> {}).problems());
                }
                delete(data);
            }
        }
        assertTrue(failed >= 10, "only " + failed + " writes failed");
        assertEquals(List.of(), halts);
    }

    @Test
    void aFailedCutSealsTheSegment() throws Exception {
        Path data = folder.resolve("sealed");
        LyingDisk disk = new LyingDisk(data);
        String seen;
        try (LocalStore store = open(data, disk)) {
            account(store, "bo@example.com");
            disk.fail(step -> step instanceof Step.Write || step instanceof Step.Truncate, true);
            assertThrows(
                    StoreUnavailableException.class, () -> deliver(store, 500, Optional.empty(), "bo@example.com"));
            disk.heal();
            Change.Delivered _ = deliver(store, 500, Optional.empty(), "bo@example.com");
            seen = picture(store);
        }
        Files.delete(data.resolve("index.mv.db"));
        try (LocalStore store = open(data, disk)) {
            assertEquals(seen, picture(store));
            assertEquals(List.of(), store.verify(_ -> {}).problems(), "what was cut is no damage");
        }
    }

    @Test
    void onAFullDiskReadingGoesOnAndItRecoversByItself() throws Exception {
        Path data = folder.resolve("full");
        LyingDisk disk = new LyingDisk(data);
        try (LocalStore store = open(data, disk)) {
            account(store, "ann@example.com");
            Change.Delivered _ = deliver(store, 500, Optional.empty(), "ann@example.com");
            String before = picture(store);
            disk.fail(step -> step instanceof Step.Write || step instanceof Step.Create, true);
            for (int size : new int[] {500, 20_000, 100_000}) {
                StoreUnavailableException full = assertThrows(
                        StoreUnavailableException.class,
                        () -> deliver(store, size, Optional.empty(), "ann@example.com"));
                assertEquals(452, full.reply().code());
                assertEquals("4.3.1", full.reply().status().toString());
            }
            assertEquals(before, picture(store));
            disk.heal();
            for (int size : new int[] {500, 20_000, 100_000}) {
                Change.Delivered _ = deliver(store, size, Optional.empty(), "ann@example.com");
            }
            assertEquals(4, store.mailbox(ann(store), "INBOX").orElseThrow().messages());
            assertEquals(2, blobs(data), "no blob of a refused mail is left");
        }
        assertEquals(List.of(), halts);
    }

    private static long blobs(Path data) throws IOException {
        try (Stream<Path> all = Files.walk(data.resolve("blobs"))) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void afterThreeFailedForcesOneMayOnlyReadUntilVerifyWasRun() throws Exception {
        Path data = folder.resolve("halts");
        LyingDisk disk = new LyingDisk(data);
        try (LocalStore store = open(data, disk)) {
            account(store, "ann@example.com");
        }
        for (int i = 0; i < 3; i++) {
            disk.heal();
            try (LocalStore store = open(data, disk)) {
                disk.fail(
                        step -> step instanceof Step.Force(Path file)
                                && file.toString().endsWith(".seg"),
                        false);
                // In production the process ends here, before any answer.
                assertThrows(
                        StoreUnavailableException.class,
                        () -> deliver(store, 500, Optional.empty(), "ann@example.com"));
            }
        }
        assertEquals(3, halts.size());
        disk.heal();
        try (LocalStore store = open(data, disk)) {
            assertTrue(store.status().readOnly());
            assertEquals(1, store.accounts().size(), "reading goes on");
            assertEquals(
                    451,
                    assertThrows(StoreUnavailableException.class, store::spool)
                            .reply()
                            .code());
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
        try (LocalStore store = open(data, disk)) {
            Change.Delivered _ = deliver(store, 500, Optional.empty(), "ann@example.com");
        }
    }

    @Test
    void damageIsNamedByMailIdAndTheRestGoesOnAlsoWithoutAnIndex() throws Exception {
        Path data = folder.resolve("damage");
        LyingDisk disk = new LyingDisk(data);
        MailId lost;
        long segment;
        try (LocalStore store = open(data, disk)) {
            account(store, "ann@example.com");
            Change.Delivered _ = deliver(store, 500, Optional.empty(), "ann@example.com");
            long begin = Files.size(segment(data));
            lost = deliver(store, 500, Optional.empty(), "ann@example.com").id();
            segment = begin;
            // The mailbox of the next ones is lost as well.
            Object _ = store.commit(new Change.CreateMailbox(ann(store), "Gone", Optional.empty()));
            Change.Delivered _ = deliver(
                    store,
                    500,
                    Optional.empty(),
                    List.of(
                            new Change.Placement(ann(store), new Change.Place.Name("INBOX"), Flags.NONE, NOW),
                            new Change.Placement(ann(store), new Change.Place.Name("Gone"), Flags.NONE, NOW)),
                    List.of());
            flags(store, new UidRange(1, 2), Flags.of(Flags.SEEN));
        }
        byte[] octets = Files.readAllBytes(segment(data));
        int created = find(octets, "Gone");
        octets[(int) segment + 200] ^= 1;
        octets[created] ^= 1;
        Files.write(segment(data), octets);
        try (LocalStore store = open(data, disk)) {
            List<String> problems = store.verify(_ -> {}).problems();
            assertTrue(problems.stream().anyMatch(problem -> problem.contains(lost.text())), () -> problems.toString());
        }
        Files.delete(data.resolve("index.mv.db"));
        try (LocalStore store = open(data, disk)) {
            try (OpenMailbox open = store.open(inbox(store))) {
                assertEquals(2, open.state().size(), "the first and the third are there");
                assertEquals(3, open.state().uid(1));
                assertEquals(514, open.message(3).octets().size());
            }
            assertEquals(1, store.mailbox(ann(store), "INBOX").orElseThrow().unseen());
            assertTrue(store.mailbox(ann(store), "Gone").isEmpty());
            Change.Delivered more = deliver(store, 500, Optional.empty(), "ann@example.com");
            assertEquals(4, more.placed().getFirst().uid(), "no UID is used twice");
        }
        assertEquals(List.of(), halts);
    }

    private static int find(byte[] octets, String word) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(word);
        assertTrue(at > 0, "no " + word);
        return at;
    }

    private static Path segment(Path data) throws IOException {
        try (Stream<Path> all = Files.list(data.resolve("journal"))) {
            return all.sorted().reduce((a, b) -> b).orElseThrow();
        }
    }

    @Test
    void aBlobWithoutARecordIsDroppedAfterACrash() throws Exception {
        Path data = folder.resolve("orphan");
        LyingDisk disk = new LyingDisk(data);
        try (LocalStore store = open(data, disk)) {
            account(store, "ann@example.com");
            Change.Delivered _ = deliver(store, 20_000, Optional.empty(), "ann@example.com");
        }
        String name = MailId.of(NOW.minusSeconds(60), random).text();
        Path orphan = data.resolve("blobs").resolve(name.substring(24)).resolve(name);
        Files.createDirectories(orphan.getParent());
        Files.writeString(orphan, "left over");
        Files.writeString(data.resolve("running"), "this boot or another\n");
        try (LocalStore store = open(data, disk)) {
            for (int i = 0; i < 500 && Files.exists(orphan); i++) {
                Thread.sleep(10);
            }
            assertTrue(Files.notExists(orphan));
            assertEquals(1, blobs(data));
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    /// The index was made from a journal that had lost the record: from then on it cannot say whose the blob is.
    @Test
    void theBlobOfALostRecordStays() throws Exception {
        Path data = folder.resolve("lost");
        try (LocalStore store = open(data, new LyingDisk(data))) {
            account(store, "ann@example.com");
            Change.Delivered _ = deliver(store, 20_000, Optional.empty(), "ann@example.com");
        }
        Path segment = segment(data);
        try (LocalStore store = open(data, new LyingDisk(data))) {
            for (int i = 0; i < 20; i++) {
                Change.Delivered _ = deliver(store, 7_000, Optional.empty(), "ann@example.com");
            }
        }
        byte[] octets = Files.readAllBytes(segment);
        octets[find(octets, "Received: us")] ^= 1;
        Files.write(segment, octets);
        Files.delete(data.resolve("index.mv.db"));
        for (int start = 0; start < 3; start++) { // each after a kill
            Running.begin(data).abandon();
            open(data, new LyingDisk(data)).close();
            assertEquals(1, blobs(data));
        }
    }

    @Test
    void segmentsThatNobodyNeedsAreDeleted() throws Exception {
        Path data = folder.resolve("old");
        Instant[] now = {NOW};
        LocalStore.Settings settings = new LocalStore.Settings(64 << 10, 8 << 10, 1 << 20, 1 << 20, Duration.ofDays(1));
        try (LocalStore store = LocalStore.open(data, settings, () -> now[0], (_, _) -> {}, new Meters())) {
            account(store, "ann@example.com");
            for (int i = 0; i < 30; i++) {
                Change.Delivered _ = deliver(store, 7_000, Optional.empty(), "ann@example.com");
            }
            long kept = store.status().firstKept();
            store.checkpoint();
            Change.Delivered _ = deliver(store, 7_000, Optional.empty(), "ann@example.com");
            store.checkpoint();
            now[0] = Instant.now().plus(Duration.ofDays(2));
            store.keep();
            assertEquals(kept, store.status().firstKept(), "live mail lies there");
            flags(store, new UidRange(1, 25), Flags.of(Flags.DELETED));
            Object _ = store.commit(new Change.Expunge(inbox(store), List.of()));
            for (int i = 0; i < 20; i++) {
                Change.Delivered _ = deliver(store, 7_000, Optional.empty(), "ann@example.com");
            }
            store.checkpoint();
            store.checkpoint();
        }
        String halt = now[0].toEpochMilli() + "\n";
        Files.writeString(data.resolve("halts"), halt + halt + halt);
        try (LocalStore store = LocalStore.open(data, settings, () -> now[0], (_, _) -> {}, new Meters())) {
            assertTrue(store.status().readOnly());
            store.keep();
            assertEquals(1, store.status().firstKept(), "a store that is only read lets nothing go");
        }
        Files.delete(data.resolve("halts"));
        try (LocalStore store = LocalStore.open(data, settings, () -> now[0], (_, _) -> {}, new Meters())) {
            long kept = store.status().firstKept();
            store.keep();
            assertTrue(store.status().firstKept() > kept, "the first segments hold nothing that is needed");
        }
        Files.delete(data.resolve("index.mv.db"));
        try (LocalStore store = LocalStore.open(data, settings, () -> now[0], (_, _) -> {}, new Meters())) {
            try (OpenMailbox open = store.open(inbox(store))) {
                assertEquals(26, open.state().size(), "from the checkpoint and what is behind it");
                assertEquals(7_014, open.message(open.state().uid(0)).octets().size());
            }
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }
}
