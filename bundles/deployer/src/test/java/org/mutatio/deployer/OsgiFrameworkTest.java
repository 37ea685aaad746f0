package org.mutatio.deployer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.deployer.deployment.Book;
import org.mutatio.deployer.deployment.Deployer;
import org.mutatio.deployer.deployment.Jars;
import org.mutatio.deployer.deployment.LiveTable;
import org.mutatio.deployer.deployment.RefusedException;
import org.mutatio.deployer.tiny.Busy;
import org.mutatio.deployer.tiny.Hanging;
import org.mutatio.deployer.tiny.HangingProbe;
import org.mutatio.deployer.tiny.Sick;
import org.mutatio.deployer.tiny.Throwing;
import org.mutatio.deployer.tiny.Well;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/// The deployer over a real Felix with Declarative Services, set up as the launcher does it; the bundles are made here.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OsgiFrameworkTest {
    private static final String PROBE =
            "<service><provide interface=\"org.mutatio.sdk.health.HealthProbe\"/></service>";
    private static final String RUNNABLE = "<service><provide interface=\"java.lang.Runnable\"/></service>";
    private static final String HEALTH = "org.mutatio.sdk.health;version=\"[0.9,1)\"";

    private Path folder;
    private Framework felix;
    private BundleContext context;
    private LiveTable live = new LiveTable();
    private Deployer deployer;
    private int number;

    @BeforeAll
    void startFelix(@TempDir Path shared) throws Exception {
        folder = shared;
        felix = new org.apache.felix.framework.FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_BSNVERSION,
                        Constants.FRAMEWORK_BSNVERSION_MULTIPLE,
                        "ds.loglevel",
                        "none",
                        "felix.log.level",
                        "0",
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        exports("org.osgi.service.component-", "org.osgi.util.promise-", "org.osgi.util.function-")
                                + ",org.mutatio.sdk.health;version=0.9.0,org.mutatio.api.deploy;version=0.9.0"));
        felix.init();
        context = felix.getBundleContext();
        felix.start();
        context.installBundle("reference:"
                        + classPath("org.apache.felix.scr-").toURI().toURL())
                .start();
    }

    @AfterAll
    void stopFelix() throws Exception {
        felix.stop();
        felix.waitForStop(5_000);
    }

    /// What those jars of the class path export, with version: the test and the bundles see the same classes.
    private static String exports(String... jars) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : jars) {
            try (JarFile jar = new JarFile(classPath(name))) {
                String header = jar.getManifest().getMainAttributes().getValue("Export-Package");
                all.append(all.isEmpty() ? "" : ",").append(header);
            }
        }
        return all.toString();
    }

    private static File classPath(String name) {
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            File file = new File(path);
            if (file.getName().startsWith(name)
                    && Character.isDigit(file.getName().charAt(name.length()))) {
                return file;
            }
        }
        throw new IllegalStateException(name + " is not on the class path");
    }

    @BeforeEach
    void aDeployerOfItsOwn() throws Exception {
        Path home = folder.resolve("home" + number++);
        Files.createDirectories(home);
        live = new LiveTable();
        ServiceComponentRuntime components =
                context.getService(context.getServiceReference(ServiceComponentRuntime.class));
        deployer = new Deployer(
                new OsgiFramework(context, components, InstantSource.system()),
                live,
                Book.open(home.resolve("deployments.json"), "0.1.0"),
                home.resolve("bundles"),
                InstantSource.system(),
                new Deployer.Patience( // long enough for a busy machine, short enough for what hangs
                        Duration.ofSeconds(3),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(50),
                        Duration.ofMillis(300)),
                () -> {});
        deployer.begin(List.of(), Map.of(), () -> {});
    }

    private Path write(Jars jar) throws IOException {
        return jar.write(folder.resolve("given" + number++ + ".jar"));
    }

    private static Jars well(String name, String version) {
        return Jars.bundle(name, version)
                .header("Import-Package", HEALTH)
                .component(Well.class, "immediate=\"true\"", PROBE);
    }

    private String refused(Jars jar) throws IOException {
        Path file = write(jar);
        return String.valueOf(assertThrows(RefusedException.class, () -> deployer.deploy(file, "command", "x", _ -> {}))
                .getMessage());
    }

    private List<String> installed(String name) {
        return java.util.Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .map(bundle -> bundle.getVersion() + (bundle.getState() == Bundle.ACTIVE ? "" : " not active"))
                .toList();
    }

    @Test
    void oneVersionRunsAfterTheOther() throws Exception {
        deployer.deploy(write(well("a", "1.0.0")), "command", "x", _ -> {});
        OptionalLong first = live.bundle("a");
        deployer.deploy(write(well("a", "1.0.0").note("other content")), "command", "x", _ -> {});
        assertEquals(List.of("1.0.0"), installed("a"));
        assertTrue(live.bundle("a").getAsLong() > first.getAsLong());
        deployer.rollback("a", _ -> {});
        assertEquals(List.of("1.0.0"), installed("a"));
        deployer.undeploy("a");
        assertEquals(List.of(), installed("a"));
    }

    @Test
    void theSameContentTwiceStaysLive() throws Exception {
        Path file = write(well("a2", "1.0.0"));
        deployer.deploy(file, "command", "x", _ -> {});
        deployer.deploy(file, "command", "x", _ -> {});
        assertEquals(List.of("1.0.0"), installed("a2"));
        assertEquals(
                Bundle.ACTIVE, context.getBundle(live.bundle("a2").getAsLong()).getState());
    }

    @Test
    void noClassLoaderStaysWhenItsLastUserIsGone() throws Exception {
        deployer.deploy(
                write(Jars.bundle("lib2", "1")
                        .header("Export-Package", "lib2.open")
                        .note("1")),
                "command",
                "x",
                _ -> {});
        deployer.deploy(
                write(Jars.bundle("user2", "1").header("Import-Package", "lib2.open")), "command", "x", _ -> {});
        deployer.undeploy("lib2");
        FrameworkWiring wiring = felix.adapt(FrameworkWiring.class);
        assertTrue(pending(wiring).contains("lib2"), pending(wiring)); // the user needs it
        deployer.undeploy("user2");
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (pending(wiring).contains("lib2") && System.nanoTime() < end) {
            Thread.onSpinWait(); // a refresh is done on a thread of the framework
        }
        assertFalse(pending(wiring).contains("lib2"), pending(wiring));
        assertFalse(pending(wiring).contains("user2"), pending(wiring));
    }

    private static String pending(FrameworkWiring wiring) {
        return wiring.getRemovalPendingBundles().stream()
                .map(Bundle::getSymbolicName)
                .toList()
                .toString();
    }

    @Test
    void whatDoesNotResolveIsNamedInPlainWords() throws Exception {
        deployer.deploy(write(well("b", "1.0.0")), "command", "x", _ -> {});
        assertEquals(
                "it does not resolve: it needs the package org.mutatio.sdk.filter from 2.0.0 up to 3.0.0, which no"
                        + " installed bundle offers in that range: build it against the SDK of this server, or embed the"
                        + " library in it",
                refused(Jars.bundle("b", "1.1.0")
                        .header("Import-Package", "org.mutatio.sdk.filter;version=\"[2,3)\"")));
        assertEquals(List.of("1.0.0"), installed("b"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            delayed   | its component org.mutatio.deployer.tiny.Throwing could not be made
            immediate | could not be made
            """)
    void whatThrowsWhenItIsMadeIsRefused(String kind, String reason) throws Exception {
        deployer.deploy(write(well("c-" + kind, "1.0.0")), "command", "x", _ -> {});
        String said = refused(Jars.bundle("c-" + kind, "1.1.0")
                .component(Throwing.class, kind.equals("immediate") ? "immediate=\"true\"" : "", RUNNABLE));
        assertTrue(said.contains(reason), said);
        assertEquals(List.of("1.0.0"), installed("c-" + kind));
    }

    @Test
    void whatHangsWhenItIsMadeIsGivenUpAtTheDeadline() throws Exception {
        deployer.deploy(write(well("d", "1.0.0")), "command", "x", _ -> {});
        OptionalLong before = live.bundle("d");
        String said = refused(Jars.bundle("d", "1.1.0").component(Hanging.class, "immediate=\"true\"", RUNNABLE));
        assertTrue(said.startsWith("it did not start within"), said);
        assertEquals(before, live.bundle("d"));
        // The next deployment is not held up by the lost thread.
        deployer.deploy(write(well("d", "1.2.0")), "command", "x", _ -> {});
        assertTrue(installed("d").contains("1.2.0"), installed("d").toString());
    }

    @Test
    void aSickOrHangingProbeIsRefused() throws Exception {
        assertEquals(
                "its probe says that it does not work: the server it needs is away",
                refused(Jars.bundle("e", "1").header("Import-Package", HEALTH).component(Sick.class, "", PROBE)));
        String said = refused(
                Jars.bundle("e", "1").header("Import-Package", HEALTH).component(HangingProbe.class, "", PROBE));
        assertTrue(said.contains("it did not answer its probe within"), said);
        assertEquals(List.of(), installed("e"));
    }

    @Test
    void aMissingServiceIsNamedWithWhoCouldGiveIt() throws Exception {
        String reference =
                "<reference name=\"clock\" interface=\"java.time.InstantSource\" bind=\"bind\" policy=\"dynamic\"/>";
        String said = refused(well("f", "1").component(Busy.class, "", reference));
        assertTrue(
                said.contains(
                        "org.mutatio.deployer.tiny.Busy waits for a service java.time.InstantSource, which no installed"
                                + " bundle gives"),
                said);
    }

    @Test
    void workThatIsLeftAtTheDeadlineIsTold() throws Exception {
        deployer.deploy(
                write(Jars.bundle("g", "1")
                        .header("Import-Package", "org.mutatio.api.deploy;version=\"[0.9,1)\"")
                        .component(
                                Busy.class,
                                "",
                                "<service><provide interface=\"org.mutatio.api.deploy.Drainable\"/></service>")),
                "command",
                "x",
                _ -> {});
        List<String> told = new java.util.concurrent.CopyOnWriteArrayList<>();
        deployer.deploy(write(well("g", "2")), "command", "x", told::add);
        assertTrue(told.toString().contains("3 pieces of work"), told.toString());
    }

    @Test
    void oneThatMadeWayRunsAgainAndOneThatIsGoneHasMadeWay() throws Exception {
        deployer.deploy(write(Jars.bundle("keeper", "1").header("Mutatio-Swap", "in-place")), "command", "x", _ -> {});
        long first = live.bundle("keeper").getAsLong();
        Path throwing = write(Jars.bundle("keeper", "2")
                .header("Mutatio-Swap", "in-place")
                .component(Throwing.class, "immediate=\"true\"", ""));
        assertThrows(RefusedException.class, () -> deployer.deploy(throwing, "command", "x", _ -> {}));
        assertEquals(first, live.bundle("keeper").getAsLong());
        assertEquals(Bundle.ACTIVE, context.getBundle(first).getState());
        context.getBundle(first).uninstall();
        deployer.deploy(write(Jars.bundle("keeper", "3").header("Mutatio-Swap", "in-place")), "command", "x", _ -> {});
        assertEquals(
                Bundle.ACTIVE,
                context.getBundle(live.bundle("keeper").getAsLong()).getState());
    }

    @Test
    void aBundleWithUsersIsNotRefreshedUnderThem() throws Exception {
        Path file = write(
                Jars.bundle("lib", "1").header("Export-Package", "lib.open").note("1"));
        deployer.deploy(file, "command", "x", _ -> {});
        deployer.deploy(write(Jars.bundle("user", "1").header("Import-Package", "lib.open")), "command", "x", _ -> {});
        long user = live.bundle("user").getAsLong();
        BundleWiring wiring = context.getBundle(user).adapt(BundleWiring.class);
        Path next = write(
                Jars.bundle("lib", "2").header("Export-Package", "lib.open").note("2"));
        assertTrue(
                deployer.plan(next).remarks().toString().contains("user"),
                deployer.plan(next).toString());
        deployer.deploy(next, "command", "x", _ -> {});
        assertEquals(Bundle.ACTIVE, context.getBundle(user).getState());
        assertSame(wiring, context.getBundle(user).adapt(BundleWiring.class));
    }
}
