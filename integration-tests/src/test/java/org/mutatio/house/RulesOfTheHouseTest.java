package org.mutatio.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Who may know whom (docs/architecture.md), and what nobody may do. Plain tests: ArchUnit's own engine ran none
/// under Surefire and the build was green. Each rule is also held against [Culprits], to see it bite.
class RulesOfTheHouseTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));

    /// Bundles that have an OSGi door; libraries of ours (`mime`, `toml`, `current`) are copied into them.
    private static final List<String> BUNDLES =
            List.of("ports", "smtp", "imap", "pipeline", "router", "store", "accounts", "deployer", "console");

    private static final Map<String, JavaClasses> MODULES = modules();
    private static final JavaClasses CULPRITS =
            new ClassFileImporter().importClasses(Culprits.class, Culprits.Speaker.class, Culprits.Interrupter.class);

    private static Map<String, JavaClasses> modules() {
        Map<String, JavaClasses> modules = new TreeMap<>();
        modules.put("sdk", classes(ROOT.resolve("plugins-sdk/sdk"), "sdk"));
        for (String name : List.of("net", "api", "mime", "toml", "current")) {
            modules.put(name, classes(ROOT.resolve("bundles").resolve(name), name));
        }
        for (String name : BUNDLES) {
            modules.put(name, classes(ROOT.resolve("bundles").resolve(name), name));
        }
        return modules;
    }

    /// Only the module's own package: its class folder also holds the copies of libraries.
    private static JavaClasses classes(Path module, String name) {
        return new ClassFileImporter()
                .importPath(module.resolve("target/classes/org/mutatio").resolve(name));
    }

    @Test
    void everyModuleHasClasses() throws IOException {
        MODULES.forEach((name, classes) -> assertFalse(classes.isEmpty(), name + " has no classes"));
        try (Stream<Path> folders = Files.list(ROOT.resolve("bundles"))) {
            List<String> found = folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.equals("libraries"))
                    .sorted()
                    .toList();
            List<String> known = MODULES.keySet().stream()
                    .filter(name -> !name.equals("sdk"))
                    .toList();
            assertEquals(known, found, "a new bundle joins the rules here");
        }
    }

    @Test
    void nobodyKnowsWhomItMayNot() {
        Map<String, List<String>> mayKnow = new TreeMap<>(Map.of(
                "sdk", List.of(),
                "net", List.of(),
                "mime", List.of(),
                "toml", List.of(),
                "api", List.of("sdk"),
                "current", List.of("api", "sdk")));
        for (String bundle : BUNDLES) {
            mayKnow.put(bundle, List.of("sdk", "api", "net", "mime", "toml", "current"));
        }
        List<String> all = new ArrayList<>(MODULES.keySet());
        List<String> problems = new ArrayList<>();
        mayKnow.forEach((name, allowed) -> {
            String[] forbidden = all.stream()
                    .filter(other -> !other.equals(name) && !allowed.contains(other))
                    .map(other -> "org.mutatio." + other + "..")
                    .toArray(String[]::new);
            collect(noClasses().should().dependOnClassesThat().resideInAnyPackage(forbidden), name, problems);
        });
        assertEquals(List.of(), problems);
    }

    @Test
    void netAndMimeKnowOnlyTheJdk() {
        ArchRule rule = noClasses()
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "neither of the JDK nor its own nor annotations",
                        (JavaClass target) -> !target.getPackageName().startsWith("java")
                                && !target.isPrimitive()
                                && !target.getPackageName().startsWith("org.mutatio.")
                                && !target.getPackageName().startsWith("org.jspecify.")
                                && !target.getPackageName().startsWith("org.osgi.annotation.")
                                && !target.getPackageName().isEmpty()));
        assertHolds(rule, List.of("net", "mime"));
    }

    @Test
    void onlyTheFrontDoorKnowsOsgi() {
        for (String bundle : BUNDLES) {
            ArchRule rule = noClasses()
                    .that()
                    .resideInAPackage("org.mutatio." + bundle + ".*..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.osgi.service..", "org.osgi.framework..");
            assertHolds(rule.allowEmptyShould(true), List.of(bundle));
        }
    }

    @Test
    void onlyTheStoreSpeaksSql() {
        ArchRule rule =
                noClasses().should().dependOnClassesThat().resideInAnyPackage("java.sql..", "javax.sql..", "org.h2..");
        List<String> others =
                MODULES.keySet().stream().filter(name -> !name.equals("store")).toList();
        assertHolds(rule, others);
        assertTrue(rule.evaluate(CULPRITS).hasViolation());
    }

    @Test
    void timeComesFromAnInjectedSource() {
        ArchRule rule = noClasses()
                .that()
                // An IMAP or console test clock is injected there too; only the front doors name the
                // system's.
                .resideInAPackage("org.mutatio..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(java.time.LocalDate.class, "now")
                .orShould()
                .callMethod(java.time.ZonedDateTime.class, "now");
        assertHolds(rule, List.copyOf(MODULES.keySet()));
        assertTrue(rule.evaluate(CULPRITS).hasViolation());
    }

    @Test
    void nobodyPrintsOrHoldsThreadLocals() {
        ArchRule rule = noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class);
        assertHolds(rule, List.copyOf(MODULES.keySet()));
        assertTrue(rule.evaluate(CULPRITS).hasViolation());
    }

    /// An interrupt inside file I/O closes the channel for everybody (architecture, section 1). The current thread's
    /// own flag may be set again: that is no interrupt of another's.
    @Test
    void onlyTheBulkheadInterrupts() {
        ArchRule rule = noClasses()
                .that()
                .resideOutsideOfPackage("org.mutatio.pipeline.bulkhead..")
                .should()
                .callMethod(ExecutorService.class, "shutdownNow")
                .orShould()
                .callMethod(Future.class, "cancel", boolean.class);
        assertHolds(rule, List.copyOf(MODULES.keySet()));
        assertTrue(rule.evaluate(CULPRITS).hasViolation());
    }

    private static void assertHolds(ArchRule rule, List<String> modules) {
        List<String> problems = new ArrayList<>();
        for (String module : modules) {
            collect(rule, module, problems);
        }
        assertEquals(List.of(), problems);
    }

    private static void collect(ArchRule rule, String module, List<String> problems) {
        JavaClasses classes = MODULES.get(module);
        if (classes == null) {
            throw new IllegalStateException("no module " + module);
        }
        var result = rule.allowEmptyShould(true).evaluate(classes);
        for (String detail : result.getFailureReport().getDetails()) {
            problems.add(module + ": " + detail);
        }
    }
}
