package org.mutatio.deployer.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginFolderTest {
    private static final Instant BEGIN = Instant.parse("2026-11-25T06:00:00Z");

    @TempDir
    Path home;

    private Instant now = BEGIN;
    private final InstantSource clock = () -> now;
    private FakeFramework framework = new FakeFramework();
    private Deployer deployer;
    private PluginFolder folder;

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectories(home.resolve("plugins"));
        start();
    }

    private void start() throws IOException {
        Book book = Book.open(home.resolve("deployments.json"), "0.1.0");
        framework = new FakeFramework();
        deployer = new Deployer(
                framework,
                new LiveTable(),
                book,
                home.resolve("bundles"),
                clock,
                new Deployer.Patience(
                        Duration.ofSeconds(1),
                        Duration.ofMillis(20),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(1),
                        Duration.ofMillis(1)),
                () -> {});
        deployer.begin(List.of(), Map.of(), () -> {});
        folder = new PluginFolder(home.resolve("plugins"), deployer, book, clock);
        folder.begin();
    }

    private Path put(String file, String version) throws IOException {
        Path made = Jars.bundle("tagger", version).write(home.resolve("made.jar"));
        Files.setLastModifiedTime(made, FileTime.from(now));
        return Files.move(made, home.resolve("plugins").resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }

    /// Two seconds with a look each half.
    private void settle() throws IOException {
        for (int i = 0; i < 4; i++) {
            folder.look();
            now = now.plusMillis(500);
        }
    }

    @Test
    void aFileMovedInIsDeployedOnceItHasSettled() throws IOException {
        put("a.jar", "1.0.0");
        folder.look();
        assertEquals(List.of(), framework.running());
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
    }

    @Test
    void aReplacedFileUpdatesAndARemovedOneTakesAway() throws IOException {
        put("a.jar", "1.0.0");
        settle();
        Path file = put("a.jar", "1.1.0");
        settle();
        assertEquals(List.of("tagger-1.1.0"), framework.running());
        Files.delete(file);
        settle();
        assertEquals(List.of(), framework.running());
    }

    @Test
    void renamingToDisabledTakesAway() throws IOException {
        Path file = put("a.jar", "1.0.0");
        settle();
        Files.move(file, file.resolveSibling("a.jar.disabled"));
        settle();
        assertEquals(List.of(), framework.running());
    }

    @Test
    void aFileStillBeingCopiedIsLeftAlone() throws IOException {
        Path file = home.resolve("plugins/a.jar");
        byte[] whole = Files.readAllBytes(Jars.bundle("tagger", "1.0.0").write(home.resolve("made.jar")));
        for (int length = 10; length < whole.length; length += whole.length / 5) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            Files.setLastModifiedTime(file, FileTime.from(now));
            folder.look();
            now = now.plusMillis(500);
        }
        assertEquals(List.of(), folder.refused());
        Files.write(file, whole);
        Files.setLastModifiedTime(file, FileTime.from(now));
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
    }

    @Test
    void aRefusedFileStaysAndIsTriedAgainWhenItChanges() throws IOException {
        framework.sick.put("tagger-1.0.0", "fault");
        put("a.jar", "1.0.0");
        settle();
        int tried = framework.steps.size();
        settle();
        assertEquals(tried, framework.steps.size());
        assertEquals(List.of("a.jar: its probe says that it does not work: fault"), folder.refused());
        put("a.jar", "1.0.1");
        settle();
        assertEquals(List.of("tagger-1.0.1"), framework.running());
        assertEquals(List.of(), folder.refused());
    }

    @Test
    void aRestartDeploysNothingAnewAndSeesWhatChangedMeanwhile() throws IOException {
        Path file = put("a.jar", "1.0.0");
        settle();
        start();
        int steps = framework.steps.size();
        settle();
        assertEquals(steps, framework.steps.size());
        Files.delete(file);
        start();
        settle();
        assertEquals(List.of(), framework.running());
    }

    @Test
    void aRollbackIsNotUndoneByTheFileThatStillLiesThere() throws Exception {
        put("a.jar", "1.0.0");
        settle();
        put("a.jar", "1.1.0");
        settle();
        deployer.rollback("tagger", _ -> {});
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
        start();
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
    }

    @Test
    void undeployingByCommandDisablesTheFile() throws Exception {
        put("a.jar", "1.0.0");
        settle();
        deployer.undeploy("tagger");
        assertTrue(Files.exists(home.resolve("plugins/a.jar.disabled")));
        start();
        settle();
        assertEquals(List.of(), framework.running());
    }

    private Path plugin(String file) {
        return home.resolve("plugins").resolve(file);
    }

    @Test
    void oneFileThatCannotBeReadHidesNoOther() throws IOException {
        Files.createSymbolicLink(plugin("a-link.jar"), home.resolve("nowhere.jar"));
        Files.createDirectories(plugin("a-folder.jar"));
        put("b.jar", "1.0.0");
        settle();
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
        assertEquals(2, folder.refused().size(), folder.refused().toString());
        Files.delete(plugin("a-link.jar"));
        Files.delete(plugin("a-folder.jar"));
        settle();
        assertEquals(List.of(), folder.refused());
    }

    @Test
    void aFileTimeInTheFutureHoldsUpNothing() throws IOException {
        Path file = put("a.jar", "1.0.0");
        Files.setLastModifiedTime(file, FileTime.from(now.plus(Duration.ofDays(365))));
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
    }

    @Test
    void aHiddenFileIsACopyUnderWay() throws IOException {
        put(".a.jar", "1.0.0");
        settle();
        assertEquals(List.of(), framework.running());
    }

    @Test
    void aRenamedFileIsNeverAway() throws Exception {
        Path file = put("a.jar", "1.0.0");
        settle();
        Files.move(file, plugin("b.jar"));
        int steps = framework.steps.size();
        settle();
        assertEquals(steps, framework.steps.size(), framework.steps.toString());
        start(); // and so it is at the next start
        settle();
        assertEquals(List.of("install tagger-1.0.0", "start tagger-1.0.0"), framework.steps);
        deployer.undeploy("tagger");
        assertTrue(Files.exists(plugin("b.jar.disabled")));
    }

    @Test
    void ofTwoFilesWithTheSameBundleTheOtherTakesOverWhenOneGoes() throws IOException {
        put("a.jar", "1.0.0");
        settle();
        Path newer = put("b.jar", "1.1.0");
        settle();
        assertEquals(List.of("tagger-1.1.0"), framework.running());
        start();
        settle();
        assertEquals(List.of("tagger-1.1.0"), framework.running());
        Files.delete(newer);
        settle();
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
        Files.delete(plugin("a.jar"));
        settle();
        assertEquals(List.of(), framework.running());
    }

    @Test
    void ofTwoFilesWithTheSameContentOneMayGoBeforeAStart() throws IOException {
        Path file = put("a.jar", "1.0.0");
        settle();
        Files.copy(file, plugin("b.jar"));
        settle();
        Files.delete(file);
        start();
        settle();
        assertEquals(List.of("install tagger-1.0.0", "start tagger-1.0.0"), framework.steps);
    }

    @Test
    void aFullDiskIsToldAndTriedAgain() throws IOException {
        put("a.jar", "1.0.0");
        Files.createDirectories(home.resolve("deployments.json.new/x"));
        settle();
        assertEquals(List.of(), framework.running());
        assertEquals(1, folder.refused().size());
        Files.delete(home.resolve("deployments.json.new/x"));
        Files.delete(home.resolve("deployments.json.new"));
        settle();
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
        assertEquals(List.of(), folder.refused());
    }

    @Test
    void aKeptJarThatIsLostIsTakenFromTheFolderAgain() throws IOException {
        put("a.jar", "1.0.0");
        settle();
        try (var kept = Files.list(home.resolve("bundles"))) {
            for (Path jar : kept.toList()) {
                Files.delete(jar);
            }
        }
        start();
        assertEquals(List.of(), framework.running());
        settle();
        assertEquals(List.of("tagger-1.0.0"), framework.running());
    }
}
