package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.backup.Restore;

/// Copies made while mail flows, and the way back to a moment.
class BackupTest {

    private static final Duration MONTH = Duration.ofDays(30);

    @TempDir
    Path folder;

    private volatile Instant now = Instant.parse("2026-11-25T10:00:00Z");
    private final Random random = new Random(3);

    private LocalStore open(Path data) throws IOException {
        return open(data, Optional.empty());
    }

    private LocalStore open(Path data, Optional<Path> archive) throws IOException {
        return LocalStore.open(
                data,
                new LocalStore.Settings(64 << 10, 8 << 10, 1 << 20, 1 << 20, MONTH, archive, Duration.ofMillis(1)),
                () -> now,
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                },
                new Meters());
    }

    private static long account(LocalStore store) throws Exception {
        return store.commit(new Change.SaveAccount(new StoredAccount(
                        0, "ann@example.com", "", List.of(), OptionalLong.empty(), true, Instant.EPOCH)))
                .id();
    }

    private MailId deliver(LocalStore store, int size) throws Exception {
        MailId id;
        byte[] octets = new byte[size];
        synchronized (random) {
            id = MailId.of(now, random);
            random.nextBytes(octets);
        }
        long account = store.accounts().getFirst().id();
        Mails.deliver(
                store, id, now, octets, new Change.Placement(account, new Change.Place.Name("INBOX"), Flags.NONE, now));
        return id;
    }

    private static MailboxInfo inbox(LocalStore store) {
        return store.mailbox(store.accounts().getFirst().id(), "INBOX").orElseThrow();
    }

    private static List<MailId> mails(LocalStore store) throws Exception {
        List<MailId> mails = new ArrayList<>();
        try (OpenMailbox open = store.open(inbox(store).id())) {
            for (int i = 0; i < open.state().size(); i++) {
                mails.add(open.message(open.state().uid(i)).mailId());
            }
        }
        return mails;
    }

    @Test
    void aBackupUnderLoadHoldsAllThatWasAnsweredBefore() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        Path copy;
        int before;
        MailboxInfo inbox;
        try (LocalStore store = open(folder.resolve("live"))) {
            long _ = account(store);
            AtomicBoolean enough = new AtomicBoolean();
            List<Thread> threads = new ArrayList<>();
            List<Throwable> faults = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int size = t == 0 ? 20_000 : 3_000;
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        while (!enough.get()) {
                            MailId _ = deliver(store, size);
                            int _ = answered.incrementAndGet();
                        }
                    } catch (Exception e) {
                        synchronized (faults) {
                            faults.add(e);
                        }
                    }
                }));
            }
            while (answered.get() < 200) {
                Thread.sleep(1);
            }
            before = answered.get();
            copy = store.backup(folder.resolve("backups"), _ -> {});
            enough.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), faults);
            inbox = inbox(store);
        }
        Restore.Restored restored = Restore.into(copy, folder.resolve("new/data"), Optional.empty(), false, _ -> {});
        assertTrue(restored.sequence() > before);
        try (LocalStore store = open(folder.resolve("new/data"))) {
            MailboxInfo again = inbox(store);
            assertTrue(again.messages() >= before, again + " of " + before);
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            assertTrue(again.uidValidity() > inbox.uidValidity(), "the state went back: clients begin anew");
            assertTrue(again.highestModSeq() > inbox.highestModSeq(), "numbers are never handed out twice");
            MailId _ = deliver(store, 100);
            assertEquals(again.messages() + 1, inbox(store).messages());
        }
        try (LocalStore store = open(folder.resolve("new/data"))) {
            assertEquals(List.of(), store.verify(_ -> {}).problems(), "also behind the numbers that were left out");
        }
    }

    @Test
    void aStoreThatOnlyMovesKeepsItsUidValidity() throws Exception {
        Path copy;
        MailboxInfo inbox;
        try (LocalStore store = open(folder.resolve("live"))) {
            long _ = account(store);
            MailId _ = deliver(store, 100);
            inbox = inbox(store);
            copy = store.backup(folder.resolve("backups"), _ -> {});
        }
        Restore.Restored _ = Restore.into(copy, folder.resolve("new/data"), Optional.empty(), true, _ -> {});
        try (LocalStore store = open(folder.resolve("new/data"))) {
            assertEquals(inbox.uidValidity(), inbox(store).uidValidity());
            assertEquals(inbox.uidNext(), inbox(store).uidNext());
        }
    }

    @Test
    void oneGoesBackToASequenceAMailOrATime() throws Exception {
        Path copy;
        List<MailId> mails = new ArrayList<>();
        Instant noon = Instant.parse("2026-11-25T12:00:00Z");
        long third;
        try (LocalStore store = open(folder.resolve("live"))) {
            long _ = account(store);
            for (int i = 0; i < 30; i++) {
                now = noon.minusSeconds(1800).plusSeconds(60L * i + 1);
                mails.add(deliver(store, i % 5 == 0 ? 20_000 : 5_000));
            }
            third = store.sequence();
            // The mistake: everything is deleted.
            now = noon.plusSeconds(60);
            Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                    inbox(store).id(),
                    List.of(new UidRange(1, 30)),
                    Change.FlagMode.ADD,
                    Flags.of(Flags.DELETED),
                    OptionalLong.empty()));
            Change.Expunged _ = store.commit(new Change.Expunge(inbox(store).id(), List.of()));
            assertEquals(0, inbox(store).messages());
            copy = store.backup(folder.resolve("backups"), _ -> {});
        }
        assertEquals(mails, restored(copy, Long.toString(third)));
        assertEquals(mails.subList(0, 12), restored(copy, mails.get(11).text()));
        assertEquals(mails.subList(0, 30), restored(copy, "2026-11-25T12:00:00Z"));
        assertEquals(mails.subList(0, 20), restored(copy, "2026-11-25T12:49:30+01:00"));
        assertEquals(List.of(), restored(copy, "9999"));
        for (String none : List.of("yesterday", MailId.of(now, random).text(), "2020-01-01T00:00:00Z")) {
            IOException refused = assertThrows(IOException.class, () -> restored(copy, none));
            assertTrue(String.valueOf(refused.getMessage()).contains(none), refused.getMessage());
        }
    }

    private int homes;

    private List<MailId> restored(Path copy, String to) throws Exception {
        Path data = folder.resolve("home" + homes++).resolve("data");
        Restore.Restored _ = Restore.into(copy, data, Optional.of(to), false, _ -> {});
        try (LocalStore store = open(data)) {
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            return mails(store);
        }
    }

    @Test
    void theArchiveFollowsAndGoesBackToAnyMoment() throws Exception {
        Path archive = folder.resolve("archive");
        List<MailId> mails = new ArrayList<>();
        try (LocalStore store = open(folder.resolve("live"), Optional.of(archive))) {
            long _ = account(store);
            for (int i = 0; i < 3; i++) {
                mails.add(deliver(store, 20_000));
                long wanted = store.sequence();
                awaitArchived(archive, wanted);
            }
            assertEquals(Optional.empty(), store.status().problem());
        }
        assertEquals(mails, restored(archive, "9999"));
        assertEquals(mails.subList(0, 2), restored(archive, mails.get(1).text()));
    }

    /// What came after the moment lies in the old life's archive under the numbers that the new life gives anew.
    @Test
    void theArchiveIsOfTheFormatThatTheDataHas() throws Exception {
        Path data = folder.resolve("live");
        Path archive = folder.resolve("archive");
        try (LocalStore store = open(data)) {
            long _ = account(store);
        }
        Files.writeString(data.resolve("format"), "1\n");
        try (LocalStore store = open(data, Optional.of(archive))) {
            MailId _ = deliver(store, 5_000);
            awaitArchived(archive, store.sequence());
            assertEquals("1\n", Files.readString(archive.resolve("format")));
            int _ = store.upgrade();
            MailId _ = deliver(store, 5_000);
            awaitArchived(archive, store.sequence());
        }
        assertEquals("2\n", Files.readString(archive.resolve("format")));
        Restore.Restored _ = Restore.into(archive, folder.resolve("restored"), Optional.empty(), false, _ -> {});
    }

    @Test
    void theArchiveOfAFormerLifeIsLeftAlone() throws Exception {
        Path archive = folder.resolve("archive");
        List<MailId> mails = new ArrayList<>();
        try (LocalStore store = open(folder.resolve("live"), Optional.of(archive))) {
            long _ = account(store);
            for (int i = 0; i < 3; i++) {
                mails.add(deliver(store, 1_000));
            }
            awaitArchived(archive, store.sequence());
        }
        Path data = folder.resolve("new/data");
        Restore.Restored _ =
                Restore.into(archive, data, Optional.of(mails.get(1).text()), false, _ -> {});
        try (LocalStore store = open(data, Optional.of(archive))) {
            MailId _ = deliver(store, 1_000);
            for (int wait = 0; wait < 1_000 && store.status().problem().isEmpty(); wait++) {
                Thread.sleep(10);
            }
            String problem = store.status().problem().orElseThrow();
            assertTrue(problem.contains("name another folder"), problem);
        }
        assertEquals(mails, restored(archive, "9999"));
    }

    private static void awaitArchived(Path archive, long sequence) throws Exception {
        for (int wait = 0; wait < 1_000 && !archived(archive, sequence); wait++) {
            Thread.sleep(10);
        }
        assertTrue(archived(archive, sequence), "the archive follows by itself");
    }

    private static boolean archived(Path archive, long sequence) throws IOException {
        Path manifest = archive.resolve("manifest");
        return Files.exists(manifest)
                && Files.readAllLines(manifest).stream()
                        .filter(line -> line.startsWith("# sequence "))
                        .anyMatch(line -> Long.parseLong(line.substring(11)) >= sequence);
    }

    @Test
    void aDamagedOrUnfinishedCopyIsRefused() throws Exception {
        Path copy;
        try (LocalStore store = open(folder.resolve("live"))) {
            long _ = account(store);
            MailId _ = deliver(store, 20_000);
            copy = store.backup(folder.resolve("backups"), _ -> {});
        }
        Path blob;
        try (Stream<Path> all = Files.walk(copy.resolve("blobs"))) {
            blob = all.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        // Not in place: the copy is a hard link.
        byte[] octets = Files.readAllBytes(blob);
        octets[500] ^= 1;
        Files.delete(blob);
        Files.write(blob, octets);
        IOException damaged = assertThrows(
                IOException.class,
                () -> Restore.into(copy, folder.resolve("a/data"), Optional.empty(), false, _ -> {}));
        assertTrue(String.valueOf(damaged.getMessage()).contains(blob.toString()), damaged.getMessage());
        Files.delete(copy.resolve("manifest"));
        IOException half = assertThrows(IOException.class, () -> open(folder.resolve("a/data")));
        assertTrue(String.valueOf(half.getMessage()).contains("restore again"), half.getMessage());
        IOException unfinished = assertThrows(
                IOException.class,
                () -> Restore.into(copy, folder.resolve("b/data"), Optional.empty(), false, _ -> {}));
        assertTrue(String.valueOf(unfinished.getMessage()).contains("manifest"), unfinished.getMessage());
        assertFalse(Files.exists(folder.resolve("b/data")));
        IOException live = assertThrows(
                IOException.class,
                () -> Restore.into(
                        folder.resolve("backups"), folder.resolve("live"), Optional.empty(), false, _ -> {}));
        assertTrue(String.valueOf(live.getMessage()).contains("manifest"), live.getMessage());
    }

    @Test
    void blobsGoWithTheirSegment() throws Exception {
        Path data = folder.resolve("live");
        try (LocalStore store = open(data)) {
            long _ = account(store);
            for (int i = 0; i < 5; i++) {
                MailId _ = deliver(store, 20_000);
            }
            Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                    inbox(store).id(),
                    List.of(new UidRange(1, 5)),
                    Change.FlagMode.ADD,
                    Flags.of(Flags.DELETED),
                    OptionalLong.empty()));
            Change.Expunged _ = store.commit(new Change.Expunge(inbox(store).id(), List.of()));
            Path copy = store.backup(folder.resolve("backups"), _ -> {});
            for (int i = 0; i < 30; i++) {
                MailId _ = deliver(store, 5_000);
            }
            store.checkpoint();
            store.checkpoint();
            now = Instant.now().plus(MONTH).plusSeconds(60);
            store.keep();
            assertTrue(store.status().firstKept() > 1);
            try (Stream<Path> all = Files.walk(data.resolve("blobs"))) {
                assertEquals(0, all.filter(Files::isRegularFile).count());
            }
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            try (Stream<Path> all = Files.walk(copy.resolve("blobs"))) {
                assertEquals(5, all.filter(Files::isRegularFile).count(), "the backup keeps its own");
            }
        }
    }

    @Test
    void oldSegmentsThatAreMostlyDeadAreCompacted() throws Exception {
        Path data = folder.resolve("live");
        List<MailId> live = new ArrayList<>();
        try (LocalStore store = open(data)) {
            long _ = account(store);
            List<UidRange> dead = new ArrayList<>();
            for (int i = 1; i <= 60; i++) {
                MailId id = deliver(store, i == 7 ? 20_000 : 5_000);
                if (i % 7 == 0) {
                    live.add(id);
                } else {
                    dead.add(UidRange.of(i));
                }
            }
            Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                    inbox(store).id(), dead, Change.FlagMode.ADD, Flags.of(Flags.DELETED), OptionalLong.empty()));
            Change.Expunged _ = store.commit(new Change.Expunge(inbox(store).id(), List.of()));
            long first = store.status().firstKept();
            store.checkpoint();
            MailId _ = deliver(store, 70_000);
            store.checkpoint();
            long before = octets(data.resolve("journal"));
            now = Instant.now().plus(MONTH).plusSeconds(60);
            for (int round = 0; round < 12; round++) {
                store.keep();
                store.checkpoint();
                now = now.plusSeconds(60);
            }
            assertTrue(store.status().firstKept() > first);
            assertTrue(octets(data.resolve("journal")) < before / 2, octets(data.resolve("journal")) + " of " + before);
            assertEquals(live, mails(store).subList(0, live.size()));
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            try (OpenMailbox open = store.open(inbox(store).id())) {
                assertEquals(20_000, open.message(7).octets().size());
                assertEquals(
                        20_000, open.message(7).octets().stream(0, 20_000).readAllBytes().length, "its blob is kept");
                assertEquals(5_000, open.message(14).octets().stream(0, 5_000).readAllBytes().length);
            }
            assertTrue(store.traces().find(live.getFirst()).isPresent(), "its trace went with it");
        }
        Files.delete(data.resolve("index.mv.db"));
        try (LocalStore store = open(data)) {
            assertEquals(live, mails(store).subList(0, live.size()), "also from a checkpoint");
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    private static long octets(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            long sum = 0;
            for (Path file : all.toList()) {
                sum += Files.size(file);
            }
            return sum;
        }
    }
}
