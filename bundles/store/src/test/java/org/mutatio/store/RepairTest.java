package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.admin.OfflineStoreActions;
import org.mutatio.store.admin.StoreActions;
import org.mutatio.store.journal.DiskFiles;
import org.mutatio.store.journal.Journal;

/// `store verify --fix`: what is damaged is set aside and named, and the store is whole without it.
class RepairTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final int MAILS = 40;

    @TempDir
    Path folder;

    private final Random random = new Random(5);
    private final List<MailId> mails = new ArrayList<>();

    private LocalStore open() throws IOException {
        return LocalStore.open(
                folder.resolve("data"),
                new LocalStore.Settings(32 << 10, 8 << 10, 1 << 20, 1 << 20, Duration.ofDays(30)),
                () -> NOW,
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                },
                new Meters());
    }

    private void fill(LocalStore store) throws Exception {
        long account = store.commit(new Change.SaveAccount(
                        new StoredAccount(0, "ann@example.com", "", List.of(), OptionalLong.empty(), true, NOW)))
                .id();
        for (int i = 0; i < MAILS; i++) {
            MailId id = MailId.of(NOW, random);
            mails.add(id);
            byte[] octets = new byte[i % 10 == 0 ? 20_000 : 4_000];
            random.nextBytes(octets);
            Mails.deliver(
                    store,
                    id,
                    NOW,
                    octets,
                    new Change.Placement(account, new Change.Place.Name("INBOX"), Flags.of(i % 2), NOW));
        }
    }

    private static ActionResult act(LocalStore store, String name, Map<String, String> arguments)
            throws ActionException {
        return StoreActions.of(store).stream()
                .filter(action -> action.name().equals(name))
                .findFirst()
                .orElseThrow()
                .run(new ActionCall("token", arguments, _ -> {}));
    }

    private static ActionResult fix(LocalStore store) throws ActionException {
        return act(store, "store verify", Map.of("--fix", "true"));
    }

    /// The mails of INBOX, each read to its end.
    private static List<MailId> inbox(LocalStore store) throws Exception {
        List<MailId> all = new ArrayList<>();
        long account = store.account("ann@example.com").orElseThrow().id();
        try (OpenMailbox open =
                store.open(store.mailbox(account, "INBOX").orElseThrow().id())) {
            for (int i = 0; i < open.state().size(); i++) {
                var message = open.message(open.state().uid(i));
                ByteBuffer octets = ByteBuffer.allocate((int) message.octets().size());
                assertEquals(octets.capacity(), message.octets().read(0, octets));
                all.add(message.mailId());
            }
        }
        return all;
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("data/journal"))) {
            return all.filter(path -> path.toString().endsWith(".seg")).sorted().toList();
        }
    }

    private void whole(LocalStore store, List<MailId> wanted) throws Exception {
        assertEquals(List.of(), store.verify(_ -> {}).problems());
        assertEquals(wanted, inbox(store));
    }

    /// As it is, after a restart, and with an index made of the journal alone.
    private void wholeForEver(List<MailId> wanted) throws Exception {
        try (LocalStore store = open()) {
            whole(store, wanted);
        }
        Files.delete(folder.resolve("data/index.mv.db"));
        try (LocalStore store = open()) {
            whole(store, wanted);
            ActionResult verify = act(store, "store verify", Map.of());
            assertEquals(0, verify.exitCode(), verify.text());
        }
    }

    /// A bit in the middle of it.
    private static void damage(Path segment) throws IOException {
        byte[] octets = Files.readAllBytes(segment);
        octets[octets.length / 2] ^= 1;
        Files.write(segment, octets);
    }

    @Test
    void damagedRecordsAreSetAsideAndTheirMailsNamed() throws Exception {
        Path copy;
        try (LocalStore store = open()) {
            fill(store);
            copy = store.backup(folder.resolve("backups"), _ -> {});
        }
        Path segment = segments().get(1);
        // A copy, or the hard link of the backup would be damaged, too.
        byte[] octets = Files.readAllBytes(segment);
        byte[] good = octets.clone();
        Files.delete(segment);
        octets[octets.length / 2] ^= 1;
        Files.write(segment, octets);
        List<MailId> left = new ArrayList<>(mails);
        try (LocalStore store = open()) {
            ActionResult fixed = fix(store);
            assertEquals(0, fixed.exitCode(), fixed.text());
            List<String> lost = fixed.text()
                    .lines()
                    .filter(line -> line.startsWith("LOST    mail "))
                    .map(line -> line.substring(13))
                    .toList();
            assertEquals(1, lost.size(), fixed.text());
            assertTrue(left.remove(new MailId(lost.getFirst())), fixed.text());
            whole(store, left);
            assertTrue(
                    act(store, "store verify", Map.of("--fix", "true")).text().contains("nothing had to be done"));
            assertTrue(
                    act(store, "store verify", Map.of()).text().contains("were damaged and set aside"), fixed.text());
        }
        try (Stream<Path> aside = Files.list(folder.resolve("data/set-aside"))) {
            assertArrayEquals(octets, Files.readAllBytes(aside.findFirst().orElseThrow()));
        }
        assertArrayEquals(good, Files.readAllBytes(copy.resolve("journal").resolve(segment.getFileName())));
        wholeForEver(left);
    }

    @Test
    void aRepairThatACrashEndedIsFinishedByTheNext() throws Exception {
        try (LocalStore store = open()) {
            fill(store);
        }
        damage(segments().get(1));
        // The hole is there, the message is not taken out yet.
        try (Journal journal = Journal.open(new DiskFiles(), folder.resolve("data/journal"), 32 << 10, false)) {
            journal.scan(0, _ -> {});
            journal.setAside(journal.damages().getFirst(), folder.resolve("data/set-aside/1"));
        }
        try (LocalStore store = open()) {
            ActionResult verify = act(store, "store verify", Map.of());
            assertTrue(verify.text().contains("cannot be read any more: its record was set aside"), verify.text());
            ActionResult fixed = fix(store);
            assertEquals(0, fixed.exitCode(), fixed.text());
            assertEquals(MAILS - 1, inbox(store).size());
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    /// Three failed forces leave a store that is only read; what is damaged keeps `verify` from ending that.
    @Test
    void aReadOnlyStoreIsMendedAndTakesMailAfterTheNextStart() throws Exception {
        try (LocalStore store = open()) {
            fill(store);
        }
        damage(segments().get(1));
        String halt = NOW.toEpochMilli() + "\n";
        Files.writeString(folder.resolve("data/halts"), halt + halt + halt);
        try (LocalStore store = open()) {
            assertTrue(store.status().readOnly());
            ActionResult fixed = fix(store);
            assertEquals(0, fixed.exitCode(), fixed.text());
            assertEquals(MAILS - 1, inbox(store).size());
        }
        try (LocalStore store = open()) {
            assertEquals(false, store.status().readOnly());
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    @Test
    void aDamagedFrameAndAMissingEndTakeOnlyWhatLiesThere() throws Exception {
        try (LocalStore store = open()) {
            fill(store);
        }
        byte[] first = Files.readAllBytes(segments().getFirst());
        // The frame of the third record and a part of what lies behind it.
        int at = 64;
        for (int i = 0; i < 2; i++) {
            ByteBuffer frame = ByteBuffer.wrap(first, at, 152).slice();
            at += 152 + frame.getInt(24) + frame.getInt(28);
        }
        for (int i = at; i < at + 500; i++) {
            first[i] ^= 0x55;
        }
        Files.write(segments().getFirst(), first);
        byte[] second = Files.readAllBytes(segments().get(1));
        Files.write(segments().get(1), java.util.Arrays.copyOf(second, second.length - 3_000));
        List<MailId> left;
        try (LocalStore store = open()) {
            ActionResult fixed = fix(store);
            assertEquals(0, fixed.exitCode(), fixed.text());
            left = inbox(store);
            assertTrue(left.size() >= MAILS - 3 && left.size() < MAILS, left.size() + " are left\n" + fixed.text());
            assertEquals(
                    MAILS - left.size(),
                    fixed.text().lines().filter(line -> line.startsWith("LOST")).count());
        }
        wholeForEver(left);
    }

    @Test
    void aMailWithoutItsBlobIsTakenOut() throws Exception {
        try (LocalStore store = open()) {
            fill(store);
        }
        MailId big = mails.get(10);
        Files.delete(LocalStore.blob(folder.resolve("data"), big.text()));
        List<MailId> left = new ArrayList<>(mails);
        assertTrue(left.remove(big));
        try (LocalStore store = open()) {
            assertEquals(65, act(store, "store verify", Map.of()).exitCode());
            ActionResult fixed = fix(store);
            assertEquals(0, fixed.exitCode(), fixed.text());
            assertTrue(fixed.text().contains("LOST    mail " + big), fixed.text());
        }
        wholeForEver(left);
    }

    private void breakIndex() throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:h2:async:" + folder.resolve("data/index").toAbsolutePath(), "sa", "");
                Statement statement = connection.createStatement()) {
            assertEquals(1, statement.executeUpdate("UPDATE mailbox SET messages = 99 WHERE name = 'INBOX'"));
        }
    }

    @Test
    void aWrongIndexIsMadeAnewAtTheNextStart() throws Exception {
        try (LocalStore store = open()) {
            fill(store);
        }
        breakIndex();
        try (LocalStore store = open()) {
            ActionResult fixed = fix(store);
            assertEquals(65, fixed.exitCode(), fixed.text());
            assertTrue(fixed.text().contains("next: restart the server"), fixed.text());
        }
        wholeForEver(mails);
    }

    @Test
    void withoutAServerAllIsDoneAtOnce() throws Exception {
        try (LocalStore store = open()) {
            fill(store);
        }
        breakIndex();
        damage(segments().get(1));
        ActionResult fixed = new OfflineStoreActions()
                .of(folder)
                .getFirst()
                .run(new ActionCall("offline", Map.of("--fix", "true"), _ -> {}));
        assertEquals(0, fixed.exitCode(), fixed.text());
        String lost = fixed.text()
                .lines()
                .filter(line -> line.startsWith("LOST    mail "))
                .findFirst()
                .orElseThrow()
                .substring(13);
        List<MailId> left = new ArrayList<>(mails);
        assertTrue(left.remove(new MailId(lost)));
        wholeForEver(left);
    }

    @Test
    void dataOfTheFormatBeforeIsUpgradedFirst() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data/format"), "1\n", StandardCharsets.US_ASCII);
        try (LocalStore store = open()) {
            fill(store);
        }
        assertEquals("1\n", Files.readString(folder.resolve("data/format")));
        Files.write(segments().getFirst(), new byte[] {1}, StandardOpenOption.APPEND);
        damage(segments().get(1));
        try (LocalStore store = open()) {
            ActionException no = assertThrows(ActionException.class, () -> fix(store));
            assertTrue(String.valueOf(no.getMessage()).contains("store upgrade"), no.getMessage());
            ActionResult upgraded = act(store, "store upgrade", Map.of());
            assertEquals(0, upgraded.exitCode(), upgraded.text());
            assertEquals("2\n", Files.readString(folder.resolve("data/format")));
            assertEquals(0, fix(store).exitCode());
            assertTrue(act(store, "store upgrade", Map.of()).text().contains("already"));
        }
    }
}
