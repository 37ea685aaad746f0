package org.mutatio.accounts.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mutatio.accounts.sasl.Talk.octets;
import static org.mutatio.accounts.sasl.Talk.talk;
import static org.mutatio.accounts.sasl.Talk.text;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.accounts.fake.FakeStore;
import org.mutatio.accounts.fake.House;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.api.sasl.Sasl.Channel;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;

class ScramTest {

    private static final String CLIENT = "203.0.113.7";
    /// RFC 7677 section 3.
    private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";

    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";

    private final FakeStore store = new FakeStore();
    private final House house = new House(store);

    @BeforeEach
    void accounts() throws StoreUnavailableException {
        StoredAccount _ = store.put(new StoredAccount(
                0,
                "user@example.com",
                "",
                List.of(House.CHEAP.hash("pencil", house.random), ScramClient.verifier("pencil", SALT, 4096)),
                OptionalLong.empty(),
                true,
                house.clock.instant()));
        house.directory.refresh(); // nothing of SCRAM is offered before
    }

    @AfterEach
    void close() {
        house.close();
    }

    private SaslExchange exchange() {
        return exchange(House.tls(CLIENT), "SCRAM-SHA-256");
    }

    private SaslExchange exchange(Channel channel, String mechanism) {
        return house.login.begin(mechanism, channel).orElseThrow();
    }

    /// The whole conversation, with the server's proof checked.
    private String logIn(SaslExchange exchange, ScramClient client) {
        String challenge = text(exchange.respond(octets(client.first())));
        if (!challenge.startsWith("r=")) {
            return challenge;
        }
        String last = text(exchange.respond(octets(client.last(challenge))));
        int proof = last.indexOf(" v=");
        if (proof > 0) {
            assertEquals(client.serverFinal(), last.substring(proof + 1));
            return last.substring(0, proof);
        }
        return last;
    }

    private String logIn(String name, String password) {
        return logIn(exchange(), new ScramClient(name, password, CLIENT_NONCE));
    }

    @Test
    void theClientOfTheseTestsComputesTheExampleOfRfc7677Section3() {
        ScramClient client = new ScramClient("user", "pencil", CLIENT_NONCE);

        assertEquals("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", client.first());
        assertEquals(
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                client.last("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=" + SALT + ",i=4096"));
        assertEquals("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", client.serverFinal());
    }

    /// The proofs are not those of the RFC since log-in names are whole addresses here, and the name is
    /// signed.
    @Test
    void theExampleOfRfc7677Section3() {
        ScramClient client = new ScramClient("user@example.com", "pencil", CLIENT_NONCE);
        String challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        String last = client.last(challenge);

        talk(
                new ScramExchange(house.login, House.tls(CLIENT), false, false, () -> SERVER_NONCE),
                "C: n,,n=user@example.com,r=rOprNGfwEbeRWgbNEkqO\nS: " + challenge + "\nC: " + last
                        + "\nS: ok user@example.com " + client.serverFinal());
    }

    @Test
    void theServersNonceIsFreshAndFollowsTheClients() {
        String one = text(exchange().respond(octets("n,,n=user@example.com,r=abc")));
        String other = text(exchange().respond(octets("n,,n=user@example.com,r=abc")));

        assertTrue(one.startsWith("r=abc"), one);
        assertEquals("r=abc".length() + 24, one.indexOf(','), "18 random octets in base64");
        assertNotEquals(one, other);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "user@example.com,  pencil",
        "USER@Example.Com,  pencil",
        "user@example.net,  pencil", // an alias domain
        "'\"user=2Cx\"@example.com', comma",
        "user=3Dx@example.com, equals"
    })
    void names(String name, String password) { // RFC 5802 section 5.1: saslname
        StoredAccount _ = store.put(house.account("\"user,x\"@example.com", "comma"));
        StoredAccount _ = store.put(house.account("user=x@example.com", "equals"));

        assertTrue(logIn(name, password).startsWith("ok "));
    }

    @Test
    void aPasswordIsPreparedAsTheClientDoesIt() { // RFC 4013: the client sends nothing but the proof
        StoredAccount _ = store.put(house.account("muc@example.com", "M\u00FCn\u00ADchen \u2168"));

        assertEquals("ok muc@example.com", logIn("muc@example.com", "M\u00FCnchen IX"));
    }

    @Test
    void whatPlainTakesScramTakesToo() {
        StoredAccount _ = store.put(house.account("ann@example.com", "correct horse"));

        assertEquals("ok ann@example.com", logIn("ann@example.com", "correct horse"));
        assertEquals(
                "ok ann@example.com", text(house.login.login("ann@example.com", "correct horse", House.tls(CLIENT))));
    }

    @ParameterizedTest(name = "{0} / {1}")
    @CsvSource({
        "user@example.com,   Pencil",
        "nobody@example.com, pencil",
        "gone@example.com,   pencil",
        "user,               pencil",
        "user@elsewhere.test,pencil"
    })
    void aWrongNameAndAWrongPasswordAreAnsweredAlike(String name, String password) {
        StoredAccount known = house.account("gone@example.com", "pencil");
        StoredAccount _ = store.put(
                new StoredAccount(0, known.address(), "", known.credentials(), known.quota(), false, known.created()));

        assertEquals("535 5.7.8 wrong name or password", logIn(name, password));
        assertEquals(List.of(Duration.ofSeconds(2)), house.waited);
    }

    @Test
    void aNameThatIsNotThereGetsAChallengeLikeARealOneAlsoAfterARestart() throws StoreUnavailableException {
        String first = challenge(house, "nobody@example.com");
        try (House restarted = new House(store)) {
            assertEquals(first, challenge(restarted, "nobody@example.com"));
            assertEquals(first, challenge(restarted, "Nobody@example.net"), "the same name by an alias domain");
            assertNotEquals(first, challenge(restarted, "nobody2@example.com"));
        }
        assertTrue(first.matches("s=[A-Za-z0-9+/]{22}==,i=4096"), first);
    }

    @Test
    void aNameThatIsNotThereHasTheRoundsThatAccountsHave() throws StoreUnavailableException {
        // The setting was raised to 9,000, but nobody has logged in since: an account's 4,096 would tell it.
        try (House raised = new House(store, new Credentials(House.CHEAP, true, 9_000, house.random))) {
            assertTrue(challenge(raised, "user@example.com").endsWith(",i=4096"));
            assertTrue(challenge(raised, "nobody@example.com").endsWith(",i=4096"));
        }
    }

    private static String challenge(House house, String name) throws StoreUnavailableException {
        house.directory.refresh();
        String heard = text(house.login
                .begin("SCRAM-SHA-256", House.tls(CLIENT))
                .orElseThrow()
                .respond(octets("n,,n=" + name + ",r=abc")));
        return heard.substring(heard.indexOf(',') + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n,",
                "n,,",
                "n=user@example.com,r=abc",
                "x,,n=user@example.com,r=abc",
                "n,,n=user@example.com",
                "n,,r=abc,n=user@example.com",
                "n,,n=,r=abc",
                "n,,n=user@example.com,r=",
                "n,,n=user@example.com,r=a c",
                "n,,n=user@example.com,r=a\u00E4c",
                "n,,n=user=40example.com,r=abc", // RFC 5802 section 5.1: only =2C and =3D
                "n,,n=user=,r=abc",
                "n,,m=ext,n=user@example.com,r=abc", // an extension that must be understood
                "n,user@example.com,n=user@example.com,r=abc",
                "n,a=,n=user@example.com,r=abc",
                "p=tls-unique,,n=user@example.com,r=abc", // not on this connection
                "p=tls-exporter,,n=user@example.com,r=abc"
            })
    void aFirstMessageThatIsMalformed(String message) {
        talk(exchange(), "C: " + message + "\nS: 501 5.5.2 *\nC: n,,n=user@example.com,r=abc\nS: 501 5.5.2 *");
        assertEquals(List.of(), house.waited, "no password was tried");
    }

    @Test
    void extensionsThatNeedNotBeUnderstoodAreAllowed() { // RFC 5802 section 7: client-first-message-bare
        assertTrue(text(exchange().respond(octets("n,,n=user@example.com,r=abc,x=y")))
                .startsWith("r=abc"));
    }

    @Test
    void whoAsksToActAsHimselfMayAndNobodyElse() {
        String self = text(exchange().respond(octets("n,a=USER@example.com,n=user@example.com,r=abc")));
        assertTrue(self.startsWith("r=abc"), self);

        String other = text(exchange().respond(octets("n,a=bo@example.com,n=user@example.com,r=abc")));
        assertTrue(other.startsWith("535 5.7.8"), other);
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource(delimiter = '|', textBlock = """
            ,p=.*       |               | no proof
            p=.*        | p=***         | no base64
            c=biws      | c=***         | no base64
            c=biws      | c=eSws        | another header
            c=biws      | c=cD1rLCw=    | a binding that was not there
            c=biws,     |               | no binding
            r=abc[^,]*  | r=abc         | only half the nonce
            r=abc       | r=xyz         | another nonce
            """)
    void aLastMessageThatIsMalformed(String from, String to, String why) {
        ScramClient client = new ScramClient("user@example.com", "pencil", "abc");
        SaslExchange exchange = exchange();
        String last = client.last(text(exchange.respond(octets(client.first()))));
        String spoilt = last.replaceFirst(from, to == null ? "" : to);
        assertNotEquals(last, spoilt);

        String heard = text(exchange.respond(octets(spoilt)));
        assertTrue(heard.startsWith("501 5.5.2"), why + ": " + heard);
        assertTrue(text(exchange.respond(octets(last))).startsWith("501"), "no second try");
    }

    @Test
    void aProofOfTheWrongLengthIsWrong() {
        ScramClient client = new ScramClient("user@example.com", "pencil", "abc");
        SaslExchange exchange = exchange();
        String last = client.last(text(exchange.respond(octets(client.first()))));

        String heard = text(exchange.respond(octets(last.replaceFirst("p=.*", "p=AAAA"))));
        assertTrue(heard.startsWith("535"), heard);
    }

    @Test
    void aConversationCannotBeReplayed() {
        ScramClient client = new ScramClient("user@example.com", "pencil", "abc");
        SaslExchange exchange = exchange();
        String last = client.last(text(exchange.respond(octets(client.first()))));
        assertTrue(text(exchange.respond(octets(last))).startsWith("ok "));

        assertTrue(text(exchange.respond(octets(last))).startsWith("501"), "in the same exchange");
        SaslExchange next = exchange();
        assertTrue(text(next.respond(octets(client.first()))).startsWith("r=abc"));
        assertTrue(text(next.respond(octets(last))).startsWith("501"), "in another one: the nonce differs");
    }

    @Test
    void withChannelBinding() { // RFC 5802 section 6, RFC 9266
        ScramClient client = new ScramClient(
                "user@example.com",
                "pencil",
                CLIENT_NONCE,
                "p=tls-exporter,,",
                "of this session".getBytes(StandardCharsets.US_ASCII));

        assertEquals(
                "ok user@example.com",
                logIn(exchange(House.binding(CLIENT, "of this session"), "SCRAM-SHA-256-PLUS"), client));
    }

    @Test
    void whoSitsInBetweenBindsAnotherSession() {
        ScramClient client = new ScramClient(
                "user@example.com",
                "pencil",
                CLIENT_NONCE,
                "p=tls-exporter,,",
                "of the session with the thief".getBytes(StandardCharsets.US_ASCII));

        String heard = logIn(exchange(House.binding(CLIENT, "of this session"), "SCRAM-SHA-256-PLUS"), client);
        assertTrue(heard.startsWith("501"), heard);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "SCRAM-SHA-256,      n, r=abc", // a client that cannot bind
        "SCRAM-SHA-256,      y, 501", // somebody took -PLUS off the list on the way
        "SCRAM-SHA-256,      p=tls-exporter, 501",
        "SCRAM-SHA-256-PLUS, n, 501",
        "SCRAM-SHA-256-PLUS, y, 501",
        "SCRAM-SHA-256-PLUS, p=tls-unique, 501",
        "SCRAM-SHA-256-PLUS, p=tls-exporter, r=abc"
    })
    void theFlagWherePlusIsOffered(String mechanism, String flag, String heard) {
        String text = text(exchange(House.binding(CLIENT, "data"), mechanism)
                .respond(octets(flag + ",,n=user@example.com,r=abc")));
        assertTrue(text.startsWith(heard), text);
    }

    @Test
    void aClientThatCouldBindIsHeardWherePlusIsNotOffered() {
        assertEquals(
                "ok user@example.com",
                logIn(exchange(), new ScramClient("user@example.com", "pencil", CLIENT_NONCE, "y,,", new byte[0])));
    }

    @Test
    void mechanismsAreThoseThatWork() {
        assertEquals(List.of("SCRAM-SHA-256", "PLAIN", "LOGIN"), offered(House.tls(CLIENT)));
        assertEquals(
                List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN"),
                offered(House.binding(CLIENT, "data")));
        assertTrue(house.login.begin("CRAM-MD5", House.tls(CLIENT)).isEmpty());
        assertTrue(house.login.begin("SCRAM-SHA-256-PLUS", House.tls(CLIENT)).isEmpty());
        assertTrue(house.login.begin("scram-sha-256", House.tls(CLIENT)).isPresent());
    }

    /// Case subm-cba: a mechanism that is offered and cannot work is taken by some client, who then never gets in.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"pencil, ok user@example.com", "Pencil, 535 5.7.8"})
    void eachMechanismThatIsOfferedWorks(String password, String answer) {
        Channel channel = House.binding(CLIENT, "of this session");
        for (String mechanism : offered(channel)) {
            SaslExchange exchange = exchange(channel, mechanism);
            assertEquals(!mechanism.equals("LOGIN"), exchange.clientFirst(), mechanism);
            String heard = switch (mechanism) {
                case "PLAIN" -> text(exchange.respond(octets("\0user@example.com\0" + password)));
                case "LOGIN" -> {
                    assertEquals("Username:", text(exchange.respond(octets(""))));
                    assertEquals("Password:", text(exchange.respond(octets("user@example.com"))));
                    yield text(exchange.respond(octets(password)));
                }
                case "SCRAM-SHA-256" -> logIn(exchange, new ScramClient("user@example.com", password, CLIENT_NONCE));
                case "SCRAM-SHA-256-PLUS" ->
                    logIn(
                            exchange,
                            new ScramClient(
                                    "user@example.com",
                                    password,
                                    CLIENT_NONCE,
                                    "p=tls-exporter,,",
                                    "of this session".getBytes(StandardCharsets.US_ASCII)));
                default -> throw new AssertionError("how is " + mechanism + " spoken?");
            };
            assertTrue(heard.startsWith(answer), mechanism + ": " + heard);
        }
    }

    @Test
    void scramIsNotOfferedWhileOneAccountHasNoVerifier() throws StoreUnavailableException { // case subm-cba
        StoredAccount _ = store.put(new StoredAccount(
                0,
                "old@example.com",
                "",
                List.of(House.CHEAP.hash("pencil", house.random)),
                OptionalLong.empty(),
                true,
                house.clock.instant()));
        house.directory.refresh();

        assertEquals(List.of("PLAIN", "LOGIN"), offered(House.tls(CLIENT)));
    }

    private List<String> offered(Channel channel) {
        return house.login.mechanisms(channel);
    }

    @Test
    void whileTheDirectoryIsAwayNobodyIsWrong() {
        SaslExchange exchange = exchange();
        store.writeSomething();
        store.goAway();

        talk(exchange, "C: n,,n=nobody@example.com,r=abc\nS: 454 4.7.0 *");
        assertEquals(List.of(), house.waited);
    }

    @Test
    void guessingIsRefusedAtTheFirstMessage() {
        for (int i = 0; i < 6; i++) {
            assertTrue(logIn("user@example.com", "guess " + i).startsWith("535"));
        }
        assertTrue(logIn("user@example.com", "guess 6").startsWith("535")); // has waited in line

        talk(exchange(), "C: n,,n=user@example.com,r=abc\nS: 454 4.7.0 *");
    }

    @Test
    void aCrowdThatHasBegunBeforeGetsNoMoreGuessesThanALine() {
        List<SaslExchange> crowd =
                java.util.stream.Stream.generate(this::exchange).limit(50).toList();
        List<String> challenges = crowd.stream()
                .map(one -> text(one.respond(octets("n,,n=user@example.com,r=abc"))))
                .toList();
        int told = 0;
        for (int i = 0; i < 50; i++) {
            String last = new ScramClient("user@example.com", "guess " + i, "abc").last(challenges.get(i));
            told += text(crowd.get(i).respond(octets(last))).startsWith("535") ? 1 : 0;
        }

        assertEquals(7, told, "six at once, one that waited in line");
    }

    @Test
    void theRightProofInACrowdWaitsInLineToo() {
        SaslExchange begun = exchange();
        ScramClient client = new ScramClient("user@example.com", "pencil", "abc");
        String last = client.last(text(begun.respond(octets(client.first()))));
        for (int i = 0; i < 6; i++) {
            assertTrue(logIn("user@example.com", "guess " + i).startsWith("535"));
        }
        house.waited.clear();

        assertTrue(text(begun.respond(octets(last))).startsWith("ok "));
        assertEquals(List.of(Duration.ofSeconds(15)), house.waited);
    }
}
