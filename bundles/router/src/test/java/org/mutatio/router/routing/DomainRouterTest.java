package org.mutatio.router.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.policy.Router.Question;
import org.mutatio.api.policy.Router.Routing;
import org.mutatio.api.policy.Router.Target;
import org.mutatio.router.FakeAccounts;
import org.mutatio.router.Sets;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;

final class DomainRouterTest {

    private static final String TREE = """
            --- _default.toml
            [recipients.aliases]
            "postmaster" = ["ann@example.test"]
            --- example.test.toml
            [domain]
            names = ["example.org", "b\u00fccher.test"]
            [recipients.aliases]
            "sales" = ["ann", "bo@shop.example.test"]
            "ann" = ["ann", "cy@far.test"]
            "round" = ["trip"]
            "trip" = ["round"]
            "twice" = ["ann", "sales", "bo@shop.example.test"]
            "gone" = ["nobody"]
            "it.help" = ["bo@shop.example.test"]
            [[route]]
            match = { to = "*@example.test", size-over = "10 MB" }
            relay = "mx-big.example.test:2525"
            tls = "require"
            [[route]]
            match = { from = "<>", to = "robot" }
            relay = "[192.0.2.7]"
            [[route]]
            match = { to = "asked" }
            provider = "java"
            --- shop.example.test.toml
            [recipients]
            unknown = "all@shop.example.test"
            --- us.shop.example.test.toml
            [recipients]
            unknown = "relay"
            separator = "-"
            --- lost.test.toml
            [recipients]
            unknown = "relay"
            unknown-relay = "old.lost.test"
            --- open.test.toml
            [recipients]
            unknown = "nobody@open.test"
            """;

    private final DomainPolicies set = Sets.good(TREE);
    private final FakeAccounts accounts = new FakeAccounts();
    private final Account ann = accounts.add("ann@example.test");
    private final Account bo = accounts.add("bo@shop.example.test");
    private final Account all = accounts.add("all@shop.example.test");
    private final Account us = accounts.add("dee@us.shop.example.test");
    private final DomainRouter router = new DomainRouter(
            () -> accounts,
            (name, sender, recipient, size) -> size == 7 ? Optional.of("java.test:25") : Optional.empty(),
            () -> set);

    @ParameterizedTest(name = "{0} of {1} octets: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            ann@example.test               | 0        | ann@example.test, smtp:far.test cy@far.test opportunistic
            ANN@Example.Test               | 0        | ann@example.test, smtp:far.test cy@far.test opportunistic
            bo@shop.example.test           | 0        | bo@shop.example.test
            bo+news@shop.example.test      | 0        | bo+news@shop.example.test
            it.help@example.test           | 0        | bo@shop.example.test
            it.help+x@example.test         | 0        | bo+x@shop.example.test
            whoever@shop.example.test      | 0        | all@shop.example.test
            dee-tag@us.shop.example.test   | 0        | dee-tag@us.shop.example.test
            dee+tag@us.shop.example.test   | 0        | smtp:us.shop.example.test dee+tag@us.shop.example.test opportunistic
            it.help@us.shop.example.test   | 0        | bo@shop.example.test
            x@lost.test                    | 0        | smtp:old.lost.test:25 x@lost.test opportunistic
            postmaster@lost.test           | 0        | ann@example.test, smtp:far.test cy@far.test opportunistic
            ann@example.test               | 10000001 | smtp:mx-big.example.test:2525 ann@example.test require
            asked@example.test             | 7        | smtp:java.test:25 asked@example.test opportunistic
            ann@example.org                | 0        | ann@example.test, smtp:far.test cy@far.test opportunistic
            it.help@xn--bcher-kva.test     | 0        | bo@shop.example.test
            it.help@B\u00dcCHER.test       | 0        | bo@shop.example.test
            """)
    void goesTo(String recipient, long size, String expected) {
        assertEquals(List.of(expected.split(", ")), ends(route(recipient, size)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            nobody@example.test   | Unknown
            gone@example.test     | Unknown
            asked@example.test    | Unknown
            x@open.test           | Unknown
            x@far.test            | Foreign
            x@test                | Foreign
            x@[192.0.2.7]         | Foreign
            ann@sub.example.test  | Foreign
            round@example.test    | Refused
            """)
    void doesNotGo(String recipient, String expected) {
        assertEquals(expected, route(recipient, 0).getClass().getSimpleName());
    }

    @Test
    void aCircleOfAliasesIsRefused() { // RFC 3463 section 3.5: X.4.6
        var refused = assertInstanceOf(Routing.Refused.class, route("round+x@example.test", 0));
        assertEquals("550 5.4.6", refused.reply().code() + " " + refused.reply().status());
    }

    @Test
    void everyoneGetsItOnce() {
        assertEquals(
                List.of("ann@example.test", "smtp:far.test cy@far.test opportunistic", "bo@shop.example.test"),
                ends(route("twice@example.test", 0)));
    }

    @Test
    void aWayThatLooksAtTheSizeSaysSo() {
        assertTrue(
                assertInstanceOf(Routing.To.class, route("ann@example.test", 0)).bySize());
        assertFalse(assertInstanceOf(Routing.To.class, route("x@lost.test", 0)).bySize());
    }

    @Test
    void theWayIsToldWithFileAndLine() {
        var why = route("bo@shop.example.test", 0).why();
        assertEquals("mailbox", why.getLast().outcome());
        var big = route("ann@example.test", 10_000_001).why();
        assertEquals("config/domains/example.test.toml:11", big.getFirst().policy());
    }

    @Test
    void nobodyIsUnknownWhileTheDirectoryIsAway() { // case ops-1cb
        accounts.goAway();
        assertInstanceOf(Routing.Unavailable.class, route("nobody@example.test", 0));
    }

    @Test
    void nothingIsForeignBeforeAGoodSetWasLoaded() { // case ops-1cb
        var answer = router.route(DomainPolicies.unknown(), question("ann@example.test", 0));
        assertInstanceOf(Routing.Unavailable.class, answer);
    }

    @Test
    void tooManyTargetsAreRefusedForNow() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            many.add("\"u" + i + "@far.test\"");
        }
        DomainPolicies big =
                Sets.good("--- a.test.toml\n[recipients.aliases]\nall = [" + String.join(",", many) + "]\n");
        var refused = assertInstanceOf(Routing.Refused.class, router.route(big, question("all@a.test", 0)));
        assertEquals("452 4.5.3", refused.reply().code() + " " + refused.reply().status());
    }

    @ParameterizedTest(name = "{0} as {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # case subm-6dc, RFC 6409 section 6.1: the same mapping in both directions
            all | all@shop.example.test      | may
            all | anything@shop.example.test | may
            all | all+list@shop.example.test | may
            all | bo@shop.example.test       | may not
            bo  | it.help@example.test       | may
            bo  | it.help@example.org        | may
            bo  | sales@example.test         | may
            bo  | ann@example.test           | may not
            bo  | x@far.test                 | may not
            bo  | round@example.test         | may not
            bo  | BO@shop.example.test       | may
            """)
    void mayOrMayNotSendAs(String who, String sender, String expected) {
        Account account = who.equals("all") ? all : bo;
        Optional<String> objection = router.mayNotSendAs(set, account, MailAddress.parse(sender));
        assertEquals(expected, objection.isEmpty() ? "may" : "may not", objection.toString());
    }

    @Test
    void anAccountThatIsDisabledStillGetsItsMail() {
        assertTrue(
                ends(route("dee@us.shop.example.test", 0)).contains(us.address().toString()));
        assertTrue(ends(route("ann@example.test", 0)).contains(ann.address().toString()));
    }

    private Question question(String recipient, long size) {
        return new Question(
                ReversePath.of(MailAddress.parse("x@far.test")), MailAddress.parse(recipient), size, Optional.empty());
    }

    private Routing route(String recipient, long size) {
        return router.route(set, question(recipient, size));
    }

    private static List<String> ends(Routing routing) {
        return switch (routing) {
            case Routing.To to ->
                to.targets().stream().map(DomainRouterTest::end).toList();
            default -> throw new AssertionError(routing.toString());
        };
    }

    private static String end(Target target) {
        return switch (target) {
            case Target.Mailbox mailbox -> mailbox.address().toString();
            case Target.Relay(var address, var lane, var tls) -> lane + " " + address + " " + tls;
        };
    }

    /// 64 octets in capitals, 96 in small letters: nobody of that name, but no fault of ours either.
    @Test
    void aLocalPartThatGrowsWhenItIsFoldedIsUnknown() {
        MailAddress grows = MailAddress.parse("\u023a".repeat(32) + "@example.test");
        assertInstanceOf(
                Routing.Unknown.class, router.route(set, new Question(ReversePath.NULL, grows, 0, Optional.empty())));
    }
}
