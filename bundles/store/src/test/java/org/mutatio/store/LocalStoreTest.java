package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.queue.Queue;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxChanges;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.RefusedChangeException.Refusal;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreClosedException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.api.trace.Traces;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.index.Index;
import org.mutatio.store.recovery.Recovery;

/// What a session may rely on.
class LocalStoreTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

    @TempDir
    Path folder;

    private LocalStore store;
    private final Random random = new Random(7);

    @BeforeEach
    void open() throws IOException {
        open(NOW);
    }

    private void open(Instant now) throws IOException {
        store = LocalStore.open(
                folder.resolve("data"),
                new LocalStore.Settings(1 << 20, 256 << 10, 1 << 20, 4 << 20, java.time.Duration.ofDays(30)),
                InstantSource.fixed(now),
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                },
                new Meters());
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void reopen() throws IOException {
        store.close();
        open();
    }

    private StoredAccount account(String address) throws Exception {
        return store.commit(new Change.SaveAccount(
                new StoredAccount(0, address, "", List.of("secret"), OptionalLong.empty(), true, NOW)));
    }

    private Change.Delivered deliver(long account, String text, Flags flags) throws Exception {
        return deliver(
                account,
                new Change.Place.Name("INBOX"),
                text.getBytes(StandardCharsets.UTF_8),
                flags,
                Optional.empty());
    }

    private Change.Delivered deliver(
            long account, Change.Place place, byte[] octets, Flags flags, Optional<Fingerprint> fingerprint)
            throws Exception {
        return deliver(octets, fingerprint, new Change.Placement(account, place, flags, NOW));
    }

    private Change.Delivered deliver(byte[] octets, Optional<Fingerprint> fingerprint, Change.Placement... placements)
            throws Exception {
        MailId id = MailId.of(NOW, random);
        try (Spool spool = store.spool()) {
            for (int at = 0; at < octets.length; at += 10_000) {
                spool.write(ByteBuffer.wrap(octets, at, Math.min(10_000, octets.length - at)));
            }
            Octets _ = spool.content();
            return store.commit(new Change.Deliver(
                    id,
                    NOW,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(
                                    new Change.Slice.New(
                                            ByteBuffer.wrap("Received: by us\r\n".getBytes(StandardCharsets.US_ASCII))),
                                    new Change.Slice.Received(0, octets.length)),
                            ByteBuffer.wrap(new byte[] {1, 2, 3}),
                            List.of(placements),
                            List.of())),
                    trace(id, "kept"),
                    fingerprint));
        }
    }

    @Test
    void aMailThatLayTwiceInAMailboxIsDeadWhenBothAreGone() throws Exception {
        long ann = account("ann@example.com").id();
        for (boolean dropped : new boolean[] {false, true}) {
            String name = dropped ? "Dropped" : "Expunged";
            long box = store.commit(new Change.CreateMailbox(ann, name, Optional.empty()))
                    .id();
            Change.Delivered _ = deliver(ann, new Change.Place.Id(box), new byte[300], Flags.NONE, Optional.empty());
            Change.Copied _ =
                    store.commit(new Change.Copy(box, List.of(UidRange.of(1)), box, false, OptionalLong.empty()));
            if (dropped) {
                Change.Done _ = store.commit(new Change.DeleteMailbox(ann, name));
            } else {
                List<UidRange> both = List.of(new UidRange(1, 2));
                Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                        box, both, Change.FlagMode.ADD, Flags.of(Flags.DELETED), OptionalLong.empty()));
                Change.Expunged _ = store.commit(new Change.Expunge(box, both));
            }
        }
        store.close();
        try (Index index = Index.openReadOnly(folder.resolve("data"))) {
            assertEquals(0, index.live(1));
        }
        open();
    }

    private static Trace trace(MailId id, String outcome) {
        return new Trace(
                id,
                NOW,
                "s1",
                "mx",
                "192.0.2.7",
                "bo@example.net",
                List.of("ann@example.com"),
                Optional.of("<m1@example.net>"),
                3,
                outcome,
                List.of(new TraceStep(
                        "rcpt", "org.mutatio.router", "1.0", "ann@example.com", "a.toml:3", "local", "why", 12)));
    }

    private String read(long mailbox, long uid) throws Exception {
        try (OpenMailbox open = store.open(mailbox)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Octets octets = open.message(uid).octets();
            octets.transfer(0, octets.size(), out);
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    private long inbox(long account) throws Exception {
        return store.mailbox(account, "inbox").orElseThrow().id();
    }

    @Test
    void anAccountComesWithItsMailboxes() throws Exception {
        StoredAccount ann = account("ann@example.com");
        List<String> names =
                store.mailboxes(ann.id()).stream().map(MailboxInfo::name).toList();
        assertEquals(List.of("INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"), names);
        assertEquals(
                RefusedChangeException.Refusal.ALREADYEXISTS,
                assertThrows(RefusedChangeException.class, () -> account("ann@example.com"))
                        .refusal());
        reopen();
        assertEquals(
                List.of("secret"),
                store.account("ann@example.com").orElseThrow().credentials());
        assertEquals(6, store.mailboxes(ann.id()).size());
    }

    @Test
    void aMessageIsKeptWithItsRope() throws Exception {
        long ann = account("ann@example.com").id();
        Change.Delivered first = deliver(ann, "Subject: a\r\n\r\none\r\n", Flags.NONE);
        assertEquals(1, first.placed().getFirst().uid());
        assertEquals("Received: by us\r\nSubject: a\r\n\r\none\r\n", read(inbox(ann), 1));
        // One that spills and one that becomes a blob.
        String large = "x".repeat(100_000);
        String huge = "y".repeat(400_000);
        deliver(ann, large, Flags.NONE);
        deliver(ann, huge, Flags.of(Flags.SEEN));
        reopen();
        assertEquals("Received: by us\r\n" + large, read(inbox(ann), 2));
        assertEquals("Received: by us\r\n" + huge, read(inbox(ann), 3));
        MailboxInfo info = store.mailbox(ann, "INBOX").orElseThrow();
        assertEquals(3, info.messages());
        assertEquals(2, info.unseen());
        assertEquals(4, info.uidNext());
        assertEquals(500_000 + 3 * 17 + 19, info.size());
        assertEquals(info.size(), store.usage(ann).octets());
        assertEquals(List.of(), store.verify(_ -> {}).problems());
    }

    @Test
    void flagsCopiesMovesAndExpungesAreSeenByOpenSessions() throws Exception {
        long ann = account("ann@example.com").id();
        for (int i = 0; i < 600; i++) {
            deliver(ann, "Subject: " + i + "\r\n\r\n", Flags.NONE);
        }
        long inbox = inbox(ann);
        long trash = store.mailbox(ann, "Trash").orElseThrow().id();
        try (OpenMailbox open = store.open(inbox)) {
            MailboxState before = open.state();
            assertEquals(600, before.size());
            Change.FlagsStored stored = store.commit(new Change.StoreFlags(
                    inbox,
                    List.of(new UidRange(5, 6), new UidRange(9_999, 10_000)),
                    Change.FlagMode.ADD,
                    new Flags(Flags.DELETED, new TreeSet<>(Set.of("$Work"))),
                    OptionalLong.empty()));
            assertEquals(List.of(new UidRange(5, 6)), stored.changed());
            Change.Copied moved = store.commit(
                    new Change.Copy(inbox, List.of(new UidRange(300, 301)), trash, true, OptionalLong.empty()));
            assertEquals(List.of(new UidRange(1, 2)), moved.targets());
            Change.Expunged expunged = store.commit(new Change.Expunge(inbox, List.of()));
            assertEquals(List.of(new UidRange(5, 6)), expunged.uids());
            deliver(ann, "Subject: last\r\n\r\n", Flags.NONE);
            MailboxState after = open.state();
            MailboxChanges changes = open.changes(before, after);
            assertEquals(List.of(new UidRange(5, 6), new UidRange(300, 301)), changes.expunged());
            assertEquals(List.of(UidRange.of(601)), changes.arrived());
            assertEquals(597, after.size());
            assertEquals(7, after.uid(4));
            assertTrue(after.keywords().contains("$work"));
            assertTrue(open.message(300).octets().size() > 0, "an expunged message stays readable for who saw it");
            assertEquals(600, before.size(), "an old version does not change");
            assertEquals(OptionalLong.of(5).getAsLong(), before.uid(4));
            Change.FlagsStored late = store.commit(new Change.StoreFlags(
                    inbox,
                    List.of(new UidRange(10, 11)),
                    Change.FlagMode.SET,
                    Flags.of(Flags.SEEN),
                    OptionalLong.of(1)));
            assertEquals(List.of(new UidRange(10, 11)), late.modified());
        }
        assertEquals(597, store.mailbox(ann, "INBOX").orElseThrow().messages());
        reopen();
        try (OpenMailbox open = store.open(inbox)) {
            assertEquals(597, open.state().size());
            assertEquals(602, open.state().uidNext());
        }
        assertEquals(List.of(), store.verify(_ -> {}).problems());
    }

    @Test
    void mailboxesAreMadeRenamedAndDeleted() throws Exception {
        long ann = account("ann@example.com").id();
        MailboxInfo made = store.commit(new Change.CreateMailbox(ann, "inbox/Sub/Deep", Optional.empty()));
        assertEquals("INBOX/Sub/Deep", made.name());
        assertEquals(
                RefusedChangeException.Refusal.USEATTR,
                assertThrows(
                                RefusedChangeException.class,
                                () -> store.commit(
                                        new Change.CreateMailbox(ann, "Sent2", Optional.of(SpecialUse.SENT))))
                        .refusal());
        MailboxInfo work = store.commit(new Change.CreateMailbox(ann, "Work", Optional.empty()));
        store.commit(new Change.CreateMailbox(ann, "Work/A", Optional.empty()));
        store.commit(new Change.RenameMailbox(ann, "Work", "Play"));
        assertTrue(store.mailbox(ann, "Play/A").isPresent());
        assertTrue(store.mailbox(ann, "Work").isEmpty());
        store.commit(new Change.DeleteMailbox(ann, "Play"));
        assertFalse(store.mailbox(ann, "Play").orElseThrow().selectable());
        MailboxInfo again = store.commit(new Change.CreateMailbox(ann, "Play", Optional.empty()));
        assertTrue(again.uidValidity() > work.uidValidity(), "UIDVALIDITY is never used twice");
        deliver(ann, "Subject: x\r\n\r\n", Flags.NONE);
        store.commit(new Change.RenameMailbox(ann, "INBOX", "Old"));
        assertEquals(0, store.mailbox(ann, "INBOX").orElseThrow().messages());
        assertEquals(1, store.mailbox(ann, "Old").orElseThrow().messages());
        store.commit(new Change.DeleteMailbox(ann, "Junk"));
        deliver(ann, new Change.Place.Role(SpecialUse.JUNK), new byte[] {'a'}, Flags.NONE, Optional.empty());
        assertEquals(1, store.mailbox(ann, "Junk").orElseThrow().messages());
        assertEquals(
                Optional.of(SpecialUse.JUNK),
                store.mailbox(ann, "Junk").orElseThrow().role());
    }

    @Test
    void subscriptionsAreTheClientsOwn() throws Exception { // RFC 9051 sections 6.3.5 to 6.3.7
        long ann = account("ann@example.com").id();
        assertTrue(store.mailboxes(ann).stream().allMatch(MailboxInfo::subscribed), "those made with the account");
        assertFalse(store.commit(new Change.CreateMailbox(ann, "Work", Optional.empty()))
                .subscribed());
        store.commit(new Change.CreateMailbox(ann, "Work/A", Optional.empty()));
        assertFalse(store.mailbox(ann, "Work/A").orElseThrow().subscribed());
        store.commit(new Change.Subscribe(ann, "Work", true));
        store.commit(new Change.Subscribe(ann, "Work/A", true));
        store.commit(new Change.DeleteMailbox(ann, "Work/A"));
        store.commit(new Change.RenameMailbox(ann, "Work", "Play"));
        assertFalse(store.mailbox(ann, "Play").orElseThrow().subscribed());
        for (int round = 0; round < 2; round++) {
            Set<String> left = store.mailboxes(ann).stream()
                    .filter(info -> info.subscribed() && !info.selectable())
                    .map(MailboxInfo::name)
                    .collect(Collectors.toSet());
            assertEquals(Set.of("Work", "Work/A"), left);
            reopen(); // what the index keeps is the same
        }
        assertTrue(store.commit(new Change.CreateMailbox(ann, "Work/A", Optional.empty()))
                .subscribed());
        deliver(ann, new Change.Place.Name("New"), new byte[] {'a'}, Flags.NONE, Optional.empty());
        assertTrue(store.mailbox(ann, "New").orElseThrow().subscribed(), "made for a delivery");
    }

    @Test
    void aNameWithoutAMailboxLivesAsLongAsItsChildren() throws Exception { // RFC 9051 section 6.3.5
        long ann = account("ann@example.com").id();
        int before = store.mailboxes(ann).size();
        for (String name : List.of("a", "a/b", "a/b/c")) {
            store.commit(new Change.CreateMailbox(ann, name, Optional.empty()));
        }
        store.commit(new Change.DeleteMailbox(ann, "a"));
        store.commit(new Change.DeleteMailbox(ann, "a/b"));
        assertFalse(store.mailbox(ann, "a").orElseThrow().selectable());
        store.commit(new Change.DeleteMailbox(ann, "a/b/c"));
        assertEquals(before, store.mailboxes(ann).size());
        assertEquals(
                RefusedChangeException.Refusal.NONEXISTENT,
                assertThrows(RefusedChangeException.class, () -> store.commit(new Change.DeleteMailbox(ann, "a")))
                        .refusal());
        for (String name : List.of("a", "a/b")) {
            store.commit(new Change.CreateMailbox(ann, name, Optional.empty()));
        }
        store.commit(new Change.DeleteMailbox(ann, "a"));
        store.commit(new Change.RenameMailbox(ann, "a", "x"));
        assertEquals(before + 1, store.mailboxes(ann).size());
        reopen();
        assertEquals(before + 1, store.mailboxes(ann).size());
    }

    @Test
    void aRepeatWhoseAnswerWasNotReadIsTheSameMail() throws Exception {
        long ann = account("ann@example.com").id();
        Fingerprint print = new Fingerprint("ab".repeat(32));
        byte[] octets = {'m'};
        Change.Place inbox = new Change.Place.Name("INBOX");
        Change.Delivered first = deliver(ann, inbox, octets, Flags.NONE, Optional.of(print));
        assertEquals(Optional.of(first.id()), store.repeated(print));
        Change.Delivered second = deliver(ann, inbox, octets, Flags.NONE, Optional.of(print));
        assertTrue(second.repeat());
        assertEquals(first.id(), second.id());
        reopen();
        assertEquals(Optional.of(first.id()), store.repeated(print), "also after a restart");
        store.answerRead(first.id());
        assertEquals(Optional.empty(), store.repeated(print));
        assertFalse(deliver(ann, inbox, octets, Flags.NONE, Optional.of(print)).repeat());
        assertEquals(2, store.mailbox(ann, "INBOX").orElseThrow().messages());
    }

    @Test
    void whatWasAnsweredStaysSoThoughTheIndexWasAKillBehind() throws Exception {
        long ann = account("ann@example.com").id();
        Fingerprint print = new Fingerprint("ab".repeat(32));
        Change.Delivered first =
                deliver(ann, new Change.Place.Name("INBOX"), new byte[] {'m'}, Flags.NONE, Optional.of(print));
        store.close();
        Files.delete(folder.resolve("data/index.mv.db"));
        open(); // the replay writes the fingerprint down
        store.storeIndex();
        Path index = folder.resolve("data/index.mv.db");
        byte[] before = Files.readAllBytes(index);
        store.answerRead(first.id());
        Change.Delivered _ = deliver(ann, "another", Flags.NONE);
        store.close();
        Files.write(index, before); // as a kill leaves it
        for (int start = 0; start < 3; start++) {
            open();
            assertEquals(Optional.empty(), store.repeated(print), "start " + start);
            Change.Delivered _ = deliver(ann, "more", Flags.NONE);
            store.close();
        }
        open();
    }

    @Test
    void theIndexIsRebuiltWhenItIsGoneOrBroken() throws Exception {
        long ann = account("ann@example.com").id();
        for (int i = 0; i < 50; i++) {
            deliver(ann, "Subject: " + i + "\r\n\r\n" + "z".repeat(40_000), Flags.NONE);
        }
        store.checkpoint();
        deliver(ann, "after the checkpoint", Flags.NONE);
        store.close();
        Path index = folder.resolve("data/index.mv.db");
        Files.write(index, new byte[] {1, 2, 3}, StandardOpenOption.TRUNCATE_EXISTING);
        open();
        assertEquals(51, store.mailbox(ann, "INBOX").orElseThrow().messages());
        store.close();
        Files.delete(index);
        Distribution.deleteFolder(folder.resolve("data/checkpoints"));
        open();
        assertEquals(51, store.mailbox(ann, "INBOX").orElseThrow().messages());
        assertEquals(List.of(), store.verify(_ -> {}).problems());
    }

    /// A checkpoint is written down while the index goes on: it is one moment of it all the same, and its name says
    /// which.
    @Test
    void aCheckpointIsOneMomentThoughMailGoesOn() throws Exception {
        long ann = account("ann@example.com").id();
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Long> delivering = CompletableFuture.supplyAsync(() -> {
            long count = 0;
            while (!enough.get()) {
                try {
                    Object _ = deliver(ann, "Subject: " + count + "\r\n\r\n", Flags.NONE);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                count++;
            }
            return count;
        });
        try {
            for (int i = 0; i < 5; i++) {
                long before = store.status().applied();
                store.checkpoint();
                Path zip = newestCheckpoint();
                long named = Recovery.sequence(zip);
                assertTrue(named >= before && named <= store.status().applied(), named + " after " + before);
                Path unpacked = Files.createDirectory(folder.resolve("unpacked" + i));
                try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
                    assertEquals("index.mv.db", in.getNextEntry().getName());
                    assertTrue(Files.copy(in, Index.file(unpacked)) > 0);
                }
                Index moment = Index.openReadOnly(unpacked);
                assertEquals(named, moment.applied());
                assertEquals(List.of(), moment.danglingReferences());
                assertEquals(List.of(), moment.wrongCounters());
                moment.close();
                while (store.status().applied() < named + 20) {
                    Thread.onSpinWait();
                }
            }
        } finally {
            enough.set(true);
        }
        assertEquals(delivering.get(), store.mailbox(ann, "INBOX").orElseThrow().messages());
    }

    private Path newestCheckpoint() throws IOException {
        try (var all = Files.list(folder.resolve("data/checkpoints"))) {
            return all.max(java.util.Comparator.naturalOrder()).orElseThrow();
        }
    }

    /// What H2 may leave after a kill: rows of events that it says it has not applied. They are applied once more, and
    /// the
    /// index is made anew instead of a server that does not start.
    @Test
    void anIndexThatIsBehindItsOwnRowsIsMadeAnew() throws Exception {
        long ann = account("ann@example.com").id();
        for (int i = 0; i < 10; i++) {
            deliver(ann, "Subject: " + i + "\r\n\r\n", Flags.NONE);
        }
        store.close();
        String url = "jdbc:h2:async:" + folder.resolve("data/index").toAbsolutePath();
        try (java.sql.Connection index = java.sql.DriverManager.getConnection(url, "sa", "");
                java.sql.Statement statement = index.createStatement()) {
            assertEquals(1, statement.executeUpdate("UPDATE meta SET number = number - 5 WHERE name = 'applied'"));
        }
        open();
        assertEquals(10, store.mailbox(ann, "INBOX").orElseThrow().messages());
        assertEquals(List.of(), store.verify(_ -> {}).problems());
    }

    /// Small helper of this test.
    private static final class Distribution {
        static void deleteFolder(Path folder) throws IOException {
            try (var all = Files.list(folder)) {
                for (Path path : all.toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void aTornTailIsCutAndDamageElsewhereIsKeptAndTold() throws Exception {
        long ann = account("ann@example.com").id();
        for (int i = 0; i < 10; i++) {
            deliver(ann, "Subject: " + i + "\r\n\r\n", Flags.NONE);
        }
        store.close();
        Path segment;
        try (var all = Files.list(folder.resolve("data/journal"))) {
            segment = all.sorted().reduce((a, b) -> b).orElseThrow();
        }
        long whole = Files.size(segment);
        Files.write(segment, new byte[777], StandardOpenOption.APPEND);
        open();
        assertEquals(10, store.mailbox(ann, "INBOX").orElseThrow().messages());
        deliver(ann, "eleventh", Flags.NONE);
        store.close();
        byte[] octets = Files.readAllBytes(segment);
        octets[(int) whole - 5] ^= 1; // in the last of the ten
        Files.write(segment, octets);
        open();
        assertEquals(11, store.mailbox(ann, "INBOX").orElseThrow().messages(), "the index knows them all");
        List<String> problems = store.verify(_ -> {}).problems();
        assertFalse(problems.isEmpty());
        assertTrue(read(inbox(ann), 11).endsWith("eleventh"));
    }

    @Test
    void whoComesBehindTheStopIsToldSo() throws Exception {
        long inbox = store.mailbox(account("ann@example.com").id(), "INBOX")
                .orElseThrow()
                .id();
        store.close();
        assertTimeoutPreemptively(java.time.Duration.ofSeconds(20), () -> {
            // Not NONEXISTENT: a client would forget what it has of the mailbox.
            assertThrows(StoreUnavailableException.class, () -> store.open(inbox));
            assertThrows(IOException.class, store::checkpoint);
        });
    }

    @Test
    void aSecondProcessIsRefused() {
        IOException refused = assertThrows(
                IOException.class,
                () -> LocalStore.open(
                        folder.resolve("data"),
                        LocalStore.Settings.defaults(),
                        InstantSource.fixed(NOW),
                        (_, _) -> {},
                        new Meters()));
        assertTrue(String.valueOf(refused.getMessage()).contains("another"));
    }

    @Test
    void tracesOfKeptAndRefusedMailAreFound() throws Exception {
        long ann = account("ann@example.com").id();
        Change.Delivered kept = deliver(ann, "Subject: x\r\n\r\n", Flags.NONE);
        MailId refused = MailId.of(NOW, random);
        store.traces().record(trace(refused, "rejected"));
        assertEquals("kept", store.traces().find(kept.id()).orElseThrow().outcome());
        assertEquals("rejected", store.traces().find(refused).orElseThrow().outcome());
        List<Trace> found = store.traces().find(new Traces.Query("ANN@example.com", NOW.minusSeconds(60), 10));
        assertEquals(2, found.size());
        assertEquals(
                1,
                store.traces()
                        .find(new Traces.Query("m1@example.net", NOW.minusSeconds(60), 1))
                        .size());
        assertEquals(List.of(), store.traces().find(new Traces.Query("nobody@example.com", NOW.minusSeconds(60), 10)));
    }

    @Test
    void aQueueEntryIsKeptHeldAndDropped() throws Exception {
        MailId id = MailId.of(NOW, random);
        try (Spool spool = store.spool()) {
            spool.write(ByteBuffer.wrap("body".getBytes(StandardCharsets.US_ASCII)));
            Octets _ = spool.content();
            store.commit(new Change.Deliver(
                    id,
                    NOW,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(new Change.Slice.Received(0, 4)),
                            ByteBuffer.allocate(0),
                            List.of(),
                            List.of(new Change.QueueEntry(
                                    "smtp:example.net",
                                    "ann@example.com",
                                    List.of(new Change.QueueRecipient("bo@example.net", "", "")),
                                    NOW,
                                    NOW.plusSeconds(1000),
                                    Map.of("tls", "require"))))),
                    trace(id, "queued"),
                    Optional.empty()));
        }
        reopen();
        Queue.Entry entry = store.list(Optional.empty(), 0, 10).getFirst();
        assertEquals("require", entry.attributes().get("tls"));
        assertEquals(4, store.octets(entry.id()).size());
        store.commit(new Change.ChangeQueue(List.of(entry.id()), Change.QueueAction.HOLD, "test"));
        assertEquals("held", store.find(entry.id()).orElseThrow().state());
        store.commit(new Change.ChangeQueue(List.of(entry.id()), Change.QueueAction.DROP, "test"));
        assertEquals(List.of(), store.of(id));
    }

    @Test
    void anEntryThatArrivesHeldWaitsForItsRelease() throws Exception {
        MailId id = MailId.of(NOW, random);
        try (Spool spool = store.spool()) {
            spool.write(ByteBuffer.wrap("body".getBytes(StandardCharsets.US_ASCII)));
            Octets _ = spool.content();
            Change.QueueEntry open = new Change.QueueEntry(
                    "smtp:example.net",
                    "ann@example.com",
                    List.of(new Change.QueueRecipient("bo@example.net", "", "")),
                    NOW,
                    NOW.plusSeconds(1000),
                    Map.of());
            Change.QueueEntry held = new Change.QueueEntry(
                    "smtp:example.org",
                    open.sender(),
                    open.recipients(),
                    open.notBefore(),
                    open.expires(),
                    open.attributes(),
                    true);
            store.commit(new Change.Deliver(
                    id,
                    NOW,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(new Change.Slice.Received(0, 4)),
                            ByteBuffer.allocate(0),
                            List.of(),
                            List.of(open, held))),
                    trace(id, "queued"),
                    Optional.empty()));
        }
        assertEquals(
                List.of("waiting", "held"),
                store.of(id).stream().map(Queue.Entry::state).toList());
        close();
        Files.delete(folder.resolve("data/index.mv.db")); // the journal has it too
        open();
        assertEquals(
                List.of("waiting", "held"),
                store.of(id).stream().map(Queue.Entry::state).toList());
        Queue.Entry entry = store.of(id).getLast();
        store.commit(new Change.ChangeQueue(List.of(entry.id()), Change.QueueAction.RELEASE, "test"));
        assertEquals("waiting", store.find(entry.id()).orElseThrow().state());
        assertEquals(NOW, store.find(entry.id()).orElseThrow().nextAttempt());
    }

    private Change.Placement limited(long account, long quota) {
        return new Change.Placement(account, new Change.Place.Name("INBOX"), Flags.NONE, NOW, OptionalLong.of(quota));
    }

    @Test
    void messagesAtTheSameTimeDoNotExceedAQuotaTogether() throws Exception {
        long ann = account("ann@example.com").id();
        byte[] message = new byte[600];
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger kept = new AtomicInteger();
        AtomicInteger full = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 16; t++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                    Change.Delivered _ = deliver(message, Optional.empty(), limited(ann, 2_000));
                    kept.incrementAndGet();
                } catch (RefusedChangeException e) {
                    assertEquals(Refusal.OVERQUOTA, e.refusal());
                    full.incrementAndGet();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(3, kept.get()); // 617 octets each
        assertEquals(13, full.get());
        assertEquals(3 * 617, store.usage(ann).octets());
    }

    @Test
    void aMessageThatIsTooMuchForOneAccountIsKeptInNone() throws Exception {
        long ann = account("ann@example.com").id();
        long bo = account("bo@example.com").id();
        byte[] large = new byte[300 << 10]; // a blob
        RefusedChangeException full = assertThrows(
                RefusedChangeException.class,
                () -> deliver(large, Optional.empty(), limited(ann, 1 << 20), limited(bo, 1_000)));
        assertEquals(Refusal.OVERQUOTA, full.refusal());
        assertEquals(0, store.usage(ann).messages());
        try (var blobs = Files.walk(folder.resolve("data/blobs"))) {
            assertEquals(0, blobs.filter(Files::isRegularFile).count());
        }
        // two copies in one account count twice, and as much as fits exactly is taken
        assertThrows(
                RefusedChangeException.class,
                () -> deliver(new byte[83], Optional.empty(), limited(ann, 199), limited(ann, 199)));
        Change.Delivered _ = deliver(new byte[83], Optional.empty(), limited(ann, 200), limited(ann, 200));
        assertEquals(200, store.usage(ann).octets());
    }

    /// Case store-a0e: other servers' counters drifted until a nearly empty mailbox was "full".
    @Test
    void whatIsUsedIsWhatARecountFinds() throws Exception {
        long ann = account("ann@example.com").id();
        long bo = account("bo@example.com").id();
        long inbox = inbox(ann);
        long trash = store.mailbox(ann, "Trash").orElseThrow().id();
        long old = store.commit(new Change.CreateMailbox(ann, "old/2026", Optional.empty()))
                .id();
        for (int i = 1; i <= 9; i++) {
            Change.Delivered _ = deliver(
                    new byte[i * 100],
                    Optional.empty(),
                    new Change.Placement(ann, new Change.Place.Id(inbox), Flags.NONE, NOW),
                    new Change.Placement(bo, new Change.Place.Name("INBOX"), Flags.NONE, NOW));
        }
        List<Change<?>> day = List.of(
                new Change.Copy(inbox, List.of(new UidRange(1, 4)), old, false, OptionalLong.empty()),
                new Change.Copy(inbox, List.of(new UidRange(2, 3)), inbox, false, OptionalLong.empty()),
                new Change.Copy(inbox, List.of(new UidRange(5, 6)), trash, true, OptionalLong.empty()),
                new Change.Copy(trash, List.of(UidRange.of(1)), trash, true, OptionalLong.empty()),
                new Change.StoreFlags(
                        inbox,
                        List.of(new UidRange(1, 3)),
                        Change.FlagMode.ADD,
                        Flags.of(Flags.DELETED),
                        OptionalLong.empty()),
                new Change.Expunge(inbox, List.of(new UidRange(1, 2))), // by UID
                new Change.Expunge(inbox, List.of()),
                new Change.RenameMailbox(ann, "old/2026", "older/2026"),
                new Change.RenameMailbox(ann, "INBOX", "before"), // RFC 9051 section 6.3.6: its mail moves
                new Change.DeleteMailbox(ann, "older/2026"),
                new Change.DeleteMailbox(ann, "before"));
        for (Change<?> change : day) {
            Object _ = store.commit(change);
            assertEquals(recount(ann), store.usage(ann), change.toString());
        }
        long left = store.usage(ann).octets();
        assertTrue(left > 0 && left < 2_000, "two are left in Trash: " + left);
        assertEquals(4_500 + 9 * 17, store.usage(bo).octets());

        // Over a quota that was lowered nothing comes in; deleting makes room at once.
        assertThrows(
                RefusedChangeException.class, () -> deliver(new byte[10], Optional.empty(), limited(ann, left - 1)));
        Change.Done _ = store.commit(new Change.DeleteMailbox(ann, "Trash"));
        Change.Delivered _ = deliver(new byte[10], Optional.empty(), limited(ann, left - 1));
        for (boolean rebuilt : new boolean[] {false, true}) {
            store.close();
            if (rebuilt) {
                Files.delete(folder.resolve("data/index.mv.db"));
            }
            open();
            assertEquals(new MailStore.Usage(27, 1), store.usage(ann));
            assertEquals(recount(ann), store.usage(ann));
            assertEquals(recount(bo), store.usage(bo));
        }
    }

    private MailStore.Usage recount(long account) throws Exception {
        long octets = 0;
        long messages = 0;
        for (MailboxInfo info : store.mailboxes(account)) {
            if (info.selectable()) {
                try (OpenMailbox open = store.open(info.id())) {
                    MailboxState state = open.state();
                    for (int i = 0; i < state.size(); i++) {
                        octets += open.message(state.uid(i)).octets().size();
                        messages++;
                    }
                }
            }
        }
        return new MailStore.Usage(octets, messages);
    }

    /// Case store-98e: a clock that was set back an hour between two starts.
    @Test
    void aClockThatGoesBackChangesNoNumber() throws Exception {
        long ann = account("ann@example.com").id();
        Change.Delivered _ = deliver(ann, "before", Flags.NONE);
        MailboxInfo before = store.mailbox(ann, "INBOX").orElseThrow();
        long newest = store.mailboxes(ann).stream()
                .mapToLong(MailboxInfo::uidValidity)
                .max()
                .orElseThrow();
        for (boolean rebuilt : new boolean[] {false, true}) {
            store.close();
            if (rebuilt) {
                Files.delete(folder.resolve("data/index.mv.db"));
            }
            open(NOW.minusSeconds(rebuilt ? 7_200 : 3_600));
            MailboxInfo same = store.mailbox(ann, "INBOX").orElseThrow();
            assertEquals(before.uidValidity(), same.uidValidity());
            assertTrue(same.uidNext() >= before.uidNext());
            Change.Delivered after = deliver(ann, "after", Flags.NONE);
            assertEquals(same.uidNext(), after.placed().getFirst().uid());
            assertEquals(
                    before.messages() + (rebuilt ? 2 : 1),
                    store.mailbox(ann, "INBOX").orElseThrow().messages());
            assertTrue(store.mailbox(ann, "INBOX").orElseThrow().highestModSeq() > same.highestModSeq());
            MailboxInfo made = store.commit(new Change.CreateMailbox(ann, "made" + rebuilt, Optional.empty()));
            assertTrue(made.uidValidity() > newest, "a UIDVALIDITY is never used twice");
            newest = made.uidValidity();
        }
        assertEquals(List.of(), store.verify(_ -> {}).problems());
    }

    @Test
    void aLeaseHasOneHolder() throws Exception {
        long first = store.acquire("deployer", 7);
        long second = store.acquire("deployer", 8);
        assertTrue(second > first);
        assertFalse(store.holds("deployer", first));
        reopen();
        assertTrue(store.holds("deployer", second));
        assertTrue(store.acquire("deployer", 7) > second);
    }

    @Test
    void manySessionsAtOnceLoseNothing() throws Exception {
        long ann = account("ann@example.com").id();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 200; i++) {
                    try {
                        deliver(ann, "Subject: many\r\n\r\n", Flags.NONE);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        try (OpenMailbox open = store.open(inbox(ann))) {
            assertEquals(1_600, open.state().size());
            assertEquals(1_601, open.state().uidNext());
        }
    }

    @Test
    void aMessageOnItsWayInStaysReadableWhenTheStoreIsOpenedAnewInPlace() throws Exception {
        StoredAccount ann = account("ann@example.com");
        for (int size : List.of(1_000, 100_000, 400_000)) { // in memory, spilled, spilled and kept as a blob
            byte[] octets = new byte[size];
            random.nextBytes(octets);
            try (Spool spool = store.spool()) {
                spool.write(ByteBuffer.wrap(octets, 0, size - 10));
                LocalStore former = store;
                reopen();
                assertThrows(StoreClosedException.class, former::spool);
                assertThrows(StoreClosedException.class, () -> former.commit(new Change.DeleteAccount(ann.id())));
                spool.write(ByteBuffer.wrap(octets, size - 10, 10));
                Octets content = spool.content();
                assertEquals(size, content.size());
                ByteBuffer read = ByteBuffer.allocate(size);
                int count = 0;
                while (count < size) {
                    int some = content.read(count, read);
                    assertTrue(some > 0);
                    count += some;
                }
                assertEquals(ByteBuffer.wrap(octets), read.flip());
            }
        }
    }
}
