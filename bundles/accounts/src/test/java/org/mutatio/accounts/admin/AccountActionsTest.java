package org.mutatio.accounts.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.accounts.fake.FakeStore;
import org.mutatio.accounts.fake.House;
import org.mutatio.accounts.password.Argon2id;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.store.StoredAccount;

class AccountActionsTest {

    private static final String CLIENT = "203.0.113.7";
    private static final String GOOD = "correct horse battery";

    private final FakeStore store = new FakeStore();
    private final House house = new House(store);

    @AfterEach
    void close() {
        house.close();
    }

    private ActionResult add(String address) throws ActionException {
        return house.run("account add", "ADDRESS", address, "--password", GOOD);
    }

    private StoredAccount stored(String address) throws Exception {
        return store.account(address).orElseThrow();
    }

    private boolean logIn(String name, String password) {
        return house.login.login(name, password, House.tls(CLIENT)) instanceof SaslStep.Success;
    }

    /// Exit code of sysexits and the text.
    private String refused(String name, String... arguments) {
        ActionException refused = assertThrows(ActionException.class, () -> house.run(name, arguments));
        return refused.exitCode() + " " + refused.getMessage();
    }

    private static void assertHas(String text, String part) {
        assertTrue(text.contains(part), text);
    }

    @Test
    void everyActionHasAnExampleThatNamesIt() {
        assertEquals(
                List.of("list", "show", "add", "set", "passwd", "disable", "enable", "remove", "unbrake"),
                house.actions().stream()
                        .map(action -> action.name().substring("account ".length()))
                        .toList());
        for (Action action : house.actions()) {
            assertHas(action.example(), "mutatio " + action.name());
            assertFalse(action.summary().isBlank());
            assertEquals(!List.of("account list", "account show").contains(action.name()), action.changes());
            assertTrue(
                    action.arguments().stream()
                            .filter(argument -> argument.name().equals("--password"))
                            .allMatch(argument -> argument.kind() == Argument.Kind.SECRET),
                    "a secret is masked in logs");
        }
    }

    @Test
    void addMakesAnAccountThatCanLogIn() throws Exception {
        ActionResult added = house.run(
                "account add",
                "ADDRESS",
                " Ann@Example.COM ",
                "--password",
                GOOD,
                "--quota",
                "2 GB",
                "--name",
                " Ann Example ");

        assertEquals("added ann@example.com\n", added.text());
        assertTrue(logIn("ann@example.com", GOOD));
        StoredAccount ann = stored("ann@example.com");
        assertEquals("Ann Example", ann.displayName());
        assertEquals(2_000_000_000L, ann.quota().orElseThrow());
        assertEquals(house.clock.instant(), ann.created());
        assertFalse(ann.credentials().toString().contains("horse"));
        assertFalse(added.json().toString().contains("horse"));
    }

    @Test
    void aGeneratedPasswordIsShownOnceAndWorks() throws Exception {
        ActionResult added = house.run("account add", "ADDRESS", "ann@example.com", "--generate", "true");

        String password = added.text().lines().toList().get(1).replaceAll("password: (\\S+) .*", "$1");
        assertTrue(logIn("ann@example.com", password));
        assertFalse(
                house.run("account show", "ADDRESS", "ann@example.com").text().contains(password));
    }

    @Test
    void anAliasDomainIsTheMainOne() throws Exception {
        ActionResult added = add("ann@example.net");

        assertEquals("added ann@example.com\n", added.text());
        assertHas(refused("account add", "ADDRESS", "ann@example.com", "--password", GOOD), "65 there is an account");
        assertHas(house.run("account show", "ADDRESS", "ann@example.net").text(), "ann@example.com");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""                        | 64 ADDRESS is missing
            ann                       | 64 not a mail address
            ann@                      | 64 not a mail address
            @example.com              | 64 not a mail address
            a\tb@example.com          | 64 not a mail address
            ann@example.com\0x        | 64 not a mail address
            ann@elsewhere.test        | 65 elsewhere.test is no domain of ours
            ann+tag@example.com       | 65 a character of the name begins a tag
            ann\u009Bx@example.com    | 65 the name holds control or invisible characters
            ann\u202Exyz@example.com  | 65 the name holds control or invisible characters
            a\u200Bnn@example.com     | 65 the name holds control or invisible characters
            """)
    void addRefusesBadAddresses(String address, String why) {
        assertHas(refused("account add", "ADDRESS", address, "--password", GOOD), why);
        assertEquals(0, store.commits());
    }

    @Test
    void aNameOfMoreThan64OctetsIsRefused() { // RFC 5321 section 4.5.3.1.1
        assertHas(
                refused("account add", "ADDRESS", "a".repeat(65) + "@example.com", "--password", GOOD),
                "64 not a mail address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "aaaaaaaaaaaaaaaaaa", "nul\0in the middle", "password123", "annabelle1"})
    void badPasswordsAreRefusedAndNotRepeated(String password) {
        String why = refused("account add", "ADDRESS", "annabelle@example.com", "--password", password);

        assertHas(why, "65 the password ");
        assertFalse(!password.isEmpty() && why.contains(password), why);
        assertEquals(0, store.commits());
    }

    @Test
    void aPasswordMustBeSaidOneWayAndOneOnly() {
        assertHas(refused("account add", "ADDRESS", "ann@example.com"), "64 say --generate");
        assertHas(
                refused("account add", "ADDRESS", "ann@example.com", "--generate", "true", "--password", GOOD),
                "64 either");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "much", "-1", "99999999999 TB", "1 XB"})
    void badQuotasAreRefused(String quota) throws Exception {
        assertHas(
                refused("account add", "ADDRESS", "ann@example.com", "--password", GOOD, "--quota", quota),
                "64 --quota");
        var _ = add("ann@example.com");
        assertHas(refused("account set", "ADDRESS", "ann@example.com", "--quota", quota), "64 --quota");
    }

    @Test
    void badNamesForPeopleAreRefused() throws Exception {
        var _ = add("ann@example.com");
        for (String name : List.of("Ann\nBcc: x", "\u001B[2J", "\u202EnnA", "x".repeat(201))) {
            assertHas(refused("account set", "ADDRESS", "ann@example.com", "--name", name), "65 --name");
        }
        assertEquals("", stored("ann@example.com").displayName());
    }

    @Test
    void setChangesWhatIsSaidAndNothingElse() throws Exception {
        var _ = house.run(
                "account add", "ADDRESS", "ann@example.com", "--password", GOOD, "--name", "Ann", "--quota", "1 GB");
        var _ = house.run("account set", "ADDRESS", "ann@example.com", "--quota", "5 GB");
        assertEquals(5_000_000_000L, stored("ann@example.com").quota().orElseThrow());
        assertEquals("Ann", stored("ann@example.com").displayName());

        var _ = house.run("account set", "ADDRESS", "ann@example.com", "--name", "Ann E.");
        assertEquals(5_000_000_000L, stored("ann@example.com").quota().orElseThrow());
        assertEquals("Ann E.", stored("ann@example.com").displayName());

        var _ = house.run("account set", "ADDRESS", "ann@example.com", "--quota", "none", "--name", "");
        assertTrue(stored("ann@example.com").quota().isEmpty());
        assertEquals("", stored("ann@example.com").displayName());

        assertTrue(logIn("ann@example.com", GOOD));
        assertHas(refused("account set", "ADDRESS", "ann@example.com"), "64 say --quota or --name");
    }

    @Test
    void passwdChangesThePasswordAndNothingElse() throws Exception {
        var _ = house.run("account add", "ADDRESS", "ann@example.com", "--password", GOOD, "--quota", "1 GB");
        ActionResult set = house.run("account passwd", "ADDRESS", "ann@example.com", "--password", "another good one");

        assertEquals("password of ann@example.com set\n", set.text());
        assertFalse(logIn("ann@example.com", GOOD));
        assertTrue(logIn("ann@example.com", "another good one"));
        assertEquals(1_000_000_000L, stored("ann@example.com").quota().orElseThrow());
    }

    @Test
    void passwdOfADisabledAccountDoesNotEnableIt() throws Exception {
        var _ = add("ann@example.com");
        var _ = house.run("account disable", "ADDRESS", "ann@example.com");
        var _ = house.run("account passwd", "ADDRESS", "ann@example.com", "--password", "another good one");

        assertFalse(logIn("ann@example.com", "another good one"));
        var _ = house.run("account enable", "ADDRESS", "ann@example.com");
        assertTrue(logIn("ann@example.com", "another good one"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"show", "set", "passwd", "disable", "enable", "remove"})
    void whoIsNotThereIsNotFound(String action) {
        String why = refused(
                "account " + action,
                "ADDRESS",
                "nobody@example.com",
                "--quota",
                "1 GB",
                "--password",
                GOOD,
                "--yes",
                "true");

        assertHas(why, "67 no account nobody@example.com");
        assertEquals(0, store.commits());
    }

    @Test
    void removeShowsFirstAndRemovesOnYes() throws Exception {
        var _ = add("ann@example.com");

        assertHas(
                refused("account remove", "ADDRESS", "ann@example.com"),
                "64 would remove ann@example.com with 42 messages (1500 kB)");
        assertTrue(logIn("ann@example.com", GOOD));

        ActionResult removed = house.run("account remove", "ADDRESS", "ann@example.com", "--yes", "true");
        assertEquals("removed ann@example.com with 42 messages (1500 kB)\n", removed.text());
        assertFalse(logIn("ann@example.com", GOOD));
        assertEquals(Optional.empty(), store.account("ann@example.com"));
    }

    @Test
    void listShowsWhoIsThere() throws Exception {
        assertEquals("no account\n", house.run("account list").text());
        var _ = add("bo@example.com");
        var _ = add("ann@example.com");
        var _ = house.run("account disable", "ADDRESS", "bo@example.com");

        List<String> lines = house.run("account list", "DOMAIN", "EXAMPLE.net")
                .text()
                .lines()
                .toList();
        assertEquals(2, lines.size());
        assertTrue(lines.get(0).matches("ann@example.com +enabled +by policy *"), lines.get(0));
        assertTrue(lines.get(1).matches("bo@example.com +disabled +by policy *"), lines.get(1));
        assertEquals(
                "no account of elsewhere.test\n",
                house.run("account list", "DOMAIN", "elsewhere.test").text());
        assertHas(refused("account list", "DOMAIN", "not a domain"), "64 not a domain name");
    }

    @Test
    void showSaysHowTheOwnerLogsIn() throws Exception {
        var _ = add("ann@example.com");
        String shown = house.run("account show", "ADDRESS", "ann@example.com").text();

        assertHas(shown, "password (Argon2id), SCRAM-SHA-256");
        assertHas(shown, "2 GB (by policy)");
        assertFalse(shown.contains("$argon2id$"), shown);
        StoredAccount _ = store.put(new StoredAccount(
                0, "bo@example.com", "", List.of(), java.util.OptionalLong.of(7), true, house.clock.instant()));
        String other = house.run("account show", "ADDRESS", "bo@example.com").text();
        assertHas(other, "no password");
        assertHas(other, "7 B (own)");
    }

    @Test
    void unbrakeForgetsWhatWasCounted() throws Exception {
        var _ = add("ann@example.com");
        for (int i = 0; i < 7; i++) {
            assertFalse(logIn("ann@example.com", "guess " + i));
        }
        assertFalse(logIn("ann@example.com", GOOD), "braked");

        var _ = house.run("account unbrake", "WHO", CLIENT);
        house.waited.clear();
        assertTrue(logIn("ann@example.com", GOOD));
        assertEquals(List.<Duration>of(), house.waited);
        var _ = house.run("account unbrake", "WHO", "Ann@example.net");
        var _ = house.run("account unbrake", "WHO", "2001:db8::1");
        for (String nobody : List.of("ann", "203.0.113.7x", "localhost", "@")) {
            assertHas(refused("account unbrake", "WHO", nobody), "64 n");
        }
    }

    @Test
    void whileTheStoreIsAwayItIsNotNow() throws Exception {
        var _ = add("ann@example.com");
        store.writeSomething();
        store.goAway();

        assertHas(refused("account add", "ADDRESS", "bo@example.com", "--password", GOOD), "75 ");
        assertHas(refused("account list"), "75 ");
        assertHas(refused("account passwd", "ADDRESS", "ann@example.com", "--password", GOOD), "75 ");
        assertHas(refused("account remove", "ADDRESS", "ann@example.com", "--yes", "true"), "75 ");
        store.comeBack();
        assertTrue(logIn("ann@example.com", GOOD));
    }

    @Test
    void whoComesSecondIsToldThatItIsThereAlready() throws Exception {
        store.atNextCommit(() -> {
            StoredAccount _ = store.put(house.account("ann@example.com", "the first one's"));
        });

        assertHas(refused("account add", "ADDRESS", "ann@example.com", "--password", GOOD), "65 it is there already");
        assertTrue(logIn("ann@example.com", "the first one's"));
    }

    @Test
    void whenTooManyPasswordsAreHashedItIsNotNow() {
        house.pool.close();

        assertHas(refused("account add", "ADDRESS", "ann@example.com", "--generate", "true"), "75 too many");
        assertEquals(0, store.commits());
    }

    @Test
    void disablingWhileAPasswordIsSetLosesNeither() throws Exception {
        var _ = add("ann@example.com");
        // Disabled by somebody else while the new password is hashed.
        Credentials slow = new Credentials(new Argon2id(8, 1, 1), true, House.ROUNDS, () -> {
            try {
                var _ = house.run("account disable", "ADDRESS", "ann@example.com");
            } catch (ActionException e) {
                throw new IllegalStateException(e);
            }
            return 7;
        });
        try (House other = new House(store, slow)) {
            var _ = other.run("account passwd", "ADDRESS", "ann@example.com", "--password", "another good one");
        }

        assertFalse(stored("ann@example.com").enabled());
        house.directory.refresh();
        var _ = house.run("account enable", "ADDRESS", "ann@example.com");
        assertTrue(logIn("ann@example.com", "another good one"));
    }
}
