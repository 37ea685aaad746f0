package org.mutatio.router.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.PolicyLoader;
import org.mutatio.sdk.mail.Domain;

/// The set in force while the folder changes under it.
final class PolicyKeeperTest {

    private static final Domain A = Domain.parse("a.test");

    @TempDir
    Path home;

    private final BlockingQueue<DomainPolicies> deployed = new ArrayBlockingQueue<>(100);
    private Path folder = Path.of("");
    private PolicyKeeper keeper;

    @BeforeEach
    void begin() throws IOException {
        folder = Files.createDirectories(home.resolve("domains"));
        write("a.test.toml", "[limits]\nquota = \"1 GB\"\n");
        keeper = keeper();
        keeper.start();
        deployed.clear();
    }

    @AfterEach
    void end() throws IOException {
        keeper.close();
    }

    private PolicyKeeper keeper() {
        return new PolicyKeeper(
                new PolicyFolder(folder),
                new PolicyHistory(home.resolve("policy")),
                new PolicyLoader("config/domains", (_, name) -> {
                    if (name.equals("fault")) {
                        throw new IllegalStateException("a fault of ours");
                    }
                    return "";
                }),
                Optional::empty,
                deployed::add,
                InstantSource.system(),
                Duration.ofMillis(20),
                Duration.ofMillis(100));
    }

    private void write(String name, String text) throws IOException {
        Path fresh = folder.resolve("." + name);
        Files.writeString(fresh, text);
        Files.move(fresh, folder.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private long quota() {
        return keeper.current().of(A).orElseThrow().size("limits.quota").octets();
    }

    private void awaitState(boolean good) throws InterruptedException {
        for (int i = 0; i < 1_000 && keeper.state().good() != good; i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertEquals(good, keeper.state().good());
    }

    @Test
    void aChangedFileIsInForceByItself() throws Exception {
        write("a.test.toml", "[limits]\nquota = \"2 GB\"\n");
        DomainPolicies set = deployed.poll(20, TimeUnit.SECONDS);
        assertEquals(set, keeper.current());
        assertEquals(2_000_000_000, quota());
    }

    @Test
    void aBrokenFileLeavesTheOldSetAndItsMendingBringsTheNewOne() throws Exception {
        long version = keeper.current().version();
        write("b.test.toml", "[limits]\nqouta = \"2 GB\"\n");
        awaitState(false);
        assertEquals(version, keeper.current().version());
        assertTrue(
                keeper.state().problems().getFirst().toString().startsWith("config/domains/b.test.toml:2:1: "),
                () -> keeper.state().problems().toString());
        write("b.test.toml", "[limits]\nquota = \"2 GB\"\n");
        awaitState(true);
        assertEquals(version + 1, keeper.current().version());
        assertEquals(2, keeper.current().domains().size());
    }

    @Test
    void aStartWithABrokenFolderServesTheLastGoodSet() throws Exception {
        long version = keeper.current().version();
        keeper.close();
        write("a.test.toml", "[limits\n");
        keeper = keeper();
        keeper.start();
        assertEquals(1_000_000_000, quota());
        assertEquals(version, keeper.current().version());
        assertFalse(keeper.state().good());
        assertTrue(keeper.state().restored());
    }

    @Test
    void theSameFilesKeepTheirVersionOverARestart() throws Exception {
        long version = keeper.current().version();
        keeper.close();
        keeper = keeper();
        keeper.start();
        assertEquals(version, keeper.current().version());
    }

    @Test
    void aWrongChangeWritesNothing() throws Exception {
        PolicyKeeper.State state =
                keeper.change(Map.of("a.test.toml", Optional.of("[limits]\nquota = \"much\"\n")), "test");
        assertFalse(state.good());
        assertEquals("[limits]\nquota = \"1 GB\"\n", Files.readString(folder.resolve("a.test.toml")));
        assertTrue(keeper.state().good());
    }

    @Test
    void anEmptiedFolderIsTakenForADiskThatIsNotThere() throws Exception {
        Files.move(folder, home.resolve("aside"));
        Files.createDirectories(folder);
        awaitState(false);
        assertEquals(1_000_000_000, quota());
        keeper.close();
        keeper = keeper();
        keeper.start();
        assertEquals(1_000_000_000, quota());
        Files.delete(folder);
        Files.move(home.resolve("aside"), folder);
        awaitState(true); // though its stamps are those of before
        keeper.edit(A, _ -> Optional.empty(), "domain remove");
        assertEquals(List.of(), keeper.current().domains());
        assertTrue(keeper.state().good());
    }

    @Test
    void aFolderThatCouldNotBeReadForAWhileIsGoodAgain() throws Exception {
        Files.move(folder, home.resolve("aside"));
        awaitState(false);
        Files.move(home.resolve("aside"), folder);
        awaitState(true);
    }

    @Test
    void aFaultWhileLoadingOrInAListenerIsToldAndEndsNothing() throws Exception {
        BlockingQueue<String> told = new ArrayBlockingQueue<>(100);
        keeper.listen(() -> {
            throw new IllegalStateException("mine");
        });
        keeper.listen(() -> told.add("told"));
        write("b.test.toml", "");
        assertEquals("told", told.poll(20, TimeUnit.SECONDS));
        write("b.test.toml", "[filters.x]\nkey = { file = \"fault\" }\n");
        awaitState(false);
        assertTrue(keeper.state().problems().getFirst().message().contains("a fault of ours"));
        write("b.test.toml", "# mended\n");
        awaitState(true);
    }

    @Test
    void editsAtOnceAllArrive() throws Exception {
        List<Thread> threads = new java.util.ArrayList<>();
        BlockingQueue<Exception> faults = new ArrayBlockingQueue<>(100);
        for (int i = 0; i < 8; i++) {
            String line = "\"x" + i + "\" = [\"ann\"]\n";
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    keeper.edit(
                            A,
                            present -> Optional.of(
                                    present.orElseThrow().contains("aliases")
                                            ? present.get() + line
                                            : present.get() + "[recipients.aliases]\n" + line),
                            "test");
                } catch (IOException e) {
                    faults.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(faults));
        assertEquals(8, keeper.current().effective(A).orElseThrow().aliases().size());
    }

    @Test
    void aFileInUnicodeIsTheSameDomainsFile() throws Exception {
        write("b\u00fccher.test.toml", "");
        awaitDomains(2);
        keeper.edit(Domain.parse("xn--bcher-kva.test"), _ -> Optional.of("[limits]\nquota = \"3 GB\"\n"), "test");
        assertFalse(Files.exists(folder.resolve("xn--bcher-kva.test.toml")));
        assertEquals("[limits]\nquota = \"3 GB\"\n", Files.readString(folder.resolve("b\u00fccher.test.toml")));
    }

    private void awaitDomains(int number) throws InterruptedException {
        for (int i = 0; i < 1_000 && keeper.current().domains().size() != number; i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertEquals(number, keeper.current().domains().size());
    }
}
