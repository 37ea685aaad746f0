package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.accounts.Accounts;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.trace.Traces;
import org.mutatio.current.Current;
import org.mutatio.pipeline.filters.FilterBook;
import org.mutatio.pipeline.gate.Gate;
import org.mutatio.pipeline.gate.Watchdog;
import org.mutatio.pipeline.transaction.Limits;
import org.mutatio.pipeline.transaction.MailPipeline;
import org.mutatio.pipeline.transaction.Observers;
import org.mutatio.pipeline.transaction.Services;
import org.mutatio.pipeline.transaction.VersionedRouter;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.PolicyLoader;
import org.mutatio.router.routing.DomainRouter;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;

/// A stranger cannot send through us, however he spells it: promises.md section 5 and section 8 row 20. The session
/// over the real pipeline and the real router; `example.com` is ours with the one account `ann`.
final class RelayTest {
    private static final String FORMS = """
            # plain, and by other capitals, labels and numbers
            <a@b.test>                               | 550 5.7.1
            <a@B.TEST>                               | 550 5.7.1
            <postmaster@b.test>                      | 550 5.7.1
            <a@sub.example.com>                      | 550 5.7.1
            <a@com>                                  | 550 5.7.1
            <a@notexample.com>                       | 550 5.7.1
            <a@example.com.b.test>                   | 550 5.7.1
            <a@localhost>                            | 550 5.7.1
            <a@127.0.0.1>                            | 550 5.7.1
            <a@2130706433>                           | 550 5.7.1
            # address literals, those of this host among them: no mailbox is named so
            <ann@[127.0.0.1]>                        | 550 5.7.1
            <ann@[192.0.2.1]>                        | 550 5.7.1
            <a@[IPv6:::1]>                           | 550 5.7.1
            <a@[IPv6:::ffff:192.0.2.1]>              | 550 5.7.1
            <a@[b.test]>                             | 501 5.1.3
            <a@[2130706433]>                         | 501 5.1.3
            # source routes; RFC 5321 appendix C: the route is dropped, its end counts
            <@example.com:a@b.test>                  | 550 5.7.1
            <@example.com,@b.test:a@c.test>          | 550 5.7.1
            <@[192.0.2.1]:a@b.test>                  | 550 5.7.1
            <@example.com:@b.test:a@c.test>          | 501 5.1.3
            <@b.test>                                | 501 5.1.3
            # the percent hack, bang paths and what they become: local parts that nobody has
            <a%b.test@example.com>                   | 550 5.1.1
            <a%b.test%c.test@example.com>            | 550 5.1.1
            <a%b.test@[192.0.2.1]>                   | 550 5.7.1
            <b.test!a@example.com>                   | 550 5.1.1
            <example.com!b.test!a@example.com>       | 550 5.1.1
            <example.com!a@b.test>                   | 550 5.7.1
            <b.test!a>                               | 501 5.1.3
            <=?utf-8?q?a=40b.test?=@example.com>     | 550 5.1.1
            # two at signs, quoted, escaped and not
            <a@b.test@example.com>                   | 501 5.1.3
            <a@example.com@b.test>                   | 501 5.1.3
            <"a@b.test"@example.com>                 | 550 5.1.1
            <"a@example.com"@b.test>                 | 550 5.7.1
            <"a@b.test">                             | 501 5.1.3
            <"a\\@b.test"@example.com>               | 550 5.1.1
            <a\\@b.test@example.com>                 | 501 5.1.3
            <"a%b.test"@example.com>                 | 550 5.1.1
            <"<a@b.test>"@example.com>               | 550 5.1.1
            <"ann"@b.test>                           | 550 5.7.1
            # more than one address, or something beside it
            <ann@example.com,a@b.test>               | 501 5.1.3
            <ann@example.com;a@b.test>               | 501 5.1.3
            <ann@example.com a@b.test>               | 501 5.1.3
            <ann@example.com>,<a@b.test>             | 501 5.5.4
            <ann@example.com><a@b.test>              | 501 5.5.4
            <ann@example.com> <a@b.test>             | 501 5.5.4
            <<ann@example.com>a@b.test>              | 501 5.1.3
            a@b.test                                 | 501 5.1.3
            Ann <a@b.test>                           | 501 5.1.3
            <smtp:a@b.test>                          | 501 5.1.3
            <a@b.test:25>                            | 501 5.1.3
            < a@b.test>                              | 501 5.1.3
            <a@b.test >                              | 501 5.1.3
            <a(ann@example.com)@b.test>              | 501 5.1.3
            # nothing where something should be
            <>                                       | 501 5.1.3
            <a@>                                     | 501 5.1.3
            <@>                                      | 501 5.1.3
            <a@.>                                    | 501 5.1.3
            <a@b.test.>                              | 501 5.1.3
            <a@example.com.>                         | 501 5.1.3
            # tags, letters outside ASCII and twins of ours
            <a+b.test@example.com>                   | 550 5.1.1
            <ann@ex\u0430mple.com>                   | 550 5.7.1
            <ann@xn--exmple-4nf.com>                 | 550 5.7.1
            <a@\uff42.test>                          | 550 5.7.1
            <a@b\u3002test>                          | 550 5.7.1
            <a@b.test\uff20example.com>              | 501 5.1.3
            <a\uff20b.test@example.com>              | 550 5.1.1
            <\u00e4@b.test>                          | 550 5.7.1
            # control characters
            <a\0@b.test>                             | 500 5.5.2
            <a@b.test\0@example.com>                 | 500 5.5.2
            <a@b.test\177>                         | 500 5.5.2
            <a@b.test\205>                        | 500 5.5.2
            <a@b.test\tann@example.com>              | 501 5.1.3
            """;

    private static final List<String> SENDERS = List.of("<>", "<bo@example.net>", "<ann@example.com>");

    private final Watchdog watchdog = new Watchdog();
    private final Meters meters = new Meters();
    private final Observers observers = new Observers(meters);
    private final FilterBook book = new FilterBook(InstantSource.system());

    @AfterEach
    void close() {
        watchdog.close();
        observers.close();
        book.close();
    }

    private MailPipeline pipeline() {
        Account ann = new Account(1, MailAddress.parse("ann@example.com"), "", Optional.empty(), true);
        DomainPolicies set = new PolicyLoader("config/domains", (_, _) -> {
                    throw new IOException("no secrets here");
                })
                .load(Map.of("_default.toml", new byte[0], "example.com.toml", new byte[0]), 1, Optional.empty())
                .set()
                .orElseThrow();
        var policies = new Current<>(Policies.class);
        policies.arrive(new OneSet(set), "org.mutatio.router", 1);
        var router = new Current<>(VersionedRouter.class);
        router.arrive(
                new VersionedRouter(
                        new DomainRouter(() -> new OnlyAnn(ann), (_, _, _, _) -> Optional.empty(), () -> set), "1"),
                "org.mutatio.router",
                1);
        var store = new Current<>(MailStore.class);
        store.arrive(quiet(MailStore.class), "org.mutatio.store", 2);
        var traces = new Current<>(Traces.class);
        traces.arrive(quiet(Traces.class), "org.mutatio.store", 2);
        return new MailPipeline(
                new Services(policies, router, store, traces),
                book.table(),
                new Gate(meters, watchdog),
                observers,
                new Limits(Duration.ofMinutes(2), List.of(), Duration.ofDays(5), Duration.ofDays(1)),
                meters,
                InstantSource.system(),
                new Random(1),
                "1");
    }

    private record OneSet(DomainPolicies current) implements Policies {
        @Override
        public AutoCloseable listen(Runnable changed) {
            return () -> {};
        }
    }

    private record OnlyAnn(Account ann) implements Accounts {
        @Override
        public Optional<Account> find(MailAddress address) {
            return address.folded().equals(ann.address()) ? Optional.of(ann) : Optional.empty();
        }

        @Override
        public List<Account> list(Optional<Domain> domain) {
            return List.of(ann);
        }
    }

    /// Admits everything, notes nothing; whoever asks for more than that fails.
    private static <T> T quiet(Class<T> service) {
        return service.cast(Proxy.newProxyInstance(
                service.getClassLoader(), new Class<?>[] {service}, (_, method, _) -> {
                    if (method.getReturnType() != void.class) {
                        throw new AssertionError("not to be called: " + method);
                    }
                    return null;
                }));
    }

    /// @return the replies to RCPT and what follows it
    private List<String> said(String role, String sender, String path, String command) {
        String said = new Talk()
                .role(role)
                .over(pipeline())
                .throwAt(((role.equals("lmtp") ? "LHLO" : "EHLO") + " client.test\r\nMAIL FROM:" + sender
                                + " SMTPUTF8\r\nRCPT TO:" + path + "\r\n" + command + "\r\nQUIT\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        List<String> replies =
                said.lines().filter(line -> line.charAt(3) == ' ').toList();
        assertTrue(replies.get(2).startsWith("250 2.1.0 "), said);
        return replies.subList(3, replies.size());
    }

    @TestFactory
    List<DynamicTest> noFormIsRelayed() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : FORMS.lines().filter(line -> !line.startsWith("#")).toList()) {
            int bar = line.lastIndexOf('|');
            String path = line.substring(0, bar).stripTrailing();
            String reply = line.substring(bar + 1).strip();
            tests.add(DynamicTest.dynamicTest(path + " " + reply, () -> {
                for (String role : List.of("mx", "lmtp")) {
                    for (String sender : SENDERS) {
                        List<String> said = said(role, sender, path, "DATA");
                        assertTrue(
                                said.getFirst().startsWith(reply + " "),
                                () -> role + " from " + sender + ": " + said.getFirst());
                        assertTrue(said.get(1).contains("no valid recipients"), said::toString);
                    }
                }
            }));
        }
        assertTrue(tests.size() >= 25);
        return tests;
    }

    @Test
    void submissionTakesNoSenderBeforeLogIn() { // RFC 6409 section 4.3
        for (String sender : SENDERS) {
            new Talk().role("submission").over(pipeline()).talk("""
                    S: 220 *
                    C: EHLO client.test
                    S: 250...
                    C: MAIL FROM:%s
                    S: 530 5.7.0 *
                    C: RCPT TO:<a@b.test>
                    S: 503 5.5.1 *
                    """.formatted(sender));
        }
    }

    /// So that the table is not right only because everything is refused.
    @Test
    void oursIsAccepted() {
        for (String path : List.of(
                "<ann@example.com>",
                "<Ann@EXAMPLE.COM>",
                "<\"ann\"@example.com>",
                "<ann+tag@example.com>",
                "<@b.test:ann@example.com>")) {
            List<String> said = said("mx", "<bo@example.net>", path, "RSET");
            assertTrue(said.getFirst().startsWith("250 2.1.5 "), path + said);
        }
    }
}
