package org.mutatio.ports.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.mutatio.ports.limit.Budget.Verdict;

class BudgetTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-25T00:00:00Z"));
    private final Budget budget =
            new Budget(new Limits(20, 100, 40, 500, 1_000, Networks.of(List.of("192.0.2.0/24"))), now::get);

    private Budget.Admission from(String address) {
        return budget.admit(InetAddress.ofLiteral(address), false);
    }

    private Budget.Place place(String address) {
        var place = from(address).place();
        if (place == null) {
            throw new AssertionError("refused");
        }
        return place;
    }

    private void later(Duration more) {
        now.updateAndGet(instant -> instant.plus(more));
    }

    @Test
    void twentyStrangersOfOneAddress() {
        var places = new ArrayList<Budget.Place>();
        for (var i = 0; i < 20; i++) {
            places.add(place("198.51.100.1"));
        }
        assertEquals(Verdict.TOO_MANY_OF_ADDRESS, from("198.51.100.1").verdict());
        assertEquals(Verdict.ADMITTED, from("198.51.100.2").verdict());
        places.getFirst().giveBack();
        places.getFirst().giveBack(); // once counts
        assertEquals(Verdict.ADMITTED, from("198.51.100.1").verdict());
        assertEquals(Verdict.TOO_MANY_OF_ADDRESS, from("198.51.100.1").verdict());
    }

    @Test
    void aHundredNewOnesInAMinute() {
        for (var i = 0; i < 100; i++) {
            place("198.51.100.1").giveBack();
        }
        assertEquals(Verdict.TOO_FAST, from("198.51.100.1").verdict());
        later(Duration.ofSeconds(59));
        assertEquals(Verdict.TOO_FAST, from("198.51.100.1").verdict());
        later(Duration.ofSeconds(1));
        assertEquals(Verdict.ADMITTED, from("198.51.100.1").verdict());
    }

    @Test
    void aClockThatGoesBackLocksNobodyOut() {
        for (var i = 0; i < 100; i++) {
            place("198.51.100.1").giveBack();
        }
        later(Duration.ofDays(-1));
        assertEquals(Verdict.ADMITTED, from("198.51.100.1").verdict());
    }

    @Test
    void anIpv6CustomerIsA64() {
        for (var i = 0; i < 20; i++) {
            place("2001:db8:1:2::" + Integer.toHexString(i));
        }
        assertEquals(Verdict.TOO_MANY_OF_ADDRESS, from("2001:db8:1:2:ffff::1").verdict());
        assertEquals(Verdict.ADMITTED, from("2001:db8:1:3::1").verdict());
    }

    @Test
    void trustedNetworksAreFree() {
        for (var i = 0; i < 300; i++) {
            assertEquals(Verdict.ADMITTED, from("192.0.2.9").verdict());
        }
        assertEquals(300, budget.total());
        assertEquals(0, budget.addresses());
    }

    @Test
    void afterLoginTheAccountCounts() {
        var ann = new ArrayList<Budget.Place>();
        for (var i = 0; i < 40; i++) {
            var place = place("198.51.100." + i % 10);
            assertTrue(place.authenticated("ann"));
            assertTrue(place.authenticated("ann"), "twice is once");
            ann.add(place);
        }
        var oneMore = place("198.51.100.77");
        assertFalse(oneMore.authenticated("ann"));
        assertTrue(oneMore.authenticated("bo"));
        assertFalse(oneMore.authenticated("cy"), "another account wants another connection");
        ann.getFirst().giveBack();
        assertTrue(place("198.51.100.78").authenticated("ann"));
    }

    @Test
    void loginFreesThePlaceOfAStranger() {
        for (var i = 0; i < 60; i++) {
            assertTrue(place("198.51.100.1").authenticated("account" + i));
        }
        assertEquals(60, budget.total());
    }

    @Test
    void fiveHundredOfOneAddressAfterLogin() {
        for (var i = 0; i < 500; i++) {
            later(Duration.ofSeconds(1));
            assertTrue(place("198.51.100.1").authenticated("account" + i));
        }
        assertFalse(place("198.51.100.1").authenticated("last"));
    }

    @Test
    void theLastTenthIsForOurOwn() {
        for (var i = 0; i < 900; i++) {
            assertEquals(
                    Verdict.ADMITTED, from("10.0." + i / 200 + "." + i % 200).verdict());
        }
        assertEquals(Verdict.TOO_MANY_IN_ALL, from("10.9.9.9").verdict());
        assertEquals(Verdict.ADMITTED, from("192.0.2.1").verdict());
        for (var i = 0; i < 99; i++) {
            assertEquals(
                    Verdict.ADMITTED,
                    budget.admit(InetAddress.ofLiteral("10.8.0." + i), true).verdict());
        }
        assertEquals(
                Verdict.TOO_MANY_IN_ALL,
                budget.admit(InetAddress.ofLiteral("10.8.1.1"), true).verdict());
    }

    @Test
    void whoIsGoneIsForgotten() {
        var place = place("198.51.100.1");
        later(Duration.ofMinutes(2));
        budget.tidy();
        assertEquals(1, budget.addresses());
        place.giveBack();
        budget.tidy();
        assertEquals(0, budget.addresses());
        assertEquals(0, budget.total());
    }

    /// A /32 of IPv6 is cheap, and has more /64s than there is memory: its minutes are forgotten, nobody
    /// is locked out.
    @Test
    void whoBringsMoreAddressesThanAreRememberedLocksNobodyOut() {
        var small = new Budget(new Limits(20, 3, 40, 500, 1_000, Networks.NONE), now::get, 100);
        var staying = InetAddress.ofLiteral("198.51.100.1");
        var stays = small.admit(staying, true);
        for (var i = 0; i < 1_000; i++) {
            var admission = small.admit(InetAddress.ofLiteral("2001:db8:0:" + Integer.toHexString(i) + "::1"), false);
            assertEquals(Verdict.ADMITTED, admission.verdict());
            java.util.Objects.requireNonNull(admission.place()).giveBack();
            assertTrue(small.addresses() <= 100, "bounded");
        }
        assertEquals(
                Verdict.ADMITTED,
                small.admit(InetAddress.ofLiteral("203.0.113.9"), true).verdict());
        // Who has a connection is remembered: the third of his minute is his last.
        assertEquals(Verdict.ADMITTED, small.admit(staying, true).verdict());
        assertEquals(Verdict.ADMITTED, small.admit(staying, true).verdict());
        assertEquals(Verdict.TOO_FAST, small.admit(staying, true).verdict());
        java.util.Objects.requireNonNull(stays.place()).giveBack();
        assertEquals(3, small.total());
    }

    @Test
    void soManyAddressesWithConnectionsThatMemoryIsFullAreRefused() {
        var small = new Budget(new Limits(20, 3, 40, 500, 1_000, Networks.NONE), now::get, 10);
        for (var i = 0; i < 10; i++) {
            assertEquals(
                    Verdict.ADMITTED,
                    small.admit(InetAddress.ofLiteral("10.0.0." + i), true).verdict());
        }
        assertEquals(
                Verdict.TOO_MANY_IN_ALL,
                small.admit(InetAddress.ofLiteral("10.0.0.99"), true).verdict());
        assertEquals(
                Verdict.ADMITTED,
                small.admit(InetAddress.ofLiteral("10.0.0.1"), true).verdict());
    }

    @Test
    void whoIsGoneIsForgottenAlsoWhenTheClockWentBack() {
        place("198.51.100.1").giveBack();
        later(Duration.ofDays(-1));
        budget.tidy();
        assertEquals(0, budget.addresses());
    }

    @Test
    void aProxysConnectionCountsInAllUntilItsClientIsKnown() {
        var places = new ArrayList<Budget.Place>();
        for (var i = 0; i < 900; i++) { // of one address, and more than it may have: it is a proxy
            places.add(java.util.Objects.requireNonNull(budget.admitProxy(false).place()));
        }
        assertEquals(900, budget.total());
        assertEquals(0, budget.addresses());
        assertEquals(Verdict.TOO_MANY_IN_ALL, budget.admitProxy(false).verdict());
        assertEquals(Verdict.ADMITTED, budget.admitProxy(true).verdict(), "the last tenth is for our own");
        places.getFirst().giveBack();
        assertEquals(900, budget.total());
    }

    @Test
    void newNumbersCountFromNowOnAndThrowNobodyOut() {
        var here = place("198.51.100.1");
        var there = place("198.51.100.1");
        budget.limits(new Limits(1, 100, 40, 500, 1_000, Networks.NONE));
        assertEquals(Verdict.TOO_MANY_OF_ADDRESS, from("198.51.100.1").verdict());
        here.giveBack();
        there.giveBack();
        assertEquals(Verdict.ADMITTED, from("198.51.100.1").verdict());
    }

    /// An address that was trusted when it came and is not any more is given back as it was counted.
    @Test
    void aPlaceIsGivenBackAsItWasTaken() {
        var free = place("192.0.2.9");
        budget.limits(new Limits(20, 100, 40, 500, 1_000, Networks.NONE));
        var counted = place("192.0.2.9");
        assertTrue(free.authenticated("ann"));
        free.giveBack();
        assertEquals(1, budget.total());
        counted.giveBack();
        later(Duration.ofMinutes(2));
        budget.tidy();
        assertEquals(0, budget.addresses());
        assertEquals(0, budget.total());
        assertFalse(free.authenticated("ann"), "given back is over");
    }

    @Test
    void underManyThreadsNothingIsCountedTwiceOrLost() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 8; t++) {
            var account = "account" + t % 2;
            var address = InetAddress.ofLiteral("198.51.100." + t % 3);
            threads.add(Thread.ofPlatform().start(() -> {
                for (var i = 0; i < 3_000; i++) {
                    var place = budget.admit(address, true).place();
                    if (place == null) {
                        later(Duration.ofMinutes(1));
                        continue;
                    }
                    var _ = place.authenticated(account);
                    place.giveBack();
                }
            }));
        }
        for (var thread : threads) {
            thread.join(20_000);
        }
        assertEquals(0, budget.total());
        later(Duration.ofMinutes(2));
        budget.tidy();
        assertEquals(0, budget.addresses());
        for (var i = 0; i < 40; i++) { // no account kept a place that it has not
            assertTrue(place("198.51.100." + (i % 3)).authenticated("account0"));
        }
        assertFalse(place("198.51.100.9").authenticated("account0"));
    }

    @Test
    void aBadNumberNamesItsKey() {
        var e = assertThrows(IllegalArgumentException.class, () -> new Limits(0, 1, 1, 1, 1, Networks.NONE));
        assertEquals("[limits] unauthenticated-per-address = 0: must be at least 1, such as 20", e.getMessage());
    }

    @org.junit.jupiter.params.ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource({"64, 200", "128, 1024", "512, 8045", "1024, 17408"})
    void aHeapHoldsSoManyConnections(long mebibytes, int connections) {
        assertEquals(connections, Limits.thatFit(mebibytes << 20));
    }

    @Test
    void whatTheHeapDoesNotHoldIsNotLetIn() {
        Limits wanted = new Limits(20, 100, 40, 500, 20_000, Networks.of(java.util.List.of()));
        assertEquals(1_024, wanted.within(1_024, "a test").total());
        assertEquals(wanted, wanted.within(20_000, "a test"));
    }
}
