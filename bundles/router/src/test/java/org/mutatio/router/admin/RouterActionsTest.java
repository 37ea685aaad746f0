package org.mutatio.router.admin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.router.FakeAccounts;
import org.mutatio.router.folder.PolicyFolder;
import org.mutatio.router.folder.PolicyHistory;
import org.mutatio.router.folder.PolicyKeeper;
import org.mutatio.router.policy.PolicyLoader;
import org.mutatio.router.routing.DomainRouter;

/// `policy`, `domain` and `alias` as the administrator types them, over real files.
final class RouterActionsTest {

    @TempDir
    Path home;

    private final FakeAccounts accounts = new FakeAccounts();
    private Path folder = Path.of("");
    private PolicyKeeper keeper;
    private List<Action> actions = List.of();

    @BeforeEach
    void begin() throws IOException {
        folder = Files.createDirectories(home.resolve("domains"));
        Files.writeString(folder.resolve("example.org.toml"), """
                # the brand
                [recipients.aliases]
                "postmaster" = ["ann"]
                "Sales" = ["ann", "bo@shop.example.org"]
                """);
        Files.writeString(folder.resolve("shop.example.org.toml"), "[domain]\nnames = [\"shop.test\"]\n");
        accounts.add("ann@example.org");
        accounts.add("bo@shop.example.org");
        keeper = new PolicyKeeper(
                new PolicyFolder(folder),
                new PolicyHistory(home.resolve("policy")),
                new PolicyLoader("config/domains", (_, _) -> ""),
                Optional::empty,
                _ -> {},
                InstantSource.system(),
                Duration.ofHours(1),
                Duration.ofHours(1));
        keeper.start();
        DomainRouter router = new DomainRouter(() -> accounts, (_, _, _, _) -> Optional.empty(), keeper::current);
        actions = Stream.of(
                        PolicyActions.all(keeper),
                        DomainActions.all(keeper, () -> accounts),
                        AliasActions.all(keeper, router))
                .flatMap(List::stream)
                .toList();
    }

    @AfterEach
    void end() throws IOException {
        keeper.close();
    }

    private ActionResult run(String name, String... arguments) throws ActionException {
        Map<String, String> given = new java.util.HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
        Action action = actions.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return action.run(new ActionCall("test", given, _ -> {}));
    }

    private ActionException refused(String name, String... arguments) {
        return assertThrows(ActionException.class, () -> run(name, arguments));
    }

    private String file(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void domainsAreShownAsTheTreeThatTheyAre() throws Exception {
        assertEquals("""
                example.org
                  shop.example.org  (also shop.test)
                """, run("domain list").text());
    }

    @Test
    void domainShowTellsWhatItSetsItselfAndWhatItInheritsFrom() throws Exception {
        String text = run("domain show", "DOMAIN", "shop.test").text();
        assertTrue(text.startsWith("shop.example.org\n"), text);
        assertTrue(text.contains("inherits from  example.org"), text);
        assertTrue(text.contains("config/domains/shop.example.org.toml:2"), text);
        assertTrue(text.matches("(?s).*accounts +1\n.*"), text);
    }

    @Test
    void aDomainIsAddedAsAFileAndIsOursAtOnce() throws Exception {
        ActionResult result = run(
                "domain add",
                "DOMAIN",
                "us.shop.example.org",
                "--names",
                "us.test, usa.test",
                "--postmaster",
                "ann@example.org");
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains("inherits from shop.example.org"), result.text());
        assertTrue(file("us.shop.example.org.toml").contains("names = [\"us.test\", \"usa.test\"]"));
        assertTrue(run("alias list", "DOMAIN", "usa.test").text().contains("postmaster@us.shop.example.org"));
    }

    @Test
    void aDomainWithoutAPostmasterIsTold() throws Exception {
        assertTrue(run("domain add", "DOMAIN", "far.test").text().contains("mutatio alias add postmaster@far.test"));
        assertFalse(run("domain add", "DOMAIN", "de.example.org").text().contains("RFC 5321"));
    }

    @Test
    void whatIsNotUtf8OrHasAByteOrderMarkIsNotRuinedByAnEdit() throws Exception {
        byte[] latin = "# B\u00fcro\n".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.write(folder.resolve("shop.example.org.toml"), latin);
        ActionException e = refused("alias add", "ALIAS", "info@shop.example.org", "TARGETS", "bo");
        assertTrue(String.valueOf(e.getMessage()).contains("not UTF-8"), e.getMessage());
        assertArrayEquals(latin, Files.readAllBytes(folder.resolve("shop.example.org.toml")));
        Files.writeString(folder.resolve("shop.example.org.toml"), "\uFEFF# shop\n");
        assertEquals(
                0,
                run("alias add", "ALIAS", "info@shop.example.org", "TARGETS", "bo")
                        .exitCode());
    }

    @ParameterizedTest
    @CsvSource({"../x.toml", ".toml", ".x.test.toml", "_Default.toml", "x.test.txt", "'a\u0000.toml'", "a/b/..", "''"})
    void aFileOfAnotherNameIsNotDeployed(String path) throws Exception {
        List<String> before = names();
        try {
            assertEquals(
                    78,
                    run("policy deploy", "FILE", "[broken", "FILE.path", path).exitCode());
        } catch (ActionException e) {
            assertEquals(64, e.exitCode());
        }
        assertEquals(before, names());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            return all.map(Path::toString)
                    .filter(name -> !name.contains("policy"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "example.org, is ours already, 65",
        "shop.test, is a name of shop.example.org already, 65",
        "not a domain, not a domain, 64",
        "[192.0.2.1], an address literal is no domain, 64",
        "_default, its file holds the defaults, 64",
        "_DEFAULT., its file holds the defaults, 64",
        "../domains/x, not a domain, 64",
        ".hidden.test, not a domain, 64",
    })
    void aWrongDomainIsNotAdded(String domain, String reason, int exitCode) {
        ActionException e = refused("domain add", "DOMAIN", domain);
        assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
        assertEquals(exitCode, e.exitCode());
    }

    @Test
    void aDomainWithAccountsStays() {
        ActionException e = refused("domain remove", "DOMAIN", "shop.example.org");
        assertTrue(String.valueOf(e.getMessage()).contains("bo@shop.example.org"), e.getMessage());
        accounts.goAway();
        assertEquals(75, refused("domain remove", "DOMAIN", "shop.example.org").exitCode());
        assertTrue(Files.exists(folder.resolve("shop.example.org.toml")));
    }

    @Test
    void anEmptyDomainGoesAndTheOnesBelowAreNamed() throws Exception {
        run("domain add", "DOMAIN", "us.example.org");
        run("domain add", "DOMAIN", "ny.us.example.org");
        String text = run("domain remove", "DOMAIN", "us.example.org").text();
        assertTrue(text.contains("ny.us.example.org no longer inherits"), text);
        assertFalse(Files.exists(folder.resolve("us.example.org.toml")));
        assertEquals(67, refused("domain show", "DOMAIN", "us.example.org").exitCode());
        assertEquals(65, refused("domain remove", "DOMAIN", "shop.test").exitCode());
    }

    @Test
    void anAliasIsAddedAndTheAnswerSaysWhereItsMailGoes() throws Exception {
        ActionResult result = run("alias add", "ALIAS", "Help@Example.ORG", "TARGETS", "sales,bo@far.test");
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains("mailbox of ann@example.org"), result.text());
        assertTrue(result.text().contains("mailbox of bo@shop.example.org"), result.text());
        assertTrue(result.text().contains("bo@far.test by "), result.text());
        assertTrue(file("example.org.toml").startsWith("# the brand\n"));
        assertTrue(file("example.org.toml").contains("help = [\"sales\", \"bo@far.test\"]"), file("example.org.toml"));
    }

    @Test
    void moreTargetsJoinTheOnesThatAreThereUnlessTheyReplaceThem() throws Exception {
        run("alias add", "ALIAS", "sales@example.org", "TARGETS", "ann,cy@far.test");
        assertTrue(
                file("example.org.toml").contains("\"Sales\" = [\"ann\", \"bo@shop.example.org\", \"cy@far.test\"]"));
        run("alias add", "ALIAS", "sales@example.org", "TARGETS", "cy@far.test", "--replace", "true");
        assertTrue(file("example.org.toml").contains("\"Sales\" = [\"cy@far.test\"]"));
    }

    @Test
    void anAliasOfADomainsOtherNameStandsInItsFile() throws Exception {
        run("alias add", "ALIAS", "info@shop.test", "TARGETS", "bo");
        assertTrue(file("shop.example.org.toml").contains("info = [\"bo\"]"));
    }

    @Test
    void anAliasThatLeadsNowhereOrInACircleIsTold() throws Exception {
        assertTrue(run("alias add", "ALIAS", "x@example.org", "TARGETS", "nobody")
                .text()
                .contains("550 5.1.1"));
        run("alias add", "ALIAS", "y@example.org", "TARGETS", "z");
        assertTrue(run("alias add", "ALIAS", "z@example.org", "TARGETS", "y")
                .text()
                .contains("5.4.6"));
    }

    @Test
    void targetsAndAliasesAreRemoved() throws Exception {
        run("alias remove", "ALIAS", "sales@example.org", "TARGETS", "ann@example.org");
        assertTrue(file("example.org.toml").contains("\"Sales\" = [\"bo@shop.example.org\"]"));
        assertEquals(
                67,
                refused("alias remove", "ALIAS", "sales@example.org", "TARGETS", "cy")
                        .exitCode());
        run("alias remove", "ALIAS", "sales@example.org");
        assertFalse(file("example.org.toml").contains("Sales"));
        assertEquals(67, refused("alias remove", "ALIAS", "sales@example.org").exitCode());
    }

    @Test
    void anInheritedAliasIsNotRemovedBelowAndItsLineIsNamed() {
        ActionException e = refused("alias remove", "ALIAS", "postmaster@shop.example.org");
        assertTrue(String.valueOf(e.getMessage()).contains("config/domains/example.org.toml:3"), e.getMessage());
    }

    @Test
    void whatALockForbidsIsRefusedWithTheLockAndNothingIsWritten() throws Exception {
        Files.writeString(
                folder.resolve("example.org.toml"), "locked = [\"recipients.aliases\"]\n" + file("example.org.toml"));
        assertTrue(keeper.reload("test").good());
        ActionResult result = run("alias add", "ALIAS", "info@shop.example.org", "TARGETS", "bo");
        assertEquals(78, result.exitCode());
        assertTrue(result.text().contains("config/domains/example.org.toml:1"), result.text());
        assertTrue(result.text().endsWith("nothing was changed\n"), result.text());
        assertEquals("[domain]\nnames = [\"shop.test\"]\n", file("shop.example.org.toml"));
    }

    @Test
    void policyDeployTakesAGoodFileAndRefusesAWrongOne() throws Exception {
        ActionResult wrong = run("policy deploy", "FILE", "[spam]\njunk = 1.0\n", "FILE.path", "/tmp/far.test.toml");
        assertEquals(78, wrong.exitCode());
        assertTrue(wrong.text().startsWith("config/domains/far.test.toml:2:1: "), wrong.text());
        ActionResult good = run("policy deploy", "FILE", "[spam]\njunk-at = 1.0\n", "FILE.path", "far.test.toml");
        assertEquals(0, good.exitCode(), good.text());
        assertTrue(run("policy show", "DOMAIN", "far.test").text().contains("config/domains/far.test.toml:2"));
        assertEquals("the policies are right\n", run("policy check").text());
    }
}
