package org.mutatio.deployer.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeployerTest {
    private static final Deployer.Patience SHORT = new Deployer.Patience(
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            Duration.ofSeconds(1),
            Duration.ofMillis(20),
            Duration.ofMillis(50));
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-25T06:00:00Z"));

    @TempDir
    Path folder;

    private FakeFramework framework = new FakeFramework();
    private LiveTable live = new LiveTable();
    private Deployer deployer;
    private Path shipped;

    @BeforeEach
    void aServerWithOneBundleOfItsOwn() throws Exception {
        shipped = Jars.bundle("org.mutatio.smtp", "0.1.0").write(folder.resolve("smtp-0.1.0.jar"));
        deployer = start("0.1.0");
    }

    /// The next start of the server, on the same home.
    private Deployer start(String distribution) throws IOException {
        live = new LiveTable();
        Deployer fresh = new Deployer(
                framework,
                live,
                Book.open(folder.resolve("deployments.json"), distribution),
                folder.resolve("bundles"),
                CLOCK,
                SHORT,
                () -> {});
        fresh.begin(List.of(shipped), Map.of(), () -> {});
        return fresh;
    }

    private void restart() throws IOException {
        FakeFramework before = framework;
        framework = new FakeFramework();
        framework.failing.putAll(before.failing);
        framework.unresolved.putAll(before.unresolved);
        deployer = start("0.1.0");
    }

    private Path tagger(String version) throws IOException {
        return Jars.bundle("tagger", version).write(folder.resolve("given-" + version + ".jar"));
    }

    private String deploy(Path jar) throws Exception {
        return deployer.deploy(jar, "command", jar.toString(), _ -> {});
    }

    private String refused(Path jar) {
        return String.valueOf(
                assertThrows(RefusedException.class, () -> deploy(jar)).getMessage());
    }

    @Test
    void aNewBundleIsLiveOnlyWhenItWorks() throws Exception {
        deploy(tagger("1.0.0"));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertEquals(OptionalLong.of(101), live.bundle("tagger"));
    }

    @Test
    void theNewOneIsLiveBeforeTheOldOneIsDrained() throws Exception {
        deploy(tagger("1.0.0"));
        List<String> told = new ArrayList<>();
        framework.work.put("tagger-1.0.0", 2);
        deployer.deploy(tagger("1.1.0"), "command", "x", told::add);
        assertEquals(
                List.of("install tagger-1.1.0", "start tagger-1.1.0", "drain tagger-1.0.0", "remove tagger-1.0.0"),
                framework.steps.subList(framework.steps.size() - 4, framework.steps.size()));
        assertTrue(told.indexOf("live") < told.size() - 1, told.toString());
        assertTrue(told.toString().contains("2 pieces of work of the old one were cut"), told.toString());
    }

    @Test
    void theOneThatAsksIsRetiredAfterItsAnswer() throws Exception {
        deploy(Jars.bundle("asking", "1.0.0").write(folder.resolve("asking-1.0.0.jar")));
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch removed = new CountDownLatch(1);
        framework.atEachStep = () -> {
            if (Thread.currentThread().getName().equals("mutatio-deploy-retire")) {
                try {
                    answered.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                removed.countDown();
            }
        };
        deploy(Jars.bundle("asking", "1.1.0").write(folder.resolve("asking-1.1.0.jar")));
        assertTrue(framework.running().contains("asking-1.0.0"), framework.steps.toString());
        answered.countDown();
        removed.await();
    }

    private Path keeper(String version) throws IOException {
        return Jars.bundle("keeper", version)
                .header("Mutatio-Swap", "in-place")
                .write(folder.resolve("keeper-" + version + ".jar"));
    }

    @Test
    void oneThatWantsTheSameFilesIsStoppedFirst() throws Exception {
        deploy(keeper("1.0.0"));
        deploy(keeper("1.1.0"));
        assertEquals(
                List.of(
                        "install keeper-1.1.0",
                        "stop keeper-1.0.0",
                        "start keeper-1.1.0",
                        "drain keeper-1.0.0",
                        "remove keeper-1.0.0"),
                framework.steps.subList(framework.steps.size() - 5, framework.steps.size()));
        assertEquals(JarFacts.Manner.IN_PLACE, deployer.manner("keeper"));
        assertEquals(JarFacts.Manner.BESIDE, deployer.manner("org.mutatio.smtp"));
        assertEquals(JarFacts.Manner.RESTART, deployer.manner("nobody"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"does not start", "is sick", "is sick later"})
    void oneThatWasStoppedForABadSuccessorRunsAgain(String what) throws Exception {
        deploy(keeper("1.0.0"));
        long before = live.bundle("keeper").orElseThrow();
        switch (what) {
            case "does not start" -> framework.failing.put("keeper-1.1.0", "it throws");
            case "is sick" -> framework.sick.put("keeper-1.1.0", "it reads nothing");
            default -> framework.sickAfter.put("keeper-1.1.0", 1);
        }
        String said = refused(keeper("1.1.0"));
        assertEquals(List.of("smtp-0.1.0", "keeper-1.0.0"), framework.running(), said);
        assertEquals(OptionalLong.of(before), live.bundle("keeper"));
        int removed = framework.steps.lastIndexOf("remove keeper-1.1.0");
        assertTrue(removed < framework.steps.lastIndexOf("start keeper-1.0.0"), framework.steps.toString());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            unresolved | it does not resolve: fault
            failing    | fault
            waiting    | it waits for what nobody gives: fault
            sick       | its probe says that it does not work: fault
            """)
    void aBadOneChangesNothing(String what, String reason) throws Exception {
        deploy(tagger("1.0.0"));
        OptionalLong before = live.bundle("tagger");
        switch (what) {
            case "unresolved" -> framework.unresolved.put("tagger-1.1", "fault");
            case "failing" -> framework.failing.put("tagger-1.1", "fault");
            case "waiting" -> framework.waiting.put("tagger-1.1", "fault");
            default -> framework.sick.put("tagger-1.1", "fault");
        }
        assertEquals(reason, refused(tagger("1.1.0")));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertEquals(before, live.bundle("tagger"));
        assertEquals(1, deployer.history("tagger").size());
        restart();
        assertEquals(
                List.of("smtp-0.1.0", "tagger-1.0.0"),
                framework.running().stream().sorted().toList());
    }

    @Test
    void aBadNewcomerLeavesNoTrace() throws Exception {
        framework.sick.put("tagger", "fault");
        refused(tagger("1.0.0"));
        assertEquals(OptionalLong.empty(), live.bundle("tagger"));
        assertTrue(deployer.find("tagger").isEmpty());
        assertEquals(List.of("smtp-0.1.0"), framework.running());
    }

    @Test
    void whatFallsIllInTheWatchIsRolledBack() throws Exception {
        deploy(tagger("1.0.0"));
        OptionalLong before = live.bundle("tagger");
        framework.sickAfter.put("tagger-1.1", 1);
        assertEquals(
                "rolled back, the old one is live again: its probe says that it does not work: fell ill",
                refused(tagger("1.1.0")));
        assertEquals(before, live.bundle("tagger"));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
    }

    @Test
    void whatIsNoBundleIsRefusedWithTheCure() throws Exception {
        Path half = folder.resolve("half.jar");
        byte[] whole = Files.readAllBytes(tagger("1.0.0"));
        Files.write(half, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertTrue(refused(half).startsWith("it is no whole jar"), refused(half));
        Path plain = Jars.plain().note("x").write(folder.resolve("plain.jar"));
        assertTrue(refused(plain).contains("Bundle-SymbolicName"), refused(plain));
        Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
        assertTrue(refused(text).startsWith("it is no whole jar"), refused(text));
        Path ours = Jars.bundle("evil", "1")
                .header("Export-Package", "org.mutatio.sdk.filter;version=\"9\"")
                .write(folder.resolve("evil.jar"));
        assertTrue(refused(ours).contains("which is ours"), refused(ours));
        Path others =
                Jars.bundle("evil", "1").header("Export-Package", "org.h2").write(folder.resolve("evil2.jar"));
        assertTrue(refused(others).contains("com.h2database"), refused(others));
    }

    @Test
    void theSameVersionWithOtherContentIsAnotherOne() throws Exception {
        deploy(tagger("1.0.0"));
        Path other = Jars.bundle("tagger", "1.0.0").note("other").write(folder.resolve("other.jar"));
        deploy(other);
        assertEquals(2, deployer.history("tagger").size());
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertTrue(deployer.rollback("tagger", _ -> {}).contains("1.0.0"));
    }

    @Test
    void downgradingIsDeploying() throws Exception {
        deploy(tagger("2.0.0"));
        deploy(tagger("1.0.0"));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        restart();
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
    }

    @Test
    void threeVersionsAreKeptAndNoMore() throws Exception {
        for (String version : List.of("1.0.0", "1.1.0", "1.2.0", "1.3.0")) {
            deploy(tagger(version));
        }
        try (var kept = Files.list(folder.resolve("bundles"))) {
            assertEquals(3, kept.count());
        }
        deployer.rollback("tagger", _ -> {});
        deployer.rollback("tagger", _ -> {});
        assertEquals(List.of("smtp-0.1.0", "tagger-1.1.0"), framework.running());
        assertThrows(RefusedException.class, () -> deployer.rollback("tagger", _ -> {}));
        restart();
        assertEquals(List.of("smtp-0.1.0", "tagger-1.1.0"), framework.running());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rollback", "undeploy"})
    void whatWasDeployedOverTheDistributionsOwnGivesWayToIt(String how) throws Exception {
        deploy(Jars.bundle("org.mutatio.smtp", "0.1.1").write(folder.resolve("fix.jar")));
        assertEquals(List.of("org.mutatio.smtp-0.1.1"), framework.running());
        if (how.equals("rollback")) {
            deployer.rollback("org.mutatio.smtp", _ -> {});
        } else {
            deployer.undeploy("org.mutatio.smtp");
        }
        assertEquals(List.of("smtp-0.1.0"), framework.running());
        assertThrows(RefusedException.class, () -> deployer.undeploy("org.mutatio.smtp"));
        restart();
        assertEquals(List.of("smtp-0.1.0"), framework.running());
    }

    @Test
    void anUpgradeOfTheDistributionWinsOverAPatchOfTheFormer() throws Exception {
        deploy(Jars.bundle("org.mutatio.smtp", "0.1.1").write(folder.resolve("fix.jar")));
        deploy(tagger("1.0.0"));
        framework = new FakeFramework();
        start("0.2.0");
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
    }

    /// The steps of a deployment, each cut by a kill; case osgi-197. What was told to be live and has served through
    /// the watch stays: it is recorded before the old one is let go.
    @ParameterizedTest(name = "killed before: {0}")
    @CsvSource({
        "install tagger-1.1.0, tagger-1.0.0",
        "start tagger-1.1.0, tagger-1.0.0",
        "drain tagger-1.0.0, tagger-1.1.0",
        "remove tagger-1.0.0, tagger-1.1.0"
    })
    void killedBetweenStepsTheLastGoodSetComesBack(String step, String expected) throws Exception {
        deploy(tagger("1.0.0"));
        framework.killBefore = step;
        Path next = tagger("1.1.0");
        assertThrows(FakeFramework.Killed.class, () -> deploy(next));
        restart();
        assertEquals(List.of("smtp-0.1.0", expected), framework.running());
        assertKeptIsRecorded();
        assertEquals("tagger 1.1.0", deploy(next).substring(0, 12));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.1.0"), framework.running());
    }

    /// Each file in the folders is somebody's.
    private void assertKeptIsRecorded() throws IOException {
        Set<String> recorded = new TreeSet<>();
        for (Deployer.Running one : deployer.running()) {
            deployer.history(one.name()).forEach(version -> recorded.add(version.jar()));
        }
        assertEquals(recorded, kept());
        assertFalse(Files.exists(folder.resolve("deployments.json.new")));
    }

    private Set<String> kept() throws IOException {
        Path bundles = folder.resolve("bundles");
        if (!Files.exists(bundles)) {
            return Set.of();
        }
        try (var all = Files.list(bundles)) {
            return all.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /// The folders as they are after each write of a deployment, a rollback and an undeployment: a process that died
    /// there starts again on a copy of them.
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"deploy", "rollback", "undeploy"})
    void startedAgainFromAnyStateOfTheFoldersOneOfBothSetsIsWhole(String what) throws Exception {
        deploy(tagger("1.0.0"));
        deploy(tagger("1.1.0"));
        String before = "tagger-1.1.0";
        String after = what.equals("deploy") ? "tagger-1.2.0" : what.equals("rollback") ? "tagger-1.0.0" : "";
        List<Path> states = new ArrayList<>();
        Path next = tagger("1.2.0");
        states.add(copy(0));
        framework.atEachStep = () -> states.add(copy(states.size()));
        switch (what) {
            case "deploy" -> deployer.deploy(next, "command", "x", _ -> states.add(copy(states.size())));
            case "rollback" -> deployer.rollback("tagger", _ -> states.add(copy(states.size())));
            default -> deployer.undeploy("tagger");
        }
        states.add(copy(states.size()));
        Set<String> seen = new TreeSet<>();
        for (Path state : states) {
            // Halves of copies that a kill leaves.
            Files.writeString(state.resolve("bundles/staged.jar.new"), "half");
            Files.writeString(state.resolve("bundles/tagger-9-00000000.jar"), "not recorded");
            Files.writeString(state.resolve("deployments.json.new"), "{\"ha");
            startOn(state);
            List<String> runs = framework.running().stream()
                    .filter(one -> one.startsWith("tagger"))
                    .toList();
            seen.add(String.join(",", runs));
            assertTrue(runs.isEmpty() || runs.size() == 1, runs.toString());
            try (var all = Files.list(state.resolve("bundles"))) {
                assertEquals(
                        deployer.history("tagger").size(),
                        all.filter(file -> !Files.isDirectory(file)).count(),
                        state.toString());
            }
            // and it goes on from there
            deployer.deploy(next, "command", "x", _ -> {});
            assertTrue(framework.running().contains("tagger-1.2.0"));
        }
        assertEquals(new TreeSet<>(List.of(before, after)), seen);
    }

    private Path copy(int number) {
        Path state = folder.resolve("state" + number);
        try {
            Files.createDirectories(state.resolve("bundles"));
            Files.copy(folder.resolve("deployments.json"), state.resolve("deployments.json"));
            for (String file : kept()) {
                Files.copy(
                        folder.resolve("bundles").resolve(file),
                        state.resolve("bundles").resolve(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return state;
    }

    private void startOn(Path state) throws IOException {
        framework = new FakeFramework();
        live = new LiveTable();
        deployer = new Deployer(
                framework,
                live,
                Book.open(state.resolve("deployments.json"), "0.1.0"),
                state.resolve("bundles"),
                CLOCK,
                SHORT,
                () -> {});
        deployer.begin(List.of(shipped), Map.of(), () -> {});
    }

    @Test
    void theSameContentTwiceStaysLive() throws Exception {
        deploy(tagger("1.0.0"));
        OptionalLong before = live.bundle("tagger");
        assertTrue(deploy(tagger("1.0.0")).endsWith("runs already"));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertEquals(before, live.bundle("tagger"));
        assertEquals(1, deployer.history("tagger").size());
    }

    @Test
    void theSameContentIsTriedAgainWhenItDoesNotRun() throws Exception {
        deploy(tagger("1.0.0"));
        framework.failing.put("tagger", "the database is away");
        restart();
        assertEquals(List.of("smtp-0.1.0"), framework.running());
        framework.failing.clear();
        deploy(tagger("1.0.0"));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertEquals("active", said("tagger").state());
    }

    private org.mutatio.api.deploy.Deployments.Deployed said(String name) {
        return deployer.deployed().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatWasRefusedLeavesNoFile() throws Exception {
        deploy(tagger("1.0.0"));
        framework.sick.put("tagger-1.1", "fault");
        refused(tagger("1.1.0"));
        framework.sickAfter.put("tagger-1.2", 1);
        refused(tagger("1.2.0"));
        refused(Files.writeString(folder.resolve("text.jar"), "no jar"));
        assertKeptIsRecorded();
        assertEquals(1, kept().size());
    }

    @Test
    void whenItCannotBeRecordedTheOldOneIsLiveAgain() throws Exception {
        deploy(tagger("1.0.0"));
        OptionalLong before = live.bundle("tagger");
        Path next = tagger("1.1.0");
        // The record is written to that file first: as on a full disk, it cannot be.
        Files.createDirectories(folder.resolve("deployments.json.new/x"));
        assertThrows(IOException.class, () -> deploy(next));
        assertThrows(IOException.class, () -> deployer.undeploy("tagger"));
        assertEquals(before, live.bundle("tagger"));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertEquals(1, deployer.history("tagger").size());
        Files.delete(folder.resolve("deployments.json.new/x"));
        Files.delete(folder.resolve("deployments.json.new"));
        restart();
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertKeptIsRecorded();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"gone", "broken", "another"})
    void aKeptJarThatIsNotWhatWasDeployedIsToldByStatus(String what) throws Exception {
        deploy(tagger("1.0.0"));
        Path kept = folder.resolve("bundles").resolve(kept().iterator().next());
        switch (what) {
            case "gone" -> Files.delete(kept);
            case "broken" -> Files.writeString(kept, "no jar");
            default -> Jars.bundle("tagger", "1.0.0").note("evil").write(kept);
        }
        restart();
        assertEquals(List.of("smtp-0.1.0"), framework.running());
        assertEquals("failed", said("tagger").state());
        assertEquals("1.0.0", said("tagger").version().substring(0, 5));
        deploy(tagger("1.0.0"));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        framework.failing.clear();
        restart();
        assertEquals("active", said("tagger").state());
    }

    @Test
    void aBrokenKeptJarGivesWayToTheOneBeforeAndIsNotGoneBackTo() throws Exception {
        deploy(tagger("1.0.0"));
        deploy(tagger("1.1.0"));
        Files.writeString(
                folder.resolve("bundles")
                        .resolve(deployer.history("tagger").getFirst().jar()),
                "no jar");
        restart();
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
        assertThrows(RefusedException.class, () -> deployer.rollback("tagger", _ -> {}));
        assertEquals(List.of("smtp-0.1.0", "tagger-1.0.0"), framework.running());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"bundles\": {\"tagger\": [{\"jar\": \"../x.jar\", \"since\": \"2026-11-25T06:00:00Z\"}]}}",
                "{\"bundles\": {\"tagger\": [{\"jar\": \"\", \"since\": \"2026-11-25T06:00:00Z\"}]}}",
                "{\"bundles\": {\"tagger\": [{\"jar\": \"a.jar\", \"since\": \"yesterday\"}]}}",
                "{\"bundles\": {\"tagger\": [7]}}",
                "\u00ff",
                ""
            })
    void aRecordThatMakesNoSenseIsSetAsideWhole(String text) throws Exception {
        deploy(tagger("1.0.0"));
        Files.writeString(folder.resolve("deployments.json"), text, java.nio.charset.StandardCharsets.ISO_8859_1);
        restart();
        assertEquals(List.of("smtp-0.1.0"), framework.running());
        assertTrue(Files.exists(folder.resolve("deployments.json.broken")));
        assertEquals(1, kept().size()); // whoever repairs the record finds the jars
    }

    @Test
    void aPatchOfAnyBundleOfTheDistributionEndsWithItsUpgradeAndAnExampleStays() throws Exception {
        Path h2 = Jars.bundle("com.h2database", "2.0.0").write(folder.resolve("h2.jar"));
        deploy(Jars.bundle("com.h2database", "2.0.1").write(folder.resolve("h2-patch.jar")));
        deploy(Jars.bundle("org.mutatio.examples.tagger", "1.0.0").write(folder.resolve("example.jar")));
        framework = new FakeFramework();
        live = new LiveTable();
        deployer = new Deployer(
                framework,
                live,
                Book.open(folder.resolve("deployments.json"), "0.2.0"),
                folder.resolve("bundles"),
                CLOCK,
                SHORT,
                () -> {});
        deployer.begin(List.of(shipped, h2), Map.of(), () -> {});
        assertEquals(List.of("smtp-0.1.0", "h2", "org.mutatio.examples.tagger-1.0.0"), framework.running());
    }

    @Test
    void aRecordedVersionThatDoesNotStartAnyMoreGivesWayToTheOneBefore() throws Exception {
        deploy(tagger("1.0.0"));
        deploy(tagger("1.1.0"));
        deploy(Jars.bundle("org.mutatio.smtp", "0.1.1").write(folder.resolve("fix.jar")));
        framework.failing.put("tagger-1.1", "another Java");
        framework.unresolved.put("smtp-0.1.1", "a package is gone");
        restart();
        assertEquals(
                List.of("smtp-0.1.0", "tagger-1.0.0"),
                framework.running().stream().sorted().toList());
        framework.failing.clear();
        framework.unresolved.clear();
        restart();
        assertEquals(
                List.of("smtp-0.1.0", "tagger-1.0.0"),
                framework.running().stream().sorted().toList());
    }

    @Test
    void oneThatFailsAtTheStartStopsNoneOfTheOthers() throws Exception {
        deploy(tagger("1.0.0"));
        framework.failing.put("tagger", "NoSuchMethodError");
        restart();
        assertEquals(List.of("smtp-0.1.0"), framework.running());
        var said = deployer.deployed().stream()
                .filter(one -> one.name().equals("tagger"))
                .findFirst()
                .orElseThrow();
        assertEquals("failed", said.state());
        assertEquals(List.of("NoSuchMethodError"), said.waiting());
    }

    @Test
    void aTornRecordIsSetAsideAndTheDistributionRuns() throws Exception {
        deploy(tagger("1.0.0"));
        Path record = folder.resolve("deployments.json");
        Files.write(
                record, java.util.Arrays.copyOf(Files.readAllBytes(record), 40), StandardOpenOption.TRUNCATE_EXISTING);
        restart();
        assertEquals(List.of("smtp-0.1.0"), framework.running());
        assertTrue(Files.exists(folder.resolve("deployments.json.broken")));
    }

    @Test
    void aKeptJarThatIsGoneStopsNothing() throws Exception {
        deploy(tagger("1.0.0"));
        try (var kept = Files.list(folder.resolve("bundles"))) {
            for (Path jar : kept.toList()) {
                Files.delete(jar);
            }
        }
        restart();
        assertEquals(List.of("smtp-0.1.0"), framework.running());
    }

    /// A store may replay its journal for minutes; a plugin that hangs must not keep the server from starting.
    @Test
    void atAStartOnlyWhatWasDeployedHasADeadline() throws Exception {
        assertEquals(List.of(true), unhurried());
        deploy(Jars.bundle("tagger", "9.0.0").write(folder.resolve("tagger.jar")));
        framework = new FakeFramework();
        deployer = start("0.1.0");
        assertEquals(List.of(false, true), unhurried());
    }

    private List<Boolean> unhurried() {
        return framework.given.values().stream()
                .map(given -> given.compareTo(Duration.ofHours(1)) > 0)
                .sorted()
                .toList();
    }

    @Test
    void thePlatformIsNotDeployed() throws Exception {
        framework = new FakeFramework();
        live = new LiveTable();
        Path api = Jars.bundle("org.mutatio.api", "0.1.0").write(folder.resolve("api.jar"));
        deployer = new Deployer(
                framework,
                live,
                Book.open(folder.resolve("deployments.json"), "0.1.0"),
                folder.resolve("bundles"),
                CLOCK,
                SHORT,
                () -> {});
        deployer.begin(List.of(shipped, api), Map.of("org.mutatio.api", 5L), () -> {});
        assertTrue(refused(api).contains("part of the platform"), refused(api));
        assertEquals(OptionalLong.of(5), live.bundle("org.mutatio.api"));
    }

    @Test
    void aPlanTouchesNothing() throws Exception {
        deploy(tagger("1.0.0"));
        List<String> before = List.copyOf(framework.steps);
        Deployer.Plan plan = deployer.plan(tagger("1.1.0"));
        assertTrue(plan.replaces().orElseThrow().startsWith("1.0.0"));
        assertEquals(before, framework.steps);
    }

    @Test
    void aStagedVersionIsNeverLive() throws Exception {
        List<Boolean> seen = new ArrayList<>();
        deployer.deploy(tagger("1.0.0"), "command", "x", step -> {
            if (!step.equals("live")) {
                seen.add(live.live("tagger", 101));
            }
        });
        assertFalse(seen.subList(1, seen.size()).contains(true), seen.toString());
    }
}
