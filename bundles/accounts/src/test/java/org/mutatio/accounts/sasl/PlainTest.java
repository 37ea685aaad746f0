package org.mutatio.accounts.sasl;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mutatio.accounts.sasl.Talk.octets;
import static org.mutatio.accounts.sasl.Talk.talk;
import static org.mutatio.accounts.sasl.Talk.text;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.accounts.fake.FakeStore;
import org.mutatio.accounts.fake.House;
import org.mutatio.accounts.password.Argon2id;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.store.StoredAccount;

/// PLAIN (RFC 4616) and LOGIN, with what decides behind them. Log-in names are whole addresses, so the
/// RFC's `tim` is `tim@example.com` here.
@Timeout(60)
class PlainTest {

    private static final String CLIENT = "203.0.113.7";

    private final FakeStore store = new FakeStore();
    private final House house = new House(store);

    @BeforeEach
    void accounts() {
        StoredAccount _ = store.put(house.account("tim@example.com", "tanstaaftanstaaf"));
        StoredAccount _ = store.put(house.account("kurt@example.com", "xipj3plmq"));
        StoredAccount ursel = store.put(house.account("ursel@example.com", "gaps and goals"));
        StoredAccount _ = store.put(new StoredAccount(
                ursel.id() + 1,
                "gone@example.com",
                "",
                house.credentials.make("still my password"),
                ursel.quota(),
                false,
                ursel.created()));
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void plain(String transcript) {
        talk(house.login.begin("PLAIN", House.tls(CLIENT)).orElseThrow(), transcript);
    }

    @Test
    void theExampleOfRfc4616Section4() {
        plain("""
                C: <NUL>tim@example.com<NUL>tanstaaftanstaaf
                S: ok tim@example.com
                """);
    }

    @Test
    void theExampleOfRfc4616Section4WithAnAuthorizationIdentity() { // nobody acts for somebody else here
        plain("""
                C: ursel@example.com<NUL>kurt@example.com<NUL>xipj3plmq
                S: 535 5.7.8 *
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kurt@example.com", "Kurt@EXAMPLE.COM", "kurt@example.net"})
    void whoAsksToActAsHimselfMay(String authorization) {
        plain("C: " + authorization + "<NUL>kurt@example.com<NUL>xipj3plmq\nS: ok kurt@example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Kurt@Example.COM", "kurt@example.net", " kurt@example.com "})
    void aNameIsFoldedAndItsAliasDomainResolved(String name) {
        plain("C: <NUL>" + name + "<NUL>xipj3plmq\nS: ok kurt@example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"jo@b\u00fccher.test", "Jo@B\u00dcCHER.test", "jo@xn--bcher-kva.test", "JO@XN--BCHER-KVA.TEST"})
    void aDomainIsTheSameInBothSpellings(String name) { // case smtp-945, RFC 5890 section 2.3.2.4
        StoredAccount _ = store.put(house.account("jo@xn--bcher-kva.test", "lehrling"));
        plain("C: <NUL>" + name + "<NUL>lehrling\nS: ok jo@xn--bcher-kva.test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "kurt@example.com",
                "<NUL>kurt@example.com",
                "<NUL>kurt@example.com<NUL>xipj3plmq<NUL>",
                "<NUL><NUL>kurt@example.com<NUL>xipj3plmq"
            })
    void whatIsNotThreePartsIsMalformed(String message) {
        plain("C: " + message + "\nS: 501 5.5.2 *");
        assertEquals(List.of(), house.waited, "no password was tried");
    }

    @Test
    void whatIsNotUtf8IsMalformed() {
        byte[] latin = {0, 'k', 0, (byte) 0xFC, 'x'};

        SaslStep step =
                house.login.begin("PLAIN", House.tls(CLIENT)).orElseThrow().respond(ByteBuffer.wrap(latin));
        assertTrue(text(step).startsWith("501 5.5.2"), text(step));
    }

    @Test
    void anEndlessMessageIsMalformed() {
        plain("C: <NUL>kurt@example.com<NUL>" + "x".repeat(9_000) + "\nS: 501 5.5.2 *");
    }

    /// The same words after the same wait, whoever is asked for.
    @ParameterizedTest(name = "{0} / {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            tim@example.com    | wrong password
            nobody@example.com | wrong password
            gone@example.com   | still my password
            gone@example.com   | wrong password
            tim@elsewhere.test | tanstaaftanstaaf
            tim                | tanstaaftanstaaf
            ""                 | tanstaaftanstaaf
            tim@example.com    | ""
            tim@example.com    | tanstaaf\ttanstaaf
            tim@example.com    | Tanstaaftanstaaf
            tim@example.com    | "tanstaaftanstaaf "
            """)
    void aWrongNameAndAWrongPasswordAreAnsweredAlike(String name, String password) {
        plain("C: <NUL>" + name + "<NUL>" + password + "\nS: 535 5.7.8 wrong name or password");
        assertEquals(List.of(Duration.ofSeconds(2)), house.waited);
    }

    @Test
    void aNameThatIsNotThereCostsTheSameHash() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        block(gate);
        FutureTask<String> unknown = async(() -> text(house.login.login("no@example.com", "x", House.tls(CLIENT))));
        FutureTask<String> noAddress = async(() -> text(house.login.login("tim", "x", House.tls("203.0.113.8"))));
        await(4); // both wait for a hash

        gate.countDown();
        assertTrue(unknown.get(20, SECONDS).startsWith("535"));
        assertTrue(noAddress.get(20, SECONDS).startsWith("535"));
    }

    @Test
    void aPasswordIsTheSameHoweverItIsTyped() { // RFC 8265 section 4.2
        StoredAccount _ = store.put(house.account("muc@example.com", "M\u00FCnchen im Regen"));

        plain("C: <NUL>muc@example.com<NUL>Mu\u0308nchen im Regen\nS: ok muc@example.com");
        plain("C: <NUL>muc@example.com<NUL>M\u00FCnchen\u00A0im Regen\nS: ok muc@example.com");
    }

    @Test
    void aDisabledAccountsRightPasswordIsNotRemembered() throws Exception {
        plain("C: <NUL>gone@example.com<NUL>still my password\nS: 535 5.7.8 *");
        CountDownLatch gate = new CountDownLatch(1);
        block(gate);
        FutureTask<String> again =
                async(() -> text(house.login.login("gone@example.com", "still my password", House.tls(CLIENT))));
        await(3); // it waits for a hash like a wrong one

        gate.countDown();
        assertTrue(again.get(20, SECONDS).startsWith("535"));
    }

    @Test
    void aRightPasswordIsRememberedAndNeedsNoHash() throws Exception {
        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: ok tim@example.com");
        CountDownLatch gate = new CountDownLatch(1);
        block(gate);

        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: ok tim@example.com");
        gate.countDown();
    }

    @Test
    void aNewPasswordIsTheOnlyOneAtOnce() throws Exception {
        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: ok tim@example.com");
        var _ = house.run("account passwd", "ADDRESS", "tim@example.com", "--password", "no such thing");

        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: 535 *");
        plain("C: <NUL>tim@example.com<NUL>no such thing\nS: ok tim@example.com");
    }

    @Test
    void login() {
        talk(house.login.begin("LOGIN", House.tls(CLIENT)).orElseThrow(), """
                C:
                S: Username:
                C: tim@example.com
                S: Password:
                C: tanstaaftanstaaf
                S: ok tim@example.com
                """);
    }

    @Test
    void loginWithTheNameAsInitialResponse() {
        talk(house.login.begin("LOGIN", House.tls(CLIENT)).orElseThrow(), """
                C: tim@example.com
                S: Password:
                C: wrong password
                S: 535 5.7.8 *
                """);
    }

    @Test
    void loginWithNothingAtAllIsWrongAndNoFault() {
        talk(house.login.begin("login", House.tls(CLIENT)).orElseThrow(), """
                C:
                S: Username:
                C:
                S: Password:
                C:
                S: 535 5.7.8 *
                """);
    }

    @Test
    void nothingIsOfferedAndNothingHeardInTheClear() { // RFC 8314 section 3.3
        assertEquals(List.of(), house.login.mechanisms(House.plaintext(CLIENT)));
        assertTrue(house.login.begin("PLAIN", House.plaintext(CLIENT)).isEmpty());
        assertTrue(text(house.login.login("tim@example.com", "tanstaaftanstaaf", House.plaintext(CLIENT)))
                .startsWith("454 4.7.0"));
    }

    @Test
    void whileTheDirectoryIsAwayNobodyIsWrong() {
        store.goAway();

        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: 454 4.7.0 *");
        store.comeBack();
        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: ok tim@example.com");
        assertEquals(List.of(), house.waited);
    }

    @Test
    void aFullPoolIsNotNow() {
        house.pool.close();

        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: 454 4.7.0 *");
        assertEquals(List.of(), house.waited);
    }

    @Test
    void guessingIsSlowedAndThenRefused() {
        for (int i = 0; i < 6; i++) {
            plain("C: <NUL>tim@example.com<NUL>guess " + i + "\nS: 535 5.7.8 *");
        }
        plain("C: <NUL>tim@example.com<NUL>guess 6\nS: 535 5.7.8 *"); // has waited in line
        plain("C: <NUL>tim@example.com<NUL>tanstaaftanstaaf\nS: 454 4.7.0 too many failed log-ins*");

        assertEquals(
                List.of(2L, 4L, 8L, 15L, 15L, 15L, 15L),
                house.waited.stream().map(Duration::toSeconds).toList(),
                "what was waited in line is not waited again");
    }

    @Test
    void aCrowdGetsNoMoreGuessesThanALine() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        block(gate);
        List<FutureTask<String>> crowd = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String guess = "guess " + i;
            crowd.add(async(() -> text(house.login.login("tim@example.com", guess, House.tls(CLIENT)))));
        }
        await(102); // all were let in before one has failed
        gate.countDown();
        int told = 0;
        for (FutureTask<String> one : crowd) {
            told += one.get(30, SECONDS).startsWith("535") ? 1 : 0;
        }

        assertTrue(told < 40, told + " guesses of 100 were answered");
    }

    @Test
    void outdatedCredentialsAreRenewedAtLogIn() throws Exception {
        Credentials old = new Credentials(new Argon2id(16, 1, 1), false, House.ROUNDS, house.random);
        StoredAccount former = house.account("old@example.com", "another password");
        StoredAccount _ = store.put(new StoredAccount(
                0, former.address(), "Old", old.make("old but good"), former.quota(), true, former.created()));
        assertFalse(house.login.mechanisms(House.tls(CLIENT)).contains("SCRAM-SHA-256"));

        plain("C: <NUL>old@example.com<NUL>old but good\nS: ok old@example.com");

        StoredAccount now = store.account("old@example.com").orElseThrow();
        assertFalse(house.credentials.outdated(now.credentials()));
        assertEquals("Old", now.displayName());
        assertTrue(house.login.mechanisms(House.tls(CLIENT)).contains("SCRAM-SHA-256"));
    }

    @Test
    void aRenewalUndoesNothingThatHappenedMeanwhile() throws Exception {
        StoredAccount ann = store.put(new StoredAccount(
                0,
                "ann@example.com",
                "",
                new Credentials(new Argon2id(16, 1, 1), true, House.ROUNDS, house.random).make("the stolen one"),
                house.account("x@example.com", "x").quota(),
                true,
                house.clock.instant()));
        List<String> set = house.credentials.make("the new one");
        // While the renewal hashes, an administrator sets another password and disables the account.
        RandomGenerator meanwhile = () -> {
            StoredAccount _ =
                    store.put(new StoredAccount(ann.id(), ann.address(), "", set, ann.quota(), false, ann.created()));
            return 7;
        };
        try (House slow = new House(store, new Credentials(House.CHEAP, true, House.ROUNDS, meanwhile))) {
            StoredAccount _ = store.put(ann); // the decoy has asked for randomness, too
            SaslStep _ = slow.login.login("ann@example.com", "the stolen one", House.tls(CLIENT));
        }

        StoredAccount now = store.account("ann@example.com").orElseThrow();
        assertEquals(set, now.credentials());
        assertFalse(now.enabled());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2-typed-as-name", "a\u001B[2J\r\nevent=authenticated", "\u202Ereversed"})
    void aNameThatIsNoAddressIsNotRepeatedInTheReason(String name) {
        SaslStep step = house.login.login(name, "hunter2", House.tls(CLIENT));

        String reason = ((SaslStep.Failure) step).reason();
        assertFalse(reason.contains(name), reason);
        assertFalse(reason.contains("hunter2"), reason);
    }

    @Test
    void theReasonIsOneShortLineFitForALog() {
        String name = "\"a\\\"b\u0085c\u202Ed\"@example.com";
        SaslStep step = house.login.login(name, "wrong", House.tls(CLIENT));

        String reason = ((SaslStep.Failure) step).reason();
        assertTrue(reason.startsWith("no account '"), reason);
        assertTrue(reason.contains("b?c?d"), reason);
        assertFalse(reason.contains("\""), reason);
        assertEquals(300, Login.shown("x".repeat(1_000)).length());
        assertEquals("a b?c??", Login.shown("a b\rc\n\0"));
    }

    private static FutureTask<String> async(java.util.concurrent.Callable<String> work) {
        FutureTask<String> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    /// Both threads of the pool are at work until the gate opens.
    private void block(CountDownLatch gate) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            FutureTask<String> _ = async(() -> house.pool.run(
                    () -> {
                        begun.countDown();
                        gate.await();
                        return "";
                    },
                    true));
        }
        assertTrue(begun.await(20, SECONDS));
    }

    private void await(int inside) {
        while (house.pool.inside() < inside) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theInitialResponseLeavesTheCallersBufferAlone() {
        ByteBuffer response = octets("\0tim@example.com\0tanstaaftanstaaf");
        SaslStep _ = house.login.begin("PLAIN", House.tls(CLIENT)).orElseThrow().respond(response);

        assertEquals(0, response.position());
    }
}
