package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.api.trace.Trace;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.format.StoreFormat;

/// Data of each format that a release of ours wrote opens here and holds what it held. The zips were written by the
/// releases themselves (`-Dformats.write=true` writes those that are missing) and are never written again.
class FormatTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final Path WRITTEN = Path.of("src/test/resources/formats");

    @TempDir
    Path folder;

    private final Random random = new Random(17);

    private static LocalStore open(Path data, Instant now) throws IOException {
        return open(data, () -> now);
    }

    private static LocalStore open(Path data, java.time.InstantSource clock) throws IOException {
        return LocalStore.open(
                data,
                new LocalStore.Settings(32 << 10, 8 << 10, 1 << 20, 1 << 20, Duration.ofDays(30)),
                clock,
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                },
                new Meters());
    }

    private static void unpack(int format, Path to) throws IOException {
        String name = "/formats/format-" + format + ".zip";
        try (InputStream file = Objects.requireNonNull(FormatTest.class.getResourceAsStream(name), name);
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path path = to.resolve(entry.getName());
                Files.createDirectories(path.getParent());
                Files.copy(zip, path);
            }
        }
    }

    private static String content(LocalStore store) throws Exception {
        StringBuilder text = new StringBuilder();
        for (StoredAccount account : store.accounts()) {
            text.append(account.address())
                    .append(' ')
                    .append(account.quota())
                    .append(' ')
                    .append(account.credentials())
                    .append('\n');
            for (MailboxInfo info : store.mailboxes(account.id())) {
                text.append("  ")
                        .append(info.name())
                        .append(' ')
                        .append(info.role().map(SpecialUse::attribute).orElse("-"))
                        .append(info.subscribed() ? " subscribed " : " ")
                        .append(info.uidValidity())
                        .append(' ')
                        .append(info.uidNext())
                        .append('\n');
                if (info.selectable()) {
                    try (OpenMailbox open = store.open(info.id())) {
                        MailboxState state = open.state();
                        for (int i = 0; i < state.size(); i++) {
                            Octets octets = open.message(state.uid(i)).octets();
                            ByteArrayOutputStream to = new ByteArrayOutputStream();
                            octets.transfer(0, octets.size(), to);
                            text.append("    ")
                                    .append(state.uid(i))
                                    .append(" (")
                                    .append(state.flags(i))
                                    .append(") ")
                                    .append(state.modSeq(i))
                                    .append(' ')
                                    .append(open.message(state.uid(i)).mailId())
                                    .append(' ')
                                    .append(to.size())
                                    .append(' ')
                                    .append(to.toString(StandardCharsets.US_ASCII)
                                            .lines()
                                            .findFirst()
                                            .orElse(""))
                                    .append('\n');
                        }
                    }
                }
            }
        }
        store.list(Optional.empty(), 0, 100)
                .forEach(entry -> text.append(entry.mail())
                        .append(' ')
                        .append(entry.lane())
                        .append(' ')
                        .append(entry.recipients())
                        .append(' ')
                        .append(entry.state())
                        .append('\n'));
        return text.toString();
    }

    private Change.Delivered deliver(LocalStore store, long account, String mailbox, String subject, int size)
            throws Exception {
        byte[] octets = ("Subject: " + subject + "\r\n\r\n" + "x".repeat(size)).getBytes(StandardCharsets.US_ASCII);
        MailId id = MailId.of(NOW, random);
        List<Change.QueueEntry> queue = subject.equals("queued")
                ? List.of(new Change.QueueEntry(
                        "smtp:example.net",
                        "ann@example.com",
                        List.of(new Change.QueueRecipient("bo@example.net", "", "")),
                        NOW,
                        NOW.plusSeconds(3_600),
                        Map.of("body", "8BITMIME"),
                        true))
                : List.of();
        try (Spool spool = store.spool()) {
            spool.write(ByteBuffer.wrap(octets));
            Octets _ = spool.content();
            return store.commit(new Change.Deliver(
                    id,
                    NOW,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(
                                    new Change.Slice.New(
                                            ByteBuffer.wrap("X-Ours: 1\r\n".getBytes(StandardCharsets.US_ASCII))),
                                    new Change.Slice.Received(0, octets.length)),
                            ByteBuffer.wrap(new byte[] {1, 2}),
                            List.of(new Change.Placement(
                                    account,
                                    new Change.Place.Name(mailbox),
                                    new Flags(Flags.SEEN, new TreeSet<>(List.of("Work"))),
                                    NOW)),
                            queue)),
                    new Trace(
                            id,
                            NOW,
                            "s",
                            "mx",
                            "192.0.2.7",
                            "bo@example.net",
                            List.of("ann@example.com"),
                            Optional.of("<" + subject + "@example.net>"),
                            1,
                            "kept",
                            List.of()),
                    Optional.empty()));
        }
    }

    private void fill(LocalStore store, int format) throws Exception {
        long ann = store.commit(new Change.SaveAccount(new StoredAccount(
                        0, "ann@example.com", "Ann", List.of("one", "two"), OptionalLong.of(5_000_000), true, NOW)))
                .id();
        long bo = store.commit(new Change.SaveAccount(
                        new StoredAccount(0, "bo@example.com", "", List.of(), OptionalLong.empty(), false, NOW)))
                .id();
        for (int i = 0; i < 20; i++) {
            Change.Delivered _ = deliver(store, ann, i % 2 == 0 ? "INBOX" : "Work/2025", "mail " + i, i * 600);
        }
        Change.Delivered _ = deliver(store, bo, "INBOX", "queued", 100);
        long inbox = store.mailbox(ann, "INBOX").orElseThrow().id();
        Change.FlagsStored _ = store.commit(new Change.StoreFlags(
                inbox,
                List.of(new UidRange(2, 3)),
                Change.FlagMode.SET,
                Flags.of(Flags.DELETED),
                OptionalLong.empty()));
        store.checkpoint();
        Change.Expunged _ = store.commit(new Change.Expunge(inbox, List.of()));
        Change.Copied _ = store.commit(new Change.Copy(
                inbox,
                List.of(new UidRange(4, 6)),
                store.mailbox(ann, "Archive").orElseThrow().id(),
                true,
                OptionalLong.empty()));
        MailboxInfo _ = store.commit(new Change.RenameMailbox(ann, "Work/2025", "Work/old"));
        Change.Done _ = store.commit(new Change.Subscribe(ann, "Elsewhere", true));
        MailboxInfo role = store.commit(new Change.CreateMailbox(ann, "All", Optional.of(SpecialUse.ALL)));
        Change.Done _ = store.commit(new Change.DeleteMailbox(ann, "Drafts"));
        long _ = store.acquire("keeper", 7);
        if (format >= 2) {
            store.numbering().above(1_000_000);
            assertTrue(store.numbering().restart(role.id(), 4_711));
            assertEquals(
                    1,
                    store.erase(
                                    "ann@example.com",
                                    new Erasure.Wanted(Optional.empty(), Optional.of("mail 18@example.net")),
                                    false,
                                    _ -> {})
                            .orElseThrow()
                            .mails());
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "formats.write", matches = "true")
    void missingOnesAreWritten() throws Exception {
        for (int format = StoreFormat.OLDEST; format <= StoreFormat.NEWEST; format++) {
            Path zip = WRITTEN.resolve("format-" + format + ".zip");
            if (Files.exists(zip)) {
                continue;
            }
            Path data = folder.resolve("data-" + format);
            Files.createDirectories(data);
            Files.writeString(data.resolve("format"), format + "\n");
            String content;
            try (LocalStore store = open(data, NOW)) {
                fill(store, format);
                content = content(store);
            }
            Files.createDirectories(WRITTEN);
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                    Stream<Path> all = Files.walk(data)) {
                for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                    out.putNextEntry(new ZipEntry(data.relativize(file).toString()));
                    Files.copy(file, out);
                }
            }
            Files.writeString(WRITTEN.resolve("format-" + format + ".txt"), content);
        }
    }

    private static String expected(int format) throws IOException {
        String name = "/formats/format-" + format + ".txt";
        try (InputStream text = Objects.requireNonNull(FormatTest.class.getResourceAsStream(name), name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest(name = "format {0}")
    @ValueSource(ints = {1, 2})
    void dataOfThatFormatOpensAndHoldsWhatItHeld(int format) throws Exception {
        Path data = folder.resolve("data");
        unpack(format, data);
        try (LocalStore store = open(data, NOW)) {
            assertEquals(expected(format), content(store), "with the index as it was");
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
        assertEquals(format + "\n", Files.readString(data.resolve("format")), "nobody raised it");
        Files.delete(data.resolve("index.mv.db"));
        try (LocalStore store = open(data, NOW)) {
            assertEquals(expected(format), content(store), "from the checkpoint");
        }
        Files.delete(data.resolve("index.mv.db"));
        try (Stream<Path> checkpoints = Files.list(data.resolve("checkpoints"))) {
            for (Path checkpoint : checkpoints.toList()) {
                Files.delete(checkpoint);
            }
        }
        try (LocalStore store = open(data, NOW)) {
            assertEquals(expected(format), content(store), "from the journal alone");
            Change.Delivered _ =
                    deliver(store, store.account("bo@example.com").orElseThrow().id(), "INBOX", "new", 10);
            assertEquals(List.of(), store.verify(_ -> {}).problems());
            int _ = store.upgrade();
        }
        try (LocalStore store = open(data, NOW)) {
            assertEquals(StoreFormat.NEWEST, store.format());
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    @Test
    void itIsRaisedAfterADay() throws Exception {
        Path data = folder.resolve("data");
        unpack(1, data);
        Instant[] now = {NOW};
        try (LocalStore store = open(data, () -> now[0])) {
            now[0] = NOW.plus(Duration.ofHours(23));
            store.keep();
            assertEquals(1, store.format());
            now[0] = NOW.plus(Duration.ofHours(25));
            store.keep();
            assertEquals(2, store.format());
        }
        assertEquals("2\n", Files.readString(data.resolve("format")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "99", "0", "two", ""})
    void dataOfAnotherFormatIsRefusedAndNothingIsTouched(String format) throws Exception {
        Path data = folder.resolve("data");
        unpack(2, data);
        Files.writeString(data.resolve("format"), format + "\n");
        List<String> before = names(data);
        IOException refused = assertThrows(IOException.class, () -> open(data, NOW));
        String why = String.valueOf(refused.getMessage());
        assertTrue(why.contains("has format " + format + ", this release knows formats 1 to 2"), why);
        assertEquals(format.equals("3") || format.equals("99"), why.contains("start a newer release"), why);
        assertTrue(why.contains("nothing was changed"), why);
        assertEquals(before, names(data));
    }

    private static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted().toList()) {
                names.add(path + " " + Files.getLastModifiedTime(path));
            }
        }
        return names;
    }
}
