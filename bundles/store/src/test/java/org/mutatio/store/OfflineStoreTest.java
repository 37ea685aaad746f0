package org.mutatio.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.OfflineActions;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.journal.Hashes;

/// `store verify` without a server: it finds what is wrong, and not an octet on the disk is another afterwards.
class OfflineStoreTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

    @TempDir
    Path folder;

    private final Random random = new Random(5);

    private LocalStore open(Path home) throws IOException {
        LocalStore.Settings usual = LocalStore.Settings.defaults();
        return LocalStore.open(
                home.resolve("data"),
                new LocalStore.Settings(64 << 10, 8 << 10, 1 << 20, 1 << 20, usual.traceRetention()),
                () -> NOW,
                (reason, cause) -> {
                    throw new AssertionError(reason, cause);
                },
                new Meters());
    }

    private void deliver(LocalStore store, int count) throws Exception {
        long account = store.accounts().isEmpty()
                ? store.commit(new Change.SaveAccount(new StoredAccount(
                                0, "ann@example.com", "", List.of(), OptionalLong.empty(), true, Instant.EPOCH)))
                        .id()
                : store.accounts().getFirst().id();
        for (int i = 0; i < count; i++) {
            MailId id = MailId.of(NOW, random);
            byte[] octets = new byte[i % 5 == 0 ? 20_000 : 4_000];
            random.nextBytes(octets);
            Mails.deliver(
                    store,
                    id,
                    NOW,
                    octets,
                    new Change.Placement(account, new Change.Place.Name("INBOX"), Flags.NONE, NOW));
        }
    }

    private static ActionResult verify(Path home) throws ActionException {
        List<Action> offered = new ArrayList<>();
        ServiceLoader.load(OfflineActions.class).forEach(found -> offered.addAll(found.of(home)));
        Action verify = offered.stream()
                .filter(action -> action.name().equals("store verify"))
                .findFirst()
                .orElseThrow();
        return verify.run(new ActionCall("offline", Map.of(), _ -> {}));
    }

    /// Everything below a folder: names, times and content.
    private static Map<String, String> snapshot(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                String content = Files.isDirectory(path)
                        ? "folder"
                        : HexFormat.of().formatHex(Hashes.sha256(ByteBuffer.wrap(Files.readAllBytes(path))));
                all.put(folder.relativize(path).toString(), Files.getLastModifiedTime(path) + " " + content);
            }
        }
        return all;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static List<Path> segments(Path home) throws IOException {
        try (Stream<Path> all = Files.list(home.resolve("data/journal"))) {
            return all.filter(path -> path.toString().endsWith(".seg")).sorted().toList();
        }
    }

    @Test
    void aStoreThatWasStoppedIsWhole() throws Exception {
        long sequence;
        try (LocalStore store = open(folder)) {
            deliver(store, 40);
            sequence = store.sequence();
        }
        Map<String, String> before = snapshot(folder);
        ActionResult result = verify(folder);
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains(sequence + " records, 40 mails"), result.text());
        assertFalse(result.text().contains("note"), result.text());
        assertEquals(before, snapshot(folder));
    }

    @Test
    void whatAKillLeavesIsANoteAndStays() throws Exception {
        Path killed = folder.resolve("killed");
        try (LocalStore store = open(folder.resolve("live"))) {
            deliver(store, 40);
            copy(folder.resolve("live"), killed);
        }
        Files.write(segments(killed).getLast(), new byte[100], StandardOpenOption.APPEND);
        Map<String, String> before = snapshot(killed);
        ActionResult result = verify(killed);
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains("100 octets of a write that was never finished"), result.text());
        assertFalse(result.text().contains("cannot be read"), result.text());
        assertEquals(before, snapshot(killed));
        try (LocalStore store = open(killed)) { // and a server starts on it as if nobody had looked
            assertEquals(List.of(), store.verify(_ -> {}).problems());
        }
    }

    @Test
    void damageIsAProblem() throws Exception {
        try (LocalStore store = open(folder)) {
            deliver(store, 40);
        }
        Path segment = segments(folder).getFirst();
        byte[] octets = Files.readAllBytes(segment);
        octets[octets.length / 2] ^= 1;
        Files.write(segment, octets);
        Map<String, String> before = snapshot(folder);
        ActionResult result = verify(folder);
        assertEquals(65, result.exitCode(), result.text());
        assertTrue(result.text().contains("PROBLEM segment " + segment.getFileName()), result.text());
        assertTrue(result.text().contains("cannot be read any more"), result.text());
        assertEquals(before, snapshot(folder));
    }

    @Test
    void afterAPowerCutTheIndexIsNotTrusted() throws Exception {
        try (LocalStore store = open(folder)) {
            deliver(store, 10);
        }
        Files.writeString(folder.resolve("data/running"), "another boot\n", StandardCharsets.US_ASCII);
        Map<String, String> before = snapshot(folder);
        ActionResult result = verify(folder);
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains("power cut"), result.text());
        assertEquals(before, snapshot(folder));
    }

    @Test
    void withoutAStoreItSaysSo() {
        ActionException none = assertThrows(ActionException.class, () -> verify(folder));
        assertTrue(String.valueOf(none.getMessage()).contains("there is no store"), none.getMessage());
        assertEquals(74, none.exitCode());
    }
}
