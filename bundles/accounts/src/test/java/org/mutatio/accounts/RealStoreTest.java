package org.mutatio.accounts;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.accounts.fake.House;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.store.LocalStore;

/// Accounts on a disk: what was answered is there after a restart, and after a cut within the last record
/// all before it.
class RealStoreTest {

    private static final String GOOD = "correct horse battery";
    private static final MailAddress ANN = MailAddress.parse("ann@example.com");

    @TempDir
    private Path folder;

    private LocalStore open() throws IOException {
        return LocalStore.open(
                folder,
                LocalStore.Settings.defaults(),
                InstantSource.system(),
                (reason, cause) -> {
                    throw new IllegalStateException(reason, cause);
                },
                new Meters());
    }

    private static boolean logIn(House house, String name, String password) {
        return house.login.login(name, password, House.tls("203.0.113.7")) instanceof SaslStep.Success;
    }

    private static void add(House house, String address) throws ActionException {
        var _ = house.run("account add", "ADDRESS", address, "--password", GOOD);
    }

    @Test
    void accountsOutliveARestart() throws Exception {
        StoredAccount before;
        try (LocalStore store = open();
                House house = new House(store)) {
            var _ = house.run(
                    "account add",
                    "ADDRESS",
                    "ann@example.com",
                    "--password",
                    GOOD,
                    "--name",
                    "Ann \u00C4",
                    "--quota",
                    "1 GB");
            add(house, "bo@example.com");
            add(house, "cy@example.com");
            var _ = house.run("account passwd", "ADDRESS", "bo@example.com", "--password", "another good one");
            var _ = house.run("account remove", "ADDRESS", "cy@example.com", "--yes", "true");
            before = store.account("ann@example.com").orElseThrow();
        }
        try (LocalStore store = open();
                House house = new House(store)) {
            assertEquals(Optional.of(before), store.account("ann@example.com"));
            assertTrue(logIn(house, "ann@example.com", GOOD));
            assertFalse(logIn(house, "bo@example.com", GOOD));
            assertTrue(logIn(house, "bo@example.com", "another good one"));
            assertEquals(2, house.directory.list(Optional.empty()).size());
            add(house, "cy@example.com");
            assertTrue(
                    house.directory
                                    .find(MailAddress.parse("cy@example.com"))
                                    .orElseThrow()
                                    .id()
                            > before.id() + 2,
                    "an id is never used twice");
        }
    }

    @Test
    void aTornLastRecordCostsTheLastChangeOnly() throws Exception {
        List<Long> sizes = new ArrayList<>();
        Path journal;
        try (LocalStore store = open();
                House house = new House(store)) {
            add(house, "ann@example.com");
            journal = newestJournal();
            sizes.add(Files.size(journal));
            add(house, "bo@example.com");
            sizes.add(Files.size(journal));
        }
        try (FileChannel file = FileChannel.open(journal, StandardOpenOption.WRITE)) {
            var _ = file.truncate((sizes.getFirst() + sizes.getLast()) / 2);
        }
        try (LocalStore store = open();
                House house = new House(store)) {
            assertTrue(logIn(house, "ann@example.com", GOOD));
            assertFalse(logIn(house, "bo@example.com", GOOD));
            add(house, "bo@example.com");
            assertTrue(logIn(house, "bo@example.com", GOOD));
        }
    }

    private Path newestJournal() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("journal"))) {
            return files.filter(Files::isRegularFile).max(Path::compareTo).orElseThrow();
        }
    }

    @Test
    void ofManyThatAddTheSameAccountOneDoes() throws Exception {
        try (LocalStore store = open();
                House house = new House(store)) {
            List<FutureTask<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String password = GOOD + " " + i;
                FutureTask<Integer> task = new FutureTask<>(() -> {
                    try {
                        var _ = house.run("account add", "ADDRESS", "ann@example.com", "--password", password);
                        return 0;
                    } catch (ActionException e) {
                        return e.exitCode();
                    }
                });
                all.add(task);
                Thread.ofVirtual().start(task);
            }
            int added = 0;
            for (FutureTask<Integer> task : all) {
                int code = task.get(60, SECONDS);
                assertTrue(code == 0 || code == 65, "exit code " + code);
                added += code == 0 ? 1 : 0;
            }

            assertEquals(1, added);
            assertEquals(1, store.accounts().size());
            assertEquals(
                    store.account("ann@example.com").orElseThrow().credentials(),
                    house.directory.holder(ANN).orElseThrow().stored().credentials());
        }
    }

    @Test
    void theStoreRefusesWhatTheFakeOneRefuses() throws Exception {
        try (LocalStore store = open();
                House house = new House(store)) {
            add(house, "ann@example.com");
            StoredAccount ann = store.account("ann@example.com").orElseThrow();
            ActionException twice = assertThrows(ActionException.class, () -> add(house, "ann@example.com"));
            assertEquals(65, twice.exitCode());
            var _ = house.run("account remove", "ADDRESS", "ann@example.com", "--yes", "true");
            assertThrows(
                    org.mutatio.api.store.RefusedChangeException.class,
                    () -> house.directory.change(ann, former -> former));
            assertEquals(Optional.empty(), house.directory.find(ANN));
        }
    }
}
