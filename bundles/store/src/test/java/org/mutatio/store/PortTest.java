package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.admin.PortActions;
import org.mutatio.store.port.Importer;
import org.mutatio.store.port.PortReport;

/// `store export` and `store import`: what goes out comes in again, once.
class PortTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final Instant THEN = Instant.parse("2024-02-05T11:51:00Z");
    private static final String MAIL = "From: bo@example.net\r\nSubject: %s\r\n\r\nHello\r\n";

    @TempDir
    Path folder;

    private LocalStore store;
    private OptionalLong quota = OptionalLong.empty();
    private final Random random = new Random(11);

    @BeforeEach
    void open() throws IOException {
        store = LocalStore.open(
                folder.resolve("data"),
                new LocalStore.Settings(1 << 20, 16 << 10, 1 << 20, 4 << 20, Duration.ofDays(30)),
                InstantSource.fixed(NOW),
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                },
                new Meters());
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private long account(String address) throws Exception {
        return store.commit(new Change.SaveAccount(
                        new StoredAccount(0, address, "", List.of(), OptionalLong.empty(), true, NOW)))
                .id();
    }

    private void deliver(long account, String mailbox, String text, Flags flags, Instant date) throws Exception {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        MailId id = MailId.of(NOW, random);
        Mails.deliver(
                store, id, NOW, octets, new Change.Placement(account, new Change.Place.Name(mailbox), flags, date));
    }

    private ActionResult run(String name, Map<String, String> arguments) throws ActionException {
        Action action = PortActions.of(store, _ -> quota, InstantSource.fixed(NOW), random).stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return action.run(new ActionCall("token", arguments, _ -> {}));
    }

    private ActionResult export(String whom, Path to, String format) throws ActionException {
        ActionResult done = run("store export", Map.of("ACCOUNTS", whom, "--to", to.toString(), "--format", format));
        assertEquals(0, done.exitCode(), done.text());
        return done;
    }

    private ActionResult take(String whom, Path from) throws ActionException {
        return run("store import", Map.of("ACCOUNTS", whom, "--from", from.toString()));
    }

    private ActionResult taken(String whom, Path from) throws ActionException {
        ActionResult done = take(whom, from);
        assertEquals(0, done.exitCode(), done.text());
        return done;
    }

    private static long number(ActionResult result, String field) {
        return (long) ((org.mutatio.api.admin.Json.Num) result.json().get(field).orElseThrow()).value();
    }

    private static String text(Octets octets) throws IOException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        octets.transfer(0, octets.size(), to);
        return to.toString(StandardCharsets.UTF_8);
    }

    /// Each message of a mailbox: flags, date and octets, with its UID when asked.
    private List<String> content(long account, String mailbox, boolean uids) throws Exception {
        List<String> all = new ArrayList<>();
        try (OpenMailbox open =
                store.open(store.mailbox(account, mailbox).orElseThrow().id())) {
            MailboxState state = open.state();
            for (int i = 0; i < state.size(); i++) {
                all.add((uids ? state.uid(i) + " " : "") + "(" + state.flags(i) + ") "
                        + Instant.ofEpochSecond(state.internalDate(i)) + " "
                        + text(open.message(state.uid(i)).octets()));
            }
        }
        return all;
    }

    private MailboxInfo box(long account, String name) {
        return store.mailbox(account, name).orElseThrow(() -> new AssertionError("no " + name));
    }

    private void remove(long account, String mailbox, long uid) throws Exception {
        long id = box(account, mailbox).id();
        List<UidRange> one = List.of(new UidRange(uid, uid));
        Change.FlagsStored _ = store.commit(
                new Change.StoreFlags(id, one, Change.FlagMode.ADD, Flags.of(Flags.DELETED), OptionalLong.empty()));
        Change.Expunged _ = store.commit(new Change.Expunge(id, one));
    }

    /// What all three formats must keep.
    private long ann() throws Exception {
        long ann = account("ann@example.com");
        for (int i = 1; i <= 6; i++) {
            deliver(ann, "INBOX", MAIL.formatted(i), Flags.of(i % 4), THEN.plusSeconds(i));
        }
        deliver(
                ann,
                "INBOX",
                MAIL.formatted("flags"),
                Flags.of(Flags.SEEN | Flags.ANSWERED | Flags.FLAGGED | Flags.DRAFT | Flags.DELETED)
                        .plus(new Flags(0, new java.util.TreeSet<>(List.of("$Forwarded", "Work", "$Junk")))),
                THEN);
        deliver(ann, "INBOX", MAIL.formatted("twice"), Flags.NONE, THEN);
        deliver(ann, "INBOX", MAIL.formatted("twice"), Flags.NONE, THEN);
        deliver(
                ann,
                "Archive/Entwürfe v1.2 & \"more\"/../%41",
                MAIL.formatted("lines") + "From here on\r\n\r\nFrom bo@example.net Thu Feb  5 11:51:00 2026\r\n"
                        + ">From x\r\n>>From y\r\n>>Fro\r\n\r\n\r\n.\r\n",
                Flags.NONE,
                THEN);
        deliver(ann, "Sent", MAIL.formatted("big") + "0123456789abcde\r\n".repeat(2_000), Flags.NONE, THEN);
        deliver(ann, "Sent", "Status: RO\r\nX-Status: A\r\nX-Keywords: no\r\n\r\nnot ours\r\n", Flags.NONE, THEN);
        remove(ann, "INBOX", 2);
        remove(ann, "INBOX", 9); // UIDNEXT stays above it
        Change.Done _ = store.commit(new Change.Subscribe(ann, "Elsewhere", true));
        return ann;
    }

    private static final List<String> BOXES = List.of("INBOX", "Archive/Entwürfe v1.2 & \"more\"/../%41", "Sent");

    @Test
    void ourOwnFormatKeepsEverything() throws Exception {
        long ann = ann();
        MailboxInfo role = store.commit(new Change.CreateMailbox(ann, "Alles", Optional.of(SpecialUse.ALL)));
        Path out = folder.resolve("out");
        ActionResult exported = export("ann@example.com", out, "mutatio");
        assertEquals(10, number(exported, "messages"));
        long highest = store.sequence();

        // Into another store, as after a move to another machine.
        store.close();
        Path first = folder.resolve("data");
        Files.move(first, folder.resolve("old"));
        open();
        long bo = account("bo@example.com");
        ActionResult imported = taken("bo@example.com", out);
        assertEquals(10, number(imported, "messages"));
        assertFalse(imported.text().contains("note"), imported.text());
        for (String name : BOXES) {
            List<String> wanted = new ArrayList<>();
            List<String[]> numbers = new ArrayList<>();
            read(out, name, wanted, numbers);
            assertEquals(wanted, content(bo, name, true), name);
            assertEquals(Long.parseLong(numbers.getFirst()[2]), box(bo, name).uidValidity(), name);
            assertEquals(Long.parseLong(numbers.getFirst()[3]), box(bo, name).uidNext(), name);
        }
        assertEquals(10, box(bo, "INBOX").uidNext());
        assertTrue(box(bo, "INBOX").highestModSeq() > highest, "clients may ask for what changed since then");
        assertEquals(Optional.of(SpecialUse.ALL), box(bo, role.name()).role());
        assertEquals(
                Optional.of(true),
                store.mailboxes(bo).stream()
                        .filter(info -> info.name().equals("Elsewhere"))
                        .map(MailboxInfo::subscribed)
                        .findFirst());
        assertEquals(List.of(), store.verify(_ -> {}).problems());

        // Once more: nothing is there twice, not even what was twice on purpose becomes four.
        ActionResult again = taken("bo@example.com", out);
        assertEquals(0, number(again, "messages"), again.text());
        assertEquals(10, number(again, "already_there"));
        assertEquals(7, box(bo, "INBOX").messages());

        // And it is in the journal: without an index and without checkpoints it is the same.
        List<String> before = content(bo, "INBOX", true);
        long validity = box(bo, "INBOX").uidValidity();
        store.close();
        Files.delete(folder.resolve("data/index.mv.db"));
        open();
        assertEquals(before, content(bo, "INBOX", true));
        assertEquals(validity, box(bo, "INBOX").uidValidity());
        assertEquals(10, box(bo, "INBOX").uidNext());
        assertEquals(List.of(), store.verify(_ -> {}).problems());
        deliver(bo, "INBOX", MAIL.formatted("new"), Flags.NONE, NOW);
        assertTrue(content(bo, "INBOX", true).getLast().startsWith("10 "));
        MailboxInfo made = store.commit(new Change.CreateMailbox(bo, "later", Optional.empty()));
        assertTrue(made.uidValidity() > validity, "no UIDVALIDITY is handed out twice");
    }

    /// What the files of our own format say, read here by hand.
    private static void read(Path out, String name, List<String> messages, List<String[]> numbers) throws IOException {
        for (String line : Files.readAllLines(out.resolve("account"))) {
            String[] box = line.split("\t", -1);
            if (box[0].equals("mailbox") && box[6].equals(name)) {
                numbers.add(box);
                for (String row : Files.readAllLines(out.resolve(box[1]).resolve("index"))) {
                    String[] fields = row.split("\t", -1);
                    if (fields.length == 8) {
                        messages.add(fields[0] + " (" + fields[7] + ") "
                                + Instant.ofEpochSecond(Long.parseLong(fields[2])) + " "
                                + Files.readString(out.resolve(box[1]).resolve(fields[6])));
                    }
                }
            }
        }
        assertFalse(messages.isEmpty(), name);
    }

    @Test
    void anotherAccountOfTheSameStoreGetsTheSameUids() throws Exception {
        long ann = ann();
        long bo = account("bo@example.com");
        // Used before and empty now: its UIDs were given to something else, under its own UIDVALIDITY.
        deliver(bo, "INBOX", MAIL.formatted("old"), Flags.NONE, THEN);
        remove(bo, "INBOX", 1);
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        taken("bo@example.com", out);
        assertEquals(content(ann, "INBOX", true), content(bo, "INBOX", true));
        assertEquals(box(ann, "INBOX").uidValidity(), box(bo, "INBOX").uidValidity());
    }

    @Test
    void whereOtherMailLiesUidsAreItsOwn() throws Exception {
        long ann = ann();
        long bo = account("bo@example.com");
        deliver(bo, "INBOX", MAIL.formatted("mine"), Flags.NONE, THEN);
        long validity = box(bo, "INBOX").uidValidity();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        ActionResult imported = taken("bo@example.com", out);
        assertTrue(imported.text().contains("INBOX of bo@example.com keeps its own UIDVALIDITY"), imported.text());
        assertEquals(validity, box(bo, "INBOX").uidValidity());
        List<String> all = content(bo, "INBOX", false);
        assertTrue(all.getFirst().contains("mine"));
        assertEquals(content(ann, "INBOX", false), all.subList(1, all.size()));
        assertEquals(box(ann, "Sent").uidValidity(), box(bo, "Sent").uidValidity());
    }

    @Test
    void mailThatComesInMeanwhileEndsTheKeepingAndNothingElse() throws Exception {
        long ann = ann();
        long bo = account("bo@example.com");
        long validity = box(bo, "INBOX").uidValidity();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        int[] asked = {0};
        InstantSource clock = () -> { // asked for each message that is committed
            if (++asked[0] == 3) {
                try {
                    deliver(bo, "INBOX", MAIL.formatted("meanwhile"), Flags.NONE, NOW);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
            return NOW;
        };
        PortReport report = new PortReport(_ -> {});
        new Importer(store, store.numbering(), _ -> OptionalLong.empty(), clock, random, report)
                .account(store.account("bo@example.com").orElseThrow(), out, Optional.empty());
        assertEquals(List.of(), report.problems());
        assertEquals(validity, box(bo, "INBOX").uidValidity());
        List<String> all = content(bo, "INBOX", false);
        assertTrue(all.remove(2).contains("meanwhile"));
        assertEquals(content(ann, "INBOX", false), all);
    }

    @Test
    void deletedOnesComeBackAtTheEnd() throws Exception {
        long ann = ann();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        long validity = box(ann, "INBOX").uidValidity();
        remove(ann, "INBOX", 3);
        ActionResult imported = taken("ann@example.com", out);
        assertEquals(1, number(imported, "messages"));
        assertEquals(validity, box(ann, "INBOX").uidValidity());
        assertTrue(content(ann, "INBOX", true).getLast().startsWith("10 "), "UID 3 is not given again");
    }

    @Test
    void anInterruptedImportGoesOnAndKeepsTheUids() throws Exception {
        long ann = ann();
        long bo = account("bo@example.com");
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        Path inbox = out.resolve("0001");
        Files.move(inbox.resolve("8.eml"), out.resolve("aside"));
        ActionResult first = take("bo@example.com", out);
        assertEquals(65, first.exitCode());
        assertTrue(first.text().contains("0001/8.eml"), first.text());
        Files.move(out.resolve("aside"), inbox.resolve("8.eml"));
        // UID 8 was left out, and UIDNEXT is 10 by now: it can only come at the end.
        ActionResult second = taken("bo@example.com", out);
        assertEquals(1, number(second, "messages"));
        assertEquals(box(ann, "INBOX").uidValidity(), box(bo, "INBOX").uidValidity());
        assertEquals(7, box(bo, "INBOX").messages());
    }

    @Test
    void brokenInputIsNamedAndTheRestGoesOn() throws Exception {
        long ann = ann();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        Path inbox = out.resolve("0001");
        Files.writeString(inbox.resolve("1.eml"), "changed");
        Files.delete(inbox.resolve("3.eml"));
        Path secret = Files.writeString(folder.resolve("secret"), "Subject: token\r\n\r\n");
        Files.delete(inbox.resolve("4.eml"));
        Files.createSymbolicLink(inbox.resolve("4.eml"), secret);
        List<String> index = new ArrayList<>(Files.readAllLines(inbox.resolve("index")));
        assertTrue(index.removeLast().startsWith("end\t"));
        index.add("17\t1\t../../secret");
        index.set(4, index.get(4).replaceFirst("5\\.eml", "../../secret"));
        Files.write(inbox.resolve("index"), index);
        long bo = account("bo@example.com");
        ActionResult result = take("bo@example.com", out);
        assertEquals(65, result.exitCode());
        assertTrue(result.text().contains("1.eml: it is not what the index says"), result.text());
        assertTrue(result.text().contains("3.eml"), result.text());
        assertTrue(result.text().contains("4.eml: a symbolic link, which is not followed"), result.text());
        assertTrue(result.text().contains("index:5: no line of an index"), result.text());
        assertTrue(result.text().contains("has no line `end`"), result.text());
        List<String> there = content(bo, "INBOX", false);
        List<String> all = content(ann, "INBOX", false);
        assertEquals(all.subList(all.size() - there.size(), all.size()), there);
        assertEquals(3, there.size());
        assertEquals(content(ann, "Sent", true), content(bo, "Sent", true));
    }

    /// The account `ann` exported, with an index that somebody changed.
    private Path changed(String mailbox, java.util.function.UnaryOperator<List<String>> change) throws Exception {
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        Path index = out.resolve(mailbox).resolve("index");
        Path _ = Files.write(index, change.apply(new ArrayList<>(Files.readAllLines(index))));
        return out;
    }

    private static String field(String line, int number, String value) {
        String[] fields = line.split("\t", -1);
        fields[number] = value;
        return String.join("\t", fields);
    }

    @Test
    void datesThatNoClientCanReadAreNotTaken() throws Exception { // RFC 9051 section 9 (date-year)
        long _ = ann();
        Path out = changed("0001", lines -> {
            lines.set(1, field(lines.get(1), 2, Long.toString(Long.MIN_VALUE)));
            lines.set(2, field(lines.get(2), 2, "-99999999999"));
            return lines;
        });
        long bo = account("bo@example.com");
        ActionResult result = take("bo@example.com", out);
        assertTrue(result.text().contains("index:2: no line of an index"), result.text());
        assertTrue(result.text().contains("index:3: no line of an index"), result.text());
        assertEquals(5, box(bo, "INBOX").messages());
    }

    @Test
    void anIndexCannotUseUpTheUidsOfAMailbox() throws Exception {
        long _ = ann();
        Path out = changed("0001", lines -> {
            lines.set(7, field(lines.get(7), 0, "4294967295"));
            return lines;
        });
        Path account = out.resolve("account");
        List<String> lines = new ArrayList<>(Files.readAllLines(account));
        lines.replaceAll(line -> line.startsWith("mailbox\t0002\t") ? field(line, 3, "4294967296") : line);
        Path _ = Files.write(account, lines);
        long bo = account("bo@example.com");
        ActionResult _ = taken("bo@example.com", out);
        for (MailboxInfo box : store.mailboxes(bo)) {
            assertTrue(box.uidNext() < 1_000, box.toString());
        }
        deliver(bo, "INBOX", MAIL.formatted("later"), Flags.NONE, THEN);
    }

    @Test
    void mailboxesAndMessagesThatAreNoPlainFilesAreNotFollowed() throws Exception {
        long _ = ann();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        Path elsewhere = Files.move(out.resolve("0001"), folder.resolve("elsewhere"));
        Path _ = Files.createSymbolicLink(out.resolve("0001"), elsewhere);
        Path file;
        try (var all = Files.walk(out)) {
            file = all.filter(path -> path.toString().endsWith(".eml"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        long bo = account("bo@example.com");
        ActionResult result = org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30), () -> take("bo@example.com", out));
        assertTrue(result.text().contains("0001: a symbolic link, which is not followed"), result.text());
        assertTrue(result.text().contains(".eml: no plain file"), result.text());
        assertEquals(0, box(bo, "INBOX").messages());
    }

    @Test
    void aMessageThatCannotBeReadDoesNotEndTheExport() throws Exception {
        long ann = ann();
        try (var blobs = Files.walk(folder.resolve("data/blobs"))) {
            for (Path blob : blobs.filter(Files::isRegularFile).toList()) {
                Files.delete(blob);
            }
        }
        for (String format : List.of("mutatio", "maildir", "mbox")) {
            ActionResult result = run(
                    "store export",
                    Map.of(
                            "ACCOUNTS",
                            "ann@example.com",
                            "--to",
                            folder.resolve(format).toString(),
                            "--format",
                            format));
            assertEquals(65, result.exitCode(), result.text());
            assertEquals(1, number(result, "failed"), result.text());
            assertEquals(9, number(result, "messages"), result.text());
        }
        assertEquals(2, box(ann, "Sent").messages());
    }

    @Test
    void noNameOfAMailboxEndsAnExport() throws Exception {
        long ann = account("ann@example.com");
        List<String> names =
                List.of("A", "A.mbox/x", "A.mbox/x.sbd/y", "B.sbd/z", "B", "..", "C/../..", "subscriptions");
        for (String name : names) {
            Object _ = store.commit(new Change.CreateMailbox(ann, name, Optional.empty()));
            deliver(ann, name, MAIL.formatted(name), Flags.NONE, THEN);
        }
        for (String format : List.of("mutatio", "maildir", "mbox")) {
            Path to = folder.resolve("names").resolve(format);
            export("ann@example.com", to, format);
            long other = account(format + "@example.com");
            ActionResult _ = taken(format + "@example.com", to);
            for (String name : names) {
                assertEquals(content(ann, name, false), content(other, name, false), format + " " + name);
            }
        }
    }

    @Test
    void aMaildirKeepsFlagsDatesAndFolders() throws Exception {
        long ann = ann();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "maildir");
        assertTrue(Files.isDirectory(out.resolve(".Archive.Entw&APw-rfe v1\\2e2 &- \"more\".\\2e\\2e.%41/cur")));
        Path flagged;
        try (Stream<Path> cur = Files.list(out.resolve("cur"))) {
            flagged = cur.filter(path -> path.toString().contains(":2,DFPRST"))
                    .findFirst()
                    .orElseThrow();
        }
        assertEquals(FileTime.from(THEN), Files.getLastModifiedTime(flagged));
        assertEquals("From: bo@example.net\nSubject: flags\n\nHello\n", Files.readString(flagged));
        assertEquals(List.of("0 $Junk", "1 Work"), Files.readAllLines(out.resolve("dovecot-keywords")));
        long bo = account("bo@example.com");
        taken("bo@example.com", out);
        for (String name : BOXES) {
            List<String> wanted = content(ann, name, false);
            wanted.sort(null);
            List<String> got = content(bo, name, false);
            got.sort(null);
            assertEquals(wanted, got, name);
        }
        assertTrue(store.mailboxes(bo).stream().anyMatch(info -> info.name().equals("Elsewhere") && info.subscribed()));
        ActionResult again = taken("bo@example.com", out);
        assertEquals(0, number(again, "messages"), again.text());
    }

    @Test
    void aMaildirOfAnotherServerIsRead() throws Exception {
        Path in = folder.resolve("in");
        for (String box : List.of("", ".Sent Items", ".a.b")) {
            for (String part : List.of("cur", "new", "tmp")) {
                Files.createDirectories(in.resolve(box).resolve(part));
            }
        }
        Path one = Files.writeString(
                in.resolve("new/1700000001.M1P1.host,S=50,W=52"), "Subject: new one\n\nlf\r\nmixed\n");
        Files.setLastModifiedTime(one, FileTime.from(THEN));
        Files.writeString(in.resolve("cur/1700000000.M0P1.host:2,Sa"), "Subject: crlf\r\n\r\nas it is\r\n");
        Files.writeString(in.resolve("dovecot-keywords"), "0 NonJunk\n");
        Files.writeString(in.resolve("cur/.hidden"), "no message");
        Files.writeString(in.resolve("cur/1700000002.M0P1.host:2,"), "");
        Files.createSymbolicLink(in.resolve("cur/1700000003.link:2,"), in.resolve("dovecot-keywords"));
        Files.writeString(in.resolve(".a.b/cur/5.x:2,FRT"), "Subject: below\n\nx\n");
        Files.writeString(in.resolve("subscriptions"), "Sent Items\na.b\n");
        Files.createDirectories(in.resolve(".broken"));
        long ann = account("ann@example.com");
        ActionResult result = take("ann@example.com", in);
        assertEquals(65, result.exitCode());
        assertTrue(result.text().contains("1700000002.M0P1.host:2,: an empty file is no message"), result.text());
        assertTrue(result.text().contains("links are not followed"), result.text());
        assertTrue(result.text().contains(".broken: has no folder `cur`"), result.text());
        List<String> inbox = content(ann, "INBOX", false);
        assertEquals(2, inbox.size());
        assertTrue(inbox.getFirst().startsWith("(\\Seen NonJunk) "), inbox.getFirst());
        assertTrue(inbox.getFirst().endsWith("Subject: crlf\r\n\r\nas it is\r\n"), inbox.getFirst());
        assertEquals("() 2024-02-05T11:51:00Z Subject: new one\r\n\r\nlf\r\nmixed\r\n", inbox.getLast());
        assertTrue(content(ann, "a/b", false).getFirst().startsWith("(\\Answered \\Flagged \\Deleted) "));
        assertTrue(box(ann, "a/b").subscribed());
        assertEquals(0, box(ann, "Sent Items").messages());
    }

    @Test
    void anMboxKeepsFlagsDatesAndLinesThatBeginWithFrom() throws Exception {
        long ann = ann();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mbox");
        Path archive = out.resolve("Archive/Entw%C3%BCrfe v1.2 & \"more\"/%2E./%2541.mbox");
        assertEquals("""
                From MAILER-DAEMON Mon Feb  5 11:51:00 2024
                Status: O
                X-Status:\s
                X-Keywords:\s
                From: bo@example.net
                Subject: lines

                Hello
                >From here on

                >From bo@example.net Thu Feb  5 11:51:00 2026
                >>From x
                >>>From y
                >>Fro


                .

                """, Files.readString(archive));
        long bo = account("bo@example.com");
        taken("bo@example.com", out);
        for (String name : BOXES) {
            assertEquals(content(ann, name, false), content(bo, name, false), name);
        }
        ActionResult again = taken("bo@example.com", out);
        assertEquals(0, number(again, "messages"), again.text());
    }

    @Test
    void mboxesOfOtherProgramsAreRead() throws Exception {
        Path in = folder.resolve("in");
        Files.createDirectories(in.resolve("Local.sbd"));
        Files.writeString(in.resolve("Inbox"), """
                From - Mon Feb 05 11:51:00 2024
                X-Mozilla-Status: 0005
                Subject: thunderbird

                >From me
                From here on: no date, no new message

                From bo@example.net Tue Feb  6 11:51:00 2024 +0100
                Subject: second
                Status: RO

                no empty line behind it
                """.replace("\n", "\r\n"));
        Files.writeString(in.resolve("Inbox.msf"), "not an mbox");
        Files.writeString(in.resolve("readme"), "not an mbox");
        Files.writeString(in.resolve("empty.mbox"), "");
        Files.writeString(in.resolve("broken.mbox"), "Subject: no From line\n\n");
        Files.writeString(in.resolve("Local.sbd/2024"), "From x Mon Feb  5 11:51:00 2024\nSubject: deep\n\n\n\nend");
        long ann = account("ann@example.com");
        ActionResult result = take("ann@example.com", in);
        assertEquals(65, result.exitCode(), result.text());
        assertTrue(result.text().contains("broken.mbox: does not begin with a line `From `"), result.text());
        assertTrue(result.text().contains("readme is no mbox"), result.text());
        List<String> inbox = content(ann, "INBOX", false);
        assertEquals(2, inbox.size());
        assertEquals("""
                (\\Seen \\Flagged) 2024-02-05T11:51:00Z X-Mozilla-Status: 0005
                Subject: thunderbird

                From me
                From here on: no date, no new message
                """.replace("\n", "\r\n"), inbox.getFirst());
        assertEquals("""
                (\\Seen) 2024-02-06T10:51:00Z Subject: second
                Status: RO

                no empty line behind it
                """.replace("\n", "\r\n"), inbox.getLast());
        assertEquals(
                List.of("() 2024-02-05T11:51:00Z Subject: deep\r\n\r\n\r\n\r\nend"), content(ann, "Local/2024", false));
        assertEquals(0, box(ann, "empty").messages());
    }

    @Test
    void aDomainIsAFolderAnAccount() throws Exception {
        long ann = ann();
        long bo = account("bo@example.com");
        deliver(bo, "INBOX", MAIL.formatted("bo"), Flags.NONE, THEN);
        account("cy@elsewhere.example");
        Path out = folder.resolve("out");
        ActionResult exported = export("example.com", out, "maildir");
        assertEquals(2, number(exported, "accounts"));
        assertTrue(Files.isDirectory(out.resolve("bo@example.com/cur")));
        assertFalse(Files.exists(out.resolve("cy@elsewhere.example")));
        Files.createDirectories(out.resolve("dora@example.com/cur"));
        remove(bo, "INBOX", 1);
        ActionResult result = take("example.com", out);
        assertEquals(65, result.exitCode());
        assertTrue(result.text().contains("there is no account dora@example.com"), result.text());
        assertEquals(1, number(result, "messages"));
        assertEquals(1, box(bo, "INBOX").messages());
        assertNotEquals(0, box(ann, "INBOX").messages());
    }

    @Test
    void aFullAccountIsSaidAndTheImportGoesOnLater() throws Exception {
        ann();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        long bo = account("bo@example.com");
        quota = OptionalLong.of(200);
        ActionResult result = take("bo@example.com", out);
        assertEquals(65, result.exitCode());
        assertTrue(result.text().contains("the account is full"), result.text());
        assertTrue(store.usage(bo).octets() <= 200);
        long first = box(bo, "INBOX").messages();
        assertTrue(first > 0 && first < 7, "some of them fit: " + first);
        quota = OptionalLong.empty();
        taken("bo@example.com", out);
        assertEquals(7, box(bo, "INBOX").messages());
    }

    @Test
    void whatIsWrongIsRefusedWithItsExitCode() throws Exception {
        ann();
        Path out = folder.resolve("out");
        export("ann@example.com", out, "mutatio");
        Map<Integer, Map<String, String>> exports = new HashMap<>();
        exports.put(73, Map.of("ACCOUNTS", "ann@example.com", "--to", out.toString()));
        exports.put(67, Map.of("ACCOUNTS", "nobody@example.com", "--to", out.toString()));
        exports.put(64, Map.of("ACCOUNTS", "ann@example.com", "--to", "relative"));
        exports.forEach((exit, arguments) -> assertEquals(
                exit,
                assertThrows(ActionException.class, () -> run("store export", arguments))
                        .exitCode()));
        assertEquals(
                66,
                assertThrows(ActionException.class, () -> take("ann@example.com", folder.resolve("none")))
                        .exitCode());
        Files.createDirectories(folder.resolve("nothing"));
        ActionException nothing =
                assertThrows(ActionException.class, () -> take("ann@example.com", folder.resolve("nothing")));
        assertEquals(65, nothing.exitCode());
        assertTrue(String.valueOf(nothing.getMessage()).contains("there is no mailbox in it"), nothing.getMessage());
        assertEquals(
                64,
                assertThrows(
                                ActionException.class,
                                () -> run(
                                        "store import",
                                        Map.of(
                                                "ACCOUNTS",
                                                "ann@example.com",
                                                "--from",
                                                out.toString(),
                                                "--format",
                                                "pst")))
                        .exitCode());
    }
}
