package org.mutatio.accounts.brake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.accounts.brake.Brake.Who;
import org.mutatio.accounts.fake.HandClock;
import org.mutatio.api.state.StateMap;
import org.mutatio.store.state.KeyedStates;

class BrakeTest {

    private static final Optional<Duration> AT_ONCE = Optional.of(Duration.ZERO);
    private static final Optional<Duration> NOT_AT_ALL = Optional.empty();
    private static final Who ANN = who("203.0.113.7", "ann@example.com");
    private static final Who BO = who("203.0.113.7", "bo@example.com");
    private static final Who ANN_ELSEWHERE = who("198.51.100.9", "ann@example.com");

    private final HandClock clock = new HandClock();
    private final StateMap map = new KeyedStates(clock).map("accounts.brake");
    private final Brake brake = new Brake(() -> map, "a secret".getBytes(UTF_8), clock);
    private int proofs;

    private static Who who(String client, String account) {
        return Who.of(InetAddress.ofLiteral(client), account);
    }

    private static Optional<Duration> seconds(int seconds) {
        return Optional.of(Duration.ofSeconds(seconds));
    }

    private void fail(Who who, int times) {
        for (int i = 0; i < times; i++) {
            Duration _ = brake.failed(who, "guess " + i);
        }
    }

    private void failProof(Who who, int times) {
        for (int i = 0; i < times; i++) {
            Duration _ = brake.failedProof(who, ("proof " + proofs++).getBytes(UTF_8));
        }
    }

    @Test
    void aWrongAnswerComesLaterEachTime() {
        List<Long> waits = new ArrayList<>();
        for (String guess : List.of("a", "b", "c", "d", "e")) {
            waits.add(brake.failed(ANN, guess).toSeconds());
        }

        assertEquals(List.of(2L, 4L, 8L, 15L, 15L), waits);
    }

    @Test
    void theSameWrongPasswordAgainAndAgainCountsOnce() { // case ops-3a8
        for (int i = 0; i < 100; i++) {
            assertEquals(Duration.ofSeconds(2), brake.failed(ANN, "the old one"));
        }

        assertEquals(AT_ONCE, brake.before(ANN));
        assertEquals(AT_ONCE, brake.before(BO));
    }

    @Test
    void beyondTheFreeOnesAnAddressWaitsOneAfterTheOther() {
        fail(ANN, Brake.FREE - 1);
        assertEquals(AT_ONCE, brake.before(BO));

        Duration _ = brake.failed(ANN, "one more");
        assertEquals(seconds(15), brake.before(BO));
        assertEquals(NOT_AT_ALL, brake.before(ANN), "the second in line would wait 30 s");
        clock.pass(Duration.ofSeconds(15));
        assertEquals(seconds(15), brake.before(ANN));
    }

    @Test
    void anotherAddressIsNotConcerned() {
        fail(ANN, 10);

        assertEquals(AT_ONCE, brake.before(who("203.0.113.8", "bo@example.com")));
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true", // one /64
        "2001:db8:1:2::1, 2001:db8:1:3::1,      false",
        "203.0.113.7,     203.0.113.8,          false",
        "203.0.113.7,     ::ffff:203.0.113.7,   true"
    })
    void onePlace(String one, String other, boolean same) {
        fail(who(one, "ann@example.com"), 10);

        assertEquals(!same, brake.before(who(other, "bo@example.com")).equals(AT_ONCE));
    }

    @Test
    void theOwnerIsNeverLockedOut() {
        brake.succeeded(ANN);
        fail(ANN, 50);

        assertEquals(AT_ONCE, brake.before(ANN));
        assertEquals(seconds(15), brake.before(BO));
    }

    @Test
    void theOwnerStaysKnownAsLongAsHeComesBackWithinThirtyDays() {
        brake.succeeded(ANN);
        for (int i = 0; i < 3; i++) {
            clock.pass(Duration.ofDays(20));
            assertTrue(brake.known(ANN), "after " + 20 * (i + 1) + " days");
            brake.succeeded(ANN);
        }
        clock.pass(Duration.ofDays(31));
        assertFalse(brake.known(ANN));
    }

    @Test
    void aFirstSuccessClearsTheAddress() {
        fail(ANN, 10);
        brake.succeeded(BO);

        assertEquals(AT_ONCE, brake.before(who("203.0.113.7", "cy@example.com")));
    }

    @Test
    void whoHasAnAccountDoesNotClearTheAddressBetweenGuessesAtOthers() {
        brake.succeeded(BO);
        for (int i = 0; i < Brake.FREE; i++) {
            Duration _ = brake.failed(who("203.0.113.7", "victim" + i + "@example.com"), "Summer2026!");
            brake.succeeded(BO);
        }

        assertEquals(seconds(15), brake.before(ANN));
    }

    @Test
    void aPhoneWithAnOldPasswordSlowsNobodyElseWithScramEither() { // case ops-3a8
        failProof(ANN, 100);

        assertEquals(AT_ONCE, brake.before(BO));
    }

    @Test
    void guessingAtOneAccountByScramIsBraked() {
        failProof(ANN, Brake.FREE);

        assertEquals(seconds(15), brake.before(ANN));
        assertEquals(NOT_AT_ALL, brake.before(ANN));
    }

    @Test
    void guessingAtManyAccountsByScramBrakesTheAddress() {
        for (int i = 0; i < 3; i++) {
            failProof(who("203.0.113.7", "victim" + i + "@example.com"), 2);
        }

        assertEquals(seconds(15), brake.before(BO));
    }

    @Test
    void wrongProofsAreAnsweredLaterEachTime() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waits.add(brake.failedProof(ANN, ("p" + i).getBytes(UTF_8)).toSeconds());
        }

        assertEquals(List.of(2L, 4L, 8L, 15L, 15L), waits);
    }

    @Test
    void anAccountGuessedAtFromManyPlacesIsSlowForNewPlacesOnly() {
        brake.succeeded(ANN_ELSEWHERE);
        for (int i = 0; i < Brake.FREE_OF_ACCOUNT; i++) {
            Duration _ = brake.failed(who("192.0.2." + i, "ann@example.com"), "guess " + i);
        }

        assertEquals(seconds(15), brake.before(ANN));
        assertEquals(AT_ONCE, brake.before(ANN_ELSEWHERE));
        assertEquals(AT_ONCE, brake.before(BO));
    }

    @Test
    void theAddressIsForgivenAfterHalfAnHour() {
        fail(ANN, 10);
        clock.pass(Duration.ofMinutes(31));

        assertEquals(AT_ONCE, brake.before(BO));
    }

    @Test
    void anAdministratorLiftsAnAddressWithAllThatWasTriedFromThere() {
        fail(ANN, 10);
        brake.liftAddress(ANN.network());

        assertEquals(AT_ONCE, brake.before(ANN));
        assertEquals(AT_ONCE, brake.before(BO));
    }

    @Test
    void anAdministratorLiftsAnAccountFromWhereverItWasTried() {
        failProof(ANN, 10);
        for (int i = 0; i < Brake.FREE_OF_ACCOUNT; i++) {
            Duration _ = brake.failed(who("192.0.2." + i, "ann@example.com"), "guess " + i);
        }
        brake.liftAccount("ann@example.com");

        assertEquals(AT_ONCE, brake.before(ANN));
        assertEquals(AT_ONCE, brake.before(ANN_ELSEWHERE));
    }

    @Test
    void countsStandAfterAsManyLogInsAsTheMapHoldsKeysTwice() {
        for (int i = 0; i < 250_000; i++) {
            boolean _ = brake.known(BO);
        }
        fail(ANN, Brake.FREE);

        assertEquals(seconds(15), brake.before(BO));
    }

    @Test
    void anotherVersionOfTheBundleCountsOn() {
        fail(ANN, Brake.FREE);
        Brake next = new Brake(() -> map, "another secret".getBytes(UTF_8), clock);
        brake.succeeded(ANN_ELSEWHERE);

        assertEquals(seconds(15), next.before(BO));
        assertTrue(next.known(ANN_ELSEWHERE));
    }

    @Test
    void whatIsKeptNamesNeitherPasswordNorAccount() {
        Map<String, String> written = new TreeMap<>();
        StateMap recording = new StateMap() {
            @Override
            public Optional<String> get(String key) {
                return Optional.ofNullable(written.get(key));
            }

            @Override
            public void put(String key, String value, Duration expiry) {
                String _ = written.put(key, value);
            }

            @Override
            public String update(String key, UnaryOperator<String> change, Duration expiry) {
                String value = change.apply(get(key).orElse(""));
                put(key, value, expiry);
                return value;
            }

            @Override
            public void remove(String key) {
                String _ = written.remove(key);
            }
        };
        Brake watched = new Brake(() -> recording, "a secret".getBytes(UTF_8), clock);
        Duration _ = watched.failed(ANN, "hunter2hunter2");
        Duration _ = watched.failedProof(ANN, "proof".getBytes(UTF_8));
        watched.succeeded(ANN_ELSEWHERE);

        String all = written.toString();
        assertFalse(all.contains("hunter2"), all);
        assertFalse(all.contains("ann@"), all);
        assertTrue(all.contains("203.0.113.7"), all);
    }
}
