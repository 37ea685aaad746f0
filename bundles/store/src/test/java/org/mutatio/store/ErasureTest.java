package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.Traces;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.admin.StoreActions;
import org.mutatio.store.backup.Restore;
import org.mutatio.store.disk.LyingDisk;
import org.mutatio.store.erase.Erasing;
import org.mutatio.store.journal.DiskFiles;

/// `store erase`: nothing of the mail is left in any file, what others hold stays, and the journal is whole.
class ErasureTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final String ANN = "ann@example.com";
    private static final String BO = "bo@example.com";
    /// In every part of the mails that go, and nowhere else.
    private static final String SECRET = "zaphod7f3a";
    private static final int CUTS = Integer.getInteger("powercut.cuts", 40);
    private static final long SEED = Long.getLong("powercut.seed", System.nanoTime());

    @TempDir
    Path folder;

    private final Random random = new Random(5);
    private final List<String> halts = new ArrayList<>();
    private volatile Instant now = NOW;

    private Path data() {
        return folder.resolve("data");
    }

    private LocalStore open() throws IOException {
        return open(data(), new DiskFiles(), Optional.empty());
    }

    private LocalStore open(Path data, org.mutatio.store.journal.Files files, Optional<Path> archive)
            throws IOException {
        return LocalStore.open(
                data,
                new LocalStore.Settings(
                        32 << 10, 8 << 10, 1 << 20, 1 << 20, Duration.ofDays(30), archive, Duration.ofDays(1)),
                () -> now,
                (reason, _) -> {
                    synchronized (halts) {
                        halts.add(reason);
                    }
                },
                new Meters(),
                files);
    }

    private static long account(LocalStore store, String address) throws Exception {
        Optional<StoredAccount> known = store.account(address);
        return known.isPresent()
                ? known.get().id()
                : store.commit(new Change.SaveAccount(
                                new StoredAccount(0, address, "", List.of(), OptionalLong.empty(), true, NOW)))
                        .id();
    }

    private static long inbox(LocalStore store, String address) throws Exception {
        return store.mailbox(account(store, address), "INBOX").orElseThrow().id();
    }

    private MailId deliver(LocalStore store, String word, int size, String... to) throws Exception {
        return deliver(store, word, size, List.of(), to);
    }

    /// A mail with a word in its octets, in ours before them, in its summary and its trace.
    private MailId deliver(LocalStore store, String word, int size, List<Change.QueueEntry> queued, String... to)
            throws Exception {
        List<Change.Placement> placements = new ArrayList<>();
        for (String address : to) {
            placements.add(new Change.Placement(
                    account(store, address),
                    new Change.Place.Name("INBOX"),
                    new Flags(random.nextInt(2), new TreeSet<>(List.of("Label"))),
                    now));
        }
        MailId id = MailId.of(now, random);
        byte[] octets = ("Subject: " + word + "\r\nMessage-ID:\r\n <in." + word + "@example.net>\r\n\r\n"
                        + (word + " ").repeat(size / (word.length() + 1)))
                .getBytes(StandardCharsets.US_ASCII);
        byte[] ours = ("X-Ours: " + word + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Spool spool = store.spool()) {
            for (int at = 0; at < octets.length; at += 10_000) {
                spool.write(ByteBuffer.wrap(octets, at, Math.min(10_000, octets.length - at)));
            }
            Octets _ = spool.content();
            Change.Delivered _ = store.commit(new Change.Deliver(
                    id,
                    now,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(
                                    new Change.Slice.New(ByteBuffer.wrap(ours)),
                                    new Change.Slice.Received(0, octets.length)),
                            ByteBuffer.wrap(word.getBytes(StandardCharsets.US_ASCII)),
                            placements,
                            queued)),
                    new Trace(
                            id,
                            now,
                            "s",
                            "mx",
                            "192.0.2.7",
                            word + "@example.net",
                            List.of(to),
                            size % 2 == 0 ? Optional.of("<trace." + word + "@example.net>") : Optional.empty(),
                            1,
                            "kept",
                            List.of()),
                    Optional.empty()));
        }
        return id;
    }

    private static Change.QueueEntry queued(String sender) {
        return new Change.QueueEntry(
                "smtp:example.net",
                sender,
                List.of(new Change.QueueRecipient("cy@example.net", "", "")),
                NOW,
                NOW.plusSeconds(1_000),
                Map.of());
    }

    private static void expunge(LocalStore store, String address, UidRange... uids) throws Exception {
        long inbox = inbox(store, address);
        Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                inbox, List.of(uids), Change.FlagMode.ADD, Flags.of(Flags.DELETED), OptionalLong.empty()));
        Change.Expunged _ = store.commit(new Change.Expunge(inbox, List.of(uids)));
    }

    /// What an account sees, octets included.
    private static String sees(LocalStore store, String address) throws Exception {
        StringBuilder text = new StringBuilder();
        for (MailboxInfo info : store.mailboxes(account(store, address))) {
            text.append(info).append('\n');
            try (OpenMailbox open = store.open(info.id())) {
                for (int i = 0; i < open.state().size(); i++) {
                    var message = open.message(open.state().uid(i));
                    ByteArrayOutputStream to = new ByteArrayOutputStream();
                    message.octets().transfer(0, message.octets().size(), to);
                    text.append(open.state().uid(i))
                            .append(' ')
                            .append(open.state().flags(i))
                            .append(' ')
                            .append(message.mailId())
                            .append(' ')
                            .append(Arrays.hashCode(to.toByteArray()))
                            .append('\n');
                }
            }
        }
        return text.toString();
    }

    /// Files below a folder in which a word stands, in any case; what is packed is looked into.
    private static List<String> filesWith(Path folder, String word) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                byte[] octets = Files.readAllBytes(file);
                if (file.toString().endsWith(".zip")) {
                    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
                        Object _ = zip.getNextEntry();
                        octets = zip.readAllBytes();
                    } catch (java.util.zip.ZipException
                            | java.io.EOFException _) { // torn by a power cut: as it is, then
                        octets = Files.readAllBytes(file);
                    }
                }
                String text = new String(octets, StandardCharsets.ISO_8859_1);
                if (text.toLowerCase(java.util.Locale.ROOT).contains(word)) {
                    found.add(folder.relativize(file).toString());
                }
            }
        }
        return found;
    }

    private static ActionResult act(LocalStore store, String... words) throws ActionException {
        Map<String, String> arguments = new java.util.HashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            arguments.put(words[i], words[i + 1]);
        }
        return StoreActions.of(store).stream()
                .filter(action -> action.name().equals("store erase"))
                .findFirst()
                .orElseThrow()
                .run(new ActionCall("token", arguments, _ -> {}));
    }

    private static ActionResult erase(LocalStore store, String address) throws ActionException {
        return act(store, "ADDRESS", address);
    }

    /// Mail of ann's in every shape, and mail of bo's.
    ///
    /// @return the mail that both hold
    private MailId fill(LocalStore store) throws Exception {
        long _ = account(store, ANN);
        long _ = account(store, BO);
        MailId _ = deliver(store, SECRET, 500, ANN); // 1: expunged before, its record is dead
        MailId _ = deliver(store, SECRET, 501, ANN);
        MailId both = deliver(store, "shared", 900, ANN, BO); // 3
        MailId _ = deliver(store, SECRET, 20_000, ANN); // 4: a blob from memory
        MailId _ = deliver(store, SECRET, 100_000, ANN); // 5: a blob from a spool file
        MailId _ = deliver(store, "bos", 7_000, BO);
        MailId _ = deliver(store, SECRET, 20_001, ANN); // 6: a dead blob
        expunge(store, ANN, UidRange.of(1), UidRange.of(6));
        for (int i = 0; i < 6; i++) {
            MailId _ = deliver(store, SECRET, 6_000 + i, ANN);
            MailId _ = deliver(store, "bos", 3_000 + i, BO);
        }
        store.checkpoint();
        long work = store.commit(new Change.CreateMailbox(account(store, ANN), "Work", Optional.empty()))
                .id();
        Change.Copied _ = store.commit(
                new Change.Copy(inbox(store, ANN), List.of(new UidRange(2, 8)), work, false, OptionalLong.empty()));
        MailId _ = deliver(store, SECRET, 400, ANN);
        return both;
    }

    private void wholeForEver(String bo) throws Exception {
        try (LocalStore store = open()) {
            assertEquals(List.of(), store.verify(_ -> {}).problems(), "after a restart");
            assertEquals(bo, sees(store, BO));
            assertEquals(List.of(), filesWith(data(), SECRET));
        }
        Files.delete(data().resolve("index.mv.db"));
        try (Stream<Path> checkpoints = Files.list(data().resolve("checkpoints"))) {
            for (Path checkpoint : checkpoints.toList()) {
                Files.delete(checkpoint);
            }
        }
        try (LocalStore store = open()) {
            assertEquals(List.of(), store.verify(_ -> {}).problems(), "with an index made of the journal alone");
            assertEquals(bo, sees(store, BO));
            assertEquals(0, store.usage(account(store, ANN)).messages());
            assertEquals(List.of(), filesWith(data(), SECRET));
            MailId _ = deliver(store, "bos", 900, BO, ANN);
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
        List<String> problems = new ArrayList<>();
        problems.addAll(OfflineStore.verify(data(), _ -> {}, _ -> {}).problems());
        assertEquals(List.of(), problems, "without a server");
    }

    @Test
    void nothingIsLeftOfTheMailAndWhatOthersHoldStays() throws Exception {
        String bo;
        try (LocalStore store = open()) {
            MailId both = fill(store);
            bo = sees(store, BO);
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            List<String> before = filesWith(data(), SECRET);
            assertTrue(before.size() > 5, () -> "the test looks at the wrong files: " + before);
            assertTrue(before.stream().anyMatch(file -> file.startsWith("trace")), before::toString);
            ActionResult erased = erase(store, ANN);
            assertEquals(0, erased.exitCode(), erased.text());
            assertTrue(erased.text().contains("erased 12 mails of"), erased.text());
            assertTrue(erased.text().contains("left    mail " + both), erased.text());
            assertTrue(erased.text().contains("1 mails stay"), erased.text());
            assertTrue(erased.json().toString().contains(both.text()), erased.json()::toString);
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            assertEquals(List.of(), filesWith(data(), SECRET));
            assertEquals(bo, sees(store, BO));
            assertEquals(0, store.usage(account(store, ANN)).messages());
            assertEquals(
                    List.of(),
                    store.traces().find(new Traces.Query(SECRET + "@example.net", NOW.minusSeconds(60), 10)));
            assertFalse(Files.exists(data().resolve("erasing")));
        }
        wholeForEver(bo);
    }

    @Test
    void aSecondOneChangesNothing() throws Exception {
        try (LocalStore store = open()) {
            MailId _ = fill(store);
            assertEquals(0, erase(store, ANN).exitCode());
            long sequence = store.sequence();
            String ann = sees(store, ANN);
            List<String> names = segments();
            ActionResult again = erase(store, ANN);
            assertTrue(again.text().contains("erased 0 mails of 0 octets, 0 messages"), again.text());
            assertTrue(again.text().contains("1 mails stay"), again.text());
            assertEquals(sequence, store.sequence());
            assertEquals(ann, sees(store, ANN));
            assertEquals(names, segments());
        }
    }

    private List<String> segments() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> all = Files.list(data().resolve("journal"))) {
            for (Path path : all.sorted().toList()) {
                names.add(path + " " + Files.getAttribute(path, "unix:ino") + " " + Files.getLastModifiedTime(path));
            }
        }
        return names;
    }

    @Test
    void aDryRunOnlyCounts() throws Exception {
        try (LocalStore store = open()) {
            MailId both = fill(store);
            String ann = sees(store, ANN);
            long sequence = store.sequence();
            ActionResult dry = act(store, "ADDRESS", ANN, "--dry-run", "true");
            assertTrue(dry.text().contains("would erase 12 mails of"), dry.text());
            assertTrue(dry.text().contains("left    mail " + both), dry.text());
            assertEquals(ann, sees(store, ANN));
            assertEquals(sequence, store.sequence());
            String counts = dry.text()
                    .lines()
                    .filter(line -> line.contains("mails of"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(
                    erase(store, ANN).text().contains(counts.substring("would erase ".length())),
                    "the same as a real one");
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(textBlock = """
            --before, 2026-11-26, 12
            --before, 2026-11-25, 0
            --before, 2026-11-25T10:00:01Z, 12
            --before, 2026-11-25T11:00:00+01:00, 0
            --message-id, <trace.zaphod7f3a@example.net>, 7
            --message-id, trace.zaphod7f3a@example.net, 7
            --message-id, in.zaphod7f3a@example.net, 5
            --message-id, zaphod7f3a, 0
            """)
    void onlyWhatWasAskedForGoes(String option, String value, int mails) throws Exception {
        try (LocalStore store = open()) {
            MailId _ = fill(store);
            long before = store.usage(account(store, ANN)).messages();
            ActionResult erased = act(store, "ADDRESS", ANN, option, value);
            assertTrue(erased.text().contains("erased " + mails + " mails of"), erased.text());
            assertEquals(mails == 0, before == store.usage(account(store, ANN)).messages());
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            assertEquals(mails == 12, filesWith(data(), SECRET).isEmpty());
        }
    }

    @Test
    void whatCannotBeDoneIsSaidByItsExitCode() throws Exception {
        try (LocalStore store = open()) {
            MailId _ = fill(store);
            assertEquals(67, exit(store, "ADDRESS", "dan@example.com"));
            assertEquals(64, exit(store, "ADDRESS", "not an address"));
            assertEquals(64, exit(store, "ADDRESS", ANN, "--before", "yesterday"));
            assertEquals(64, exit(store, "ADDRESS", ANN, "--message-id", " "));
        }
        Files.writeString(data().resolve("format"), "1\n");
        try (LocalStore store = open()) {
            ActionException no = assertThrows(ActionException.class, () -> erase(store, ANN));
            assertTrue(String.valueOf(no.getMessage()).contains("store upgrade"), no.getMessage());
        }
    }

    private static int exit(LocalStore store, String... words) {
        return assertThrows(ActionException.class, () -> act(store, words)).exitCode();
    }

    @Test
    void mailOfAnAccountThatWasDeletedGoesToo() throws Exception {
        String bo;
        try (LocalStore store = open()) {
            MailId _ = fill(store);
            Object _ = store.commit(new Change.DeleteAccount(account(store, ANN)));
            bo = sees(store, BO);
            ActionResult erased = erase(store, ANN);
            assertTrue(erased.text().contains("erased 12 mails of"), erased.text());
            assertEquals(List.of(), filesWith(data(), SECRET));
        }
        wholeForEver(bo);
    }

    @Test
    void sentMailGoesOnceItLeftTheQueue() throws Exception {
        try (LocalStore store = open()) {
            long _ = account(store, ANN);
            MailId sent = deliver(store, SECRET, 300, List.of(queued(ANN)));
            ActionResult waits = erase(store, ANN);
            assertTrue(waits.text().contains("left    mail " + sent), waits.text());
            long entry = store.list(Optional.empty(), 0, 10).getFirst().id();
            assertTrue(store.octets(entry).size() > 300);
            Change.Done _ = store.commit(new Change.ChangeQueue(List.of(entry), Change.QueueAction.DROP, "delivered"));
            assertTrue(erase(store, ANN).text().contains("erased 1 mails"));
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            assertEquals(List.of(), filesWith(data().resolve("journal"), SECRET));
        }
    }

    @Test
    void aCopyThatAnotherAccountMadeStaysAndTheOtherWayRound() throws Exception {
        try (LocalStore store = open()) {
            long _ = account(store, ANN);
            long _ = account(store, BO);
            MailId theirs = deliver(store, "shared", 600, ANN);
            MailId _ = deliver(store, SECRET, 600, BO);
            MailId _ = deliver(store, "bos", 600, BO);
            Change.Copied _ = store.commit(new Change.Copy(
                    inbox(store, ANN), List.of(UidRange.of(1)), inbox(store, BO), false, OptionalLong.empty()));
            Change.Copied _ = store.commit(new Change.Copy(
                    inbox(store, BO), List.of(UidRange.of(1)), inbox(store, ANN), false, OptionalLong.empty()));
            expunge(store, BO, UidRange.of(1)); // only ann has it now
            String bo = sees(store, BO);
            ActionResult erased = erase(store, ANN);
            assertTrue(erased.text().contains("left    mail " + theirs), erased.text());
            assertTrue(erased.text().contains("erased 1 mails"), erased.text());
            assertEquals(bo, sees(store, BO));
            assertEquals(List.of(), filesWith(data(), SECRET));
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    @Test
    void aSessionThatStillSeesTheMessageIsToldSo() throws Exception {
        try (LocalStore store = open()) {
            long _ = account(store, ANN);
            MailId id = deliver(store, SECRET, 600, ANN);
            try (OpenMailbox open = store.open(inbox(store, ANN))) {
                assertTrue(open.message(1).octets().size() > 600);
                assertEquals(0, erase(store, ANN).exitCode());
                IOException gone = assertThrows(IOException.class, () -> open.message(1));
                assertTrue(String.valueOf(gone.getMessage()).contains(id + " was erased"), gone.getMessage());
            }
            assertTrue(store.original(id).isEmpty());
            assertTrue(store.traces().find(id).isEmpty());
        }
    }

    @Test
    void recordsThatWereMovedAreBlankedInBothPlaces() throws Exception {
        String bo;
        try (LocalStore store = open()) {
            long _ = account(store, ANN);
            long _ = account(store, BO);
            MailId _ = deliver(store, SECRET, 900, ANN);
            for (int i = 0; i < 30; i++) {
                MailId _ = deliver(store, "bos", 7_000, BO);
            }
            expunge(store, BO, new UidRange(1, 29));
            store.checkpoint();
            MailId _ = deliver(store, "bos", 7_000, BO);
            store.checkpoint();
            now = Instant.now().plus(Duration.ofDays(40));
            List<String> once = filesWith(data().resolve("journal"), SECRET);
            store.keep();
            List<String> twice = filesWith(data().resolve("journal"), SECRET);
            assertEquals(once.size() + 1, twice.size(), "moved: " + twice);
            bo = sees(store, BO);
            assertTrue(erase(store, ANN).text().contains("erased 1 mails"));
            assertEquals(List.of(), filesWith(data(), SECRET));
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
        wholeForEver(bo);
    }

    @Test
    void aBackupStaysAsItIsAndTheArchiveIsBlankedWithTheStore() throws Exception {
        Path archive = folder.resolve("archive");
        Path backup;
        String bo;
        long earlier;
        try (LocalStore store = open(data(), new DiskFiles(), Optional.of(archive))) {
            MailId _ = fill(store);
            bo = sees(store, BO);
            earlier = store.sequence();
            backup = store.backup(folder.resolve("backups"), _ -> {});
            MailId _ = deliver(store, "bos", 500, ANN);
            assertEquals(0, act(store, "ADDRESS", ANN, "--before", "2026-01-01").exitCode()); // feeds the archive
            assertFalse(filesWith(archive, SECRET).isEmpty());
            List<String> before = filesWith(backup, SECRET);
            ActionResult erased = erase(store, ANN);
            assertFalse(erased.text().contains("note"), erased.text());
            assertEquals(List.of(), filesWith(archive, SECRET));
            assertEquals(List.of(), filesWith(data(), SECRET));
            assertEquals(before, filesWith(backup, SECRET), "nobody reaches those");
            assertFalse(Files.exists(data().resolve("erasing")));
        }
        // A moment before the erasure, from the archive: the mails were in ann's mailboxes then.
        Restore.Restored _ = Restore.into(
                archive, folder.resolve("before/data"), Optional.of(Long.toString(earlier)), true, _ -> {});
        try (LocalStore store = open(folder.resolve("before/data"), new DiskFiles(), Optional.empty())) {
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            assertEquals(bo.replaceAll("Seq=\\d+", ""), sees(store, BO).replaceAll("Seq=\\d+", ""));
            assertFalse(sees(store, ANN).isEmpty(), "and nothing is there that cannot be read");
            assertEquals(List.of(), filesWith(folder.resolve("before/data"), SECRET));
        }
        Restore.Restored _ = Restore.into(archive, folder.resolve("all/data"), Optional.empty(), true, _ -> {});
        try (LocalStore store = open(folder.resolve("all/data"), new DiskFiles(), Optional.empty())) {
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
        // An older backup brings them back, and the same command takes them away again.
        Restore.Restored _ = Restore.into(backup, folder.resolve("old/data"), Optional.empty(), true, _ -> {});
        try (LocalStore store = open(folder.resolve("old/data"), new DiskFiles(), Optional.empty())) {
            assertFalse(filesWith(folder.resolve("old/data"), SECRET).isEmpty());
            assertTrue(erase(store, ANN).text().contains("erased 12 mails of"));
            assertEquals(List.of(), filesWith(folder.resolve("old/data"), SECRET));
        }
    }

    @Test
    void anArchiveThatCannotBeReachedIsToldAndTakesItLater() throws Exception {
        Path archive = folder.resolve("archive");
        try (LocalStore store = open(data(), new DiskFiles(), Optional.of(archive))) {
            MailId _ = fill(store);
            assertEquals(0, act(store, "ADDRESS", ANN, "--before", "2026-01-01").exitCode());
            Files.move(archive.resolve("manifest"), folder.resolve("manifest"));
            Files.createDirectory(archive.resolve("manifest"));
            ActionResult erased = erase(store, ANN);
            assertTrue(erased.text().contains("note    the archive"), erased.text());
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            assertTrue(Files.exists(data().resolve("erasing")));
        }
        Files.delete(archive.resolve("manifest"));
        Files.move(folder.resolve("manifest"), archive.resolve("manifest"));
        try (LocalStore store = open(data(), new DiskFiles(), Optional.of(archive))) {
            assertFalse(filesWith(archive, SECRET).isEmpty());
            assertTrue(erase(store, ANN).text().contains("erased 0 mails"));
            assertEquals(List.of(), filesWith(archive, SECRET));
            assertFalse(Files.exists(data().resolve("erasing")));
        }
    }

    @Test
    void damagedSegmentsThatWereSetAsideAreBlankedAsFarAsTheyCanBeRead() throws Exception {
        try (LocalStore store = open()) {
            MailId _ = fill(store);
        }
        Path segment = data().resolve("journal/0000000000000001.seg");
        byte[] octets = Files.readAllBytes(segment);
        int shared = new String(octets, StandardCharsets.ISO_8859_1).indexOf("shared shared");
        octets[shared] ^= 1;
        Files.write(segment, octets);
        try (LocalStore store = open()) {
            Object _ = store.repair(_ -> {});
            assertFalse(filesWith(data().resolve("set-aside"), SECRET).isEmpty());
            ActionResult erased = erase(store, ANN);
            assertTrue(erased.text().contains("note    data/set-aside"), erased.text());
            assertEquals(List.of(), filesWith(data(), SECRET));
            assertFalse(filesWith(data().resolve("set-aside"), "shared").isEmpty(), "what is damaged stays");
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    @Test
    void aRecordThatIsBlankThoughNobodyErasedItIsAProblemAndSoIsOneThatIsNot() throws Exception {
        try (LocalStore store = open()) {
            MailId _ = fill(store);
            Path copy = folder.resolve("copy");
            byte[] before = Files.readAllBytes(data().resolve("journal/0000000000000001.seg"));
            assertEquals(0, erase(store, ANN).exitCode());
            byte[] after = Files.readAllBytes(data().resolve("journal/0000000000000001.seg"));
            assertEquals(before.length, after.length);
            Files.write(copy, after);
            Files.write(data().resolve("journal/0000000000000001.seg"), before);
            List<String> still = store.verify(_ -> {}).problems();
            assertTrue(
                    still.stream().anyMatch(line -> line.contains("was erased and is still there")), still::toString);
            assertEquals(0, erase(store, ANN).exitCode()); // does what is missing
            assertArrayEquals(after, Files.readAllBytes(data().resolve("journal/0000000000000001.seg")));
            // What lies behind the header that stands in must be blank.
            int zeros = find(after, new byte[400]);
            after[zeros + 200] = 'x';
            Files.write(data().resolve("journal/0000000000000001.seg"), after);
            List<String> dirty = store.verify(_ -> {}).problems();
            assertTrue(dirty.stream().anyMatch(line -> line.contains("is not blank")), dirty::toString);
            after[zeros + 200] = 0;
            // A bit of what stands in.
            int mark = find(after, "MBLK".getBytes(StandardCharsets.US_ASCII));
            after[mark + 30] ^= 1;
            Files.write(data().resolve("journal/0000000000000001.seg"), after);
            List<String> damaged = store.verify(_ -> {}).problems();
            assertTrue(damaged.stream().anyMatch(line -> line.contains("is damaged at")), damaged::toString);
        }
    }

    private static int find(byte[] octets, byte[] wanted) {
        for (int at = 0; at + wanted.length <= octets.length; at++) {
            if (Arrays.equals(octets, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        throw new AssertionError("not there");
    }

    @Test
    void anErasureThatFailedIsFinishedByTheKeeper() throws Exception {
        LyingDisk disk = new LyingDisk(data());
        try (LocalStore store = open(data(), disk, Optional.empty())) {
            MailId _ = fill(store);
            disk.fail(
                    step -> step instanceof LyingDisk.Step.Rename(Path _, Path to)
                            && to.toString().endsWith(".seg"),
                    false);
            assertThrows(ActionException.class, () -> erase(store, ANN));
            assertTrue(Erasing.pending(data()));
            disk.heal();
            store.keep();
            assertFalse(Erasing.pending(data()));
            assertEquals(List.of(), filesWith(data(), SECRET));
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    @Test
    void anArchiveThatIsNotFedIsTold() throws Exception {
        try (LocalStore store = open(data(), new DiskFiles(), Optional.of(folder.resolve("archive")))) {
            assertEquals(Optional.empty(), store.status().problem());
            now = now.plus(Duration.ofDays(4)); // and its rounds, each half a day, did not come
            String problem = store.status().problem().orElse("");
            assertTrue(problem.contains("has not been fed for"), problem);
        }
    }

    // ---- crashes

    @Test
    void whereverItIsCutOffTheNextStartGoesOn() throws Exception {
        Path live = folder.resolve("live");
        LyingDisk disk = new LyingDisk(live);
        String bo;
        int first;
        int last;
        try (LocalStore store = open(live, disk, Optional.empty())) {
            MailId _ = fill(store);
            bo = sees(store, BO);
            first = disk.steps();
            assertEquals(0, erase(store, ANN).exitCode());
            last = disk.steps();
        }
        int step = CUTS < 300 ? 9 : 1;
        int went = 0;
        for (int prefix = first + new Random(SEED).nextInt(step); prefix <= last; prefix += step) {
            went += cut(disk, prefix, null, bo, prefix >= last, "after " + (prefix - first) + " steps") ? 1 : 0;
        }
        Random seeds = new Random(SEED);
        for (int i = 0; i < CUTS / 4; i++) {
            long seed = seeds.nextLong();
            int prefix = first + seeds.nextInt(last - first + 1);
            String name = "cut " + i + " of seed " + SEED + " after " + (prefix - first) + " steps";
            went += cut(disk, prefix, new Random(seed), bo, prefix >= last, name) ? 1 : 0;
        }
        assertTrue(went > 3, "only " + went + " starts had something to finish");
        System.out.println("erasures cut off within " + (last - first) + " steps, seed " + SEED + ": " + went
                + " were finished by the next start");
        assertEquals(List.of(), halts);
    }

    /// @param answered the erasure was
    /// @return whether the start finished it
    private boolean cut(LyingDisk disk, int prefix, @Nullable Random chance, String bo, boolean answered, String name)
            throws Exception {
        Path data = folder.resolve("cut");
        Files.createDirectories(data);
        disk.materialise(prefix, chance, data);
        Files.writeString(data.resolve("running"), "another boot\n");
        boolean pending = Erasing.pending(data);
        try (LocalStore store = open(data, new DiskFiles(), Optional.empty())) {
            assertEquals(List.of(), store.verify(_ -> {}).problems(), name);
            assertEquals(bo, sees(store, BO), name);
            assertFalse(sees(store, ANN).isEmpty(), name); // what is there can be read
            if (pending || answered) {
                assertEquals(List.of(), filesWith(data, SECRET), name);
            }
            assertEquals(0, erase(store, ANN).exitCode(), name);
            assertEquals(List.of(), store.verify(_ -> {}).problems(), name);
            assertEquals(bo, sees(store, BO), name);
            assertEquals(List.of(), filesWith(data, SECRET), name);
        }
        try (Stream<Path> all = Files.walk(data)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        return pending;
    }
}
