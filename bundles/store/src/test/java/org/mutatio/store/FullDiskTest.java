package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.disk.LyingDisk;
import org.mutatio.store.disk.LyingDisk.Step;

/// A disk without room: what was answered stays, nobody waits for ever, and room that comes back is enough.
class FullDiskTest {

    private static final Duration MONTH = Duration.ofDays(30);

    @TempDir
    Path folder;

    private volatile Instant now = Instant.parse("2026-11-25T10:00:00Z");
    private final Random random = new Random(3);

    private LocalStore open(org.mutatio.store.journal.Files files) throws IOException {
        return LocalStore.open(
                folder.resolve("data"),
                new LocalStore.Settings(64 << 10, 8 << 10, 1 << 20, 1 << 20, MONTH),
                () -> now,
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                },
                new Meters(),
                files);
    }

    private static boolean any(Step step) {
        return step instanceof Step.Write || step instanceof Step.Create || step instanceof Step.Truncate;
    }

    private static boolean index(Step step) {
        return switch (step) {
            case Step.Write write -> write.file().toString().endsWith(".mv.db");
            case Step.Create create -> create.file().toString().endsWith(".mv.db");
            case Step.Truncate truncate -> truncate.file().toString().endsWith(".mv.db");
            default -> false;
        };
    }

    private static MailboxInfo inbox(LocalStore store) {
        return store.mailbox(store.accounts().getFirst().id(), "INBOX").orElseThrow();
    }

    private MailId deliver(LocalStore store, int size) throws Exception {
        MailId id = MailId.of(now, random);
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        Mails.deliver(
                store,
                id,
                now,
                octets,
                new Change.Placement(
                        store.accounts().getFirst().id(), new Change.Place.Name("INBOX"), Flags.NONE, now));
        return id;
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

    private static void account(LocalStore store) throws Exception {
        StoredAccount _ = store.commit(new Change.SaveAccount(
                new StoredAccount(0, "ann@example.com", "", List.of(), OptionalLong.empty(), true, Instant.EPOCH)));
    }

    private static void await(BooleanSupplier fact) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!fact.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not within 30 s");
            Thread.sleep(5);
        }
    }

    /// Mail goes on until the index, which is written now and then, has failed.
    private void failIndex(LocalStore store, List<MailId> kept) throws Exception {
        while (store.status().problem().isEmpty()) {
            kept.add(deliver(store, 100));
        }
    }

    /// A whole zip that holds no database, beside the good one before it.
    private void spoilNewestCheckpoint() throws IOException {
        Path newest;
        try (Stream<Path> all = Files.list(folder.resolve("data/checkpoints"))) {
            newest = all.sorted().reduce((_, last) -> last).orElseThrow();
        }
        byte[] noise = new byte[16 << 10];
        random.nextBytes(noise);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(newest))) {
            zip.putNextEntry(new ZipEntry("index.mv.db"));
            zip.write(noise);
            zip.closeEntry();
        }
    }

    @ParameterizedTest(name = "the newest one is bad: {0}")
    @ValueSource(booleans = {false, true})
    void anIndexThatWentAwayComesFromItsCheckpoint(boolean bad) throws Exception {
        LyingDisk disk = new LyingDisk(folder);
        List<MailId> kept = new ArrayList<>();
        try (LocalStore store = open(disk)) {
            account(store);
            for (int i = 1; i <= 30; i++) {
                MailId _ = deliver(store, 5_000);
            }
            Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                    inbox(store).id(),
                    List.of(new UidRange(1, 30)),
                    Change.FlagMode.ADD,
                    Flags.of(Flags.DELETED),
                    OptionalLong.empty()));
            Change.Expunged _ = store.commit(new Change.Expunge(inbox(store).id(), List.of()));
            kept.add(deliver(store, 70_000));
            now = Instant.now().plus(MONTH).plusSeconds(60);
            for (int round = 0; round < 4; round++) {
                kept.add(deliver(store, 5_000));
                store.checkpoint();
                store.keep();
            }
            assertTrue(store.status().firstKept() > 1, "the account's record is gone from the journal");
            if (bad) {
                spoilNewestCheckpoint();
            }
            disk.fail(this::indexWentAway, false);
            failIndex(store, kept);
            disk.heal();
            await(() -> store.status().problem().isEmpty());
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
        try (LocalStore store = open(disk)) {
            assertEquals(
                    List.of("ann@example.com"),
                    store.accounts().stream().map(StoredAccount::address).toList());
            assertEquals(kept, mails(store));
        }
    }

    /// As it is when the index was set aside and there was no room to unpack the checkpoint; on the thread that writes
    /// the index, so that the file never goes away under one that was opened again meanwhile.
    private boolean indexWentAway(Step step) {
        if (!index(step)) {
            return false;
        }
        try {
            boolean _ = Files.deleteIfExists(folder.resolve("data").resolve("index.mv.db"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return true;
    }

    private boolean taken(LocalStore store, List<MailId> kept) {
        try {
            return kept.add(deliver(store, 100));
        } catch (StoreUnavailableException _) {
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nobodyWaitsForAnIndexThatHasNoRoom() throws Exception {
        LyingDisk disk = new LyingDisk(folder);
        List<MailId> kept = new ArrayList<>();
        LocalStore store = open(disk);
        account(store);
        disk.fail(FullDiskTest::index, false);
        failIndex(store, kept);
        disk.fail(FullDiskTest::any, true);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 3; i++) {
                assertThrows(StoreUnavailableException.class, () -> deliver(store, 100));
            }
        });
        disk.heal();
        await(() -> taken(store, kept));
        assertEquals(kept, mails(store));
        store.close();
    }

    @Test
    void aStoreWithoutRoomCanBeStopped() throws Exception {
        LyingDisk disk = new LyingDisk(folder);
        List<MailId> kept = new ArrayList<>();
        LocalStore store = open(disk);
        account(store);
        disk.fail(FullDiskTest::index, false);
        failIndex(store, kept);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            try {
                store.close();
            } catch (IOException _) {
                // it says that the index is not whole
            }
        });
        disk.heal();
        try (LocalStore again = open(disk)) {
            assertEquals(kept, mails(again));
        }
    }
}
