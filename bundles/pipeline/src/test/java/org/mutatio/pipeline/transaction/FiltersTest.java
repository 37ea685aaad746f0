package org.mutatio.pipeline.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.store.Change;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.sdk.settings.Default;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;

class FiltersTest {

    private static final Reply NO = Reply.of(550, "5.7.1", "not wanted");
    private static final Reply LATER = Reply.of(450, "4.7.1", "later");

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private Transaction.Answer send() {
        bench.clock.move(Duration.ofMillis(1));
        return bench.send(Bench.MESSAGE, "ann@example.com");
    }

    private static Probe says(Decision decision) {
        return Probe.of((_, _) -> decision);
    }

    private String lastTrace() {
        return Bench.words(bench.store.refused.getLast());
    }

    // --- decisions at MESSAGE

    @Test
    void nextLetsItPassAndTheTraceNamesFilterVersionAndTime() {
        bench.filter(says(Decision.next().because("2 KB of 20 MB")));
        assertEquals(250, send().reply().code());
        TraceStep step = bench.trace().steps().stream()
                .filter(one -> one.actor().equals("probe"))
                .findFirst()
                .orElseThrow();
        assertEquals("message", step.stage());
        assertEquals("1.0.0 (abcd)", step.version());
        assertEquals("next", step.outcome());
        assertEquals("2 KB of 20 MB", step.reason());
        assertEquals("ann@example.com", step.subject());
    }

    @Test
    void aRejectIsToldWithTheMailId() {
        bench.filter(says(Decision.reject(NO).because("on the list")));
        Transaction.Answer answer = send();
        Trace trace = bench.store.refused.getFirst();
        assertEquals("550 5.7.1 not wanted (" + trace.id() + ")", answer.reply().toString());
        assertTrue(answer.kept().isEmpty());
        assertTrue(bench.store.delivered.isEmpty());
        assertEquals("rejected", trace.outcome());
        assertTrue(lastTrace().contains("message probe ann@example.com reject 550 5.7.1 on the list"), lastTrace());
        assertEquals(1, bench.count("mutatio_rejects_total", "stage=\"message\",reason=\"filter\""));
        assertEquals(1, bench.count("mutatio_messages_total", "outcome=\"rejected\""));
    }

    @Test
    void aDeferIsTransient() {
        bench.filter(says(Decision.defer(LATER)));
        assertEquals(450, send().reply().code());
        assertEquals("deferred", bench.store.refused.getFirst().outcome());
    }

    @Test
    void acceptEndsTheStage() {
        Probe behind = says(Decision.reject(NO));
        bench.filter(says(Decision.accept()), "name", "a");
        bench.filter(behind, "name", "b");
        assertEquals(250, send().reply().code());
        assertEquals(0, behind.calls.get());
    }

    @Test
    void discardIsAnswered250AndDroppedAndTraced() {
        bench.filter(says(Decision.discard("a bomb")));
        assertEquals(250, send().reply().code());
        assertTrue(bench.store.kept.isEmpty());
        assertEquals(List.of(), bench.store.delivered.getFirst().outcomes());
        assertEquals("discarded", bench.trace().outcome());
        assertTrue(Bench.words(bench.trace()).contains("discarded probe: a bomb"));
    }

    @Test
    void redirectGoesWhereThatAddressLeads() {
        bench.house.account("abuse@example.com");
        bench.filter(says(Decision.redirect(MailAddress.parse("abuse@example.com"))));
        assertEquals(250, send().reply().code());
        assertEquals(1, bench.store.kept.size());
        assertTrue(bench.store.kept.getFirst().text().contains("Delivered-To: abuse@example.com"));
    }

    @Test
    void redirectToNowhereIsNotTheSendersFault() {
        bench.filter(says(Decision.redirect(MailAddress.parse("nobody@example.com"))));
        assertEquals(451, send().reply().code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"MESSAGE", "RCPT", "DELIVER"})
    void redirectToAForeignAddressIsQueuedAsAnAliasWouldBe(String stage) {
        bench.house.domain("example.com").set("tls.outgoing", "require");
        Decision away = Decision.redirect(MailAddress.parse("ann@far.example.org"));
        bench.filter(stage.equals("RCPT") ? Probe.early(_ -> away) : says(away), "stage", stage);
        Reply reply = send().reply();
        assertEquals("250 2.0.0", reply.code() + " " + reply.status());
        assertTrue(bench.store.kept.isEmpty());
        Change.QueueEntry entry = bench.store.queue.getFirst();
        assertEquals("smtp:far.example.org", entry.lane());
        assertEquals("ann@far.example.org", entry.recipients().getFirst().address());
        assertEquals("require", entry.attributes().get("tls"));
        assertFalse(entry.held());
        assertEquals("queued", bench.trace().outcome());
    }

    @Test
    void whatCannotBeHeldWhereItIsRedirectedToIsRefusedForGood() { // RFC 4865
        bench.role = "submission";
        bench.account = Optional.of(bench.house.account("ann@example.com"));
        bench.filter(says(Decision.redirect(MailAddress.parse("ann@example.com"))));
        MailParameters held = new MailParameters(0, false, "8BITMIME", Map.of("HOLDFOR", "60"));
        Reply reply = bench.send("ann@example.com", held, Bench.MESSAGE, "di@far.example.org")
                .reply();
        assertEquals("550 5.3.3", reply.code() + " " + reply.status());
    }

    @Test
    void quarantineIsFoundByEachInTheMailboxWithTheRoleJunk() { // case spam-4a3
        bench.house.account("cy@example.com");
        bench.house.account("di@example.com");
        bench.house.alias("team@example.com", "cy@example.com", "di@example.com");
        bench.filter(says(Decision.quarantine("score 7")));
        assertEquals(
                250,
                bench.send(Bench.MESSAGE, "ann@example.com", "team@example.com")
                        .reply()
                        .code());
        assertEquals(3, bench.store.kept.size());
        for (FakeStore.Kept kept : bench.store.kept) {
            assertEquals("\\Junk", kept.place());
            assertTrue(kept.placement().flags().hasKeyword("$Junk"));
        }
        String words = Bench.words(bench.trace());
        assertEquals("quarantined", bench.trace().outcome());
        assertTrue(
                words.contains(
                        "di@example.com quarantined in the mailbox with the role \\Junk of di@example.com; probe: score 7"),
                words);
    }

    @Test
    void outboundMailInQuarantineIsHeld() {
        bench.role = "submission";
        bench.account = Optional.of(bench.house.account("ann@example.com"));
        bench.filter(says(Decision.quarantine("hacked?")));
        assertEquals(
                250,
                bench.send("ann@example.com", MailParameters.NONE, Bench.MESSAGE, "di@far.example.org")
                        .reply()
                        .code());
        assertEquals(1, bench.store.queue.size());
        assertTrue(bench.store.queue.getFirst().held());
        assertEquals(bench.clock.instant(), bench.store.queue.getFirst().notBefore()); // due when it is released
        assertTrue(Bench.words(bench.trace()).contains("mutatio queue release"));
    }

    @Test
    void onlyWhatIsInQuarantineIsHeld() {
        bench.role = "submission";
        bench.account = Optional.of(bench.house.account("ann@example.com"));
        bench.filter(
                Probe.of((mail, _) -> mail.envelope()
                                .recipients()
                                .getFirst()
                                .address()
                                .domain()
                                .ascii()
                                .equals("far.example.org")
                        ? Decision.quarantine("hacked?")
                        : Decision.next()),
                "stage",
                "SEND");
        assertEquals(
                250,
                bench.send(
                                "ann@example.com",
                                MailParameters.NONE,
                                Bench.MESSAGE,
                                "di@far.example.org",
                                "ed@near.example.org")
                        .reply()
                        .code());
        assertEquals(
                List.of("smtp:far.example.org true", "smtp:near.example.org false"),
                bench.store.queue.stream()
                        .map(entry -> entry.lane() + " " + entry.held())
                        .sorted()
                        .toList());
    }

    // --- faults, each with its failure policy

    private Probe faulty(String kind) {
        return Probe.of((mail, _) -> switch (kind) {
            case "exception" -> throw new IllegalStateException("bang \"quoted\"\r\nline");
            case "checked" -> throw new java.io.IOException("no disk");
            case "error" -> throw new LinkageError("no such class");
            case "overflow" -> overflow(0);
            case "assertion" ->
                throw new AssertionError("hostile") {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("even this");
                    }
                };
            case "null" -> nothing();
            case "undeclared" -> {
                mail.edits().addHeader("X-A", "b");
                yield Decision.next();
            }
            case "swallowed" -> {
                try {
                    mail.edits().addTag("x");
                } catch (IllegalStateException e) {
                    mail.fact(String.class);
                }
                yield Decision.next();
            }
            default -> throw new IllegalArgumentException(kind);
        });
    }

    @SuppressWarnings("NullAway") // what a careless filter does
    private static Decision nothing() {
        return null;
    }

    @SuppressWarnings("InfiniteRecursion")
    private static Decision overflow(int depth) {
        return overflow(depth + 1);
    }

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({
        "exception,foreign", "exception,own", "checked,foreign", "error,foreign", "error,own", "overflow,foreign",
        "overflow,own", "assertion,foreign", "null,foreign", "null,own", "undeclared,foreign", "swallowed,own"
    })
    void whateverAFilterThrowsEndsAtTheGate(String kind, String whose) {
        Probe behind = says(Decision.next());
        if (whose.equals("own")) {
            bench.own(faulty(kind), "onFailure", "OPEN");
        } else {
            bench.filter(faulty(kind), "onFailure", "OPEN");
        }
        bench.filter(behind, "name", "zz");
        assertEquals(250, send().reply().code());
        assertEquals(1, behind.calls.get());
        String words = Bench.words(bench.trace());
        assertTrue(words.contains("message probe ann@example.com fault, open "), words);
        assertFalse(bench.store.kept.getFirst().text().contains("X-A"));
        String label = switch (kind) {
            case "null" -> "null";
            case "undeclared", "swallowed" -> "undeclared";
            default -> "throws";
        };
        assertEquals(1, bench.count("mutatio_filter_faults_total", "filter=\"probe\",kind=\"" + label + "\""));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"OPEN,250,INBOX", "DEFER,451,", "REJECT,554,", "QUARANTINE,250,\\Junk"})
    void theFailurePolicySaysWhatBecomesOfTheMessage(String policy, int code, String place) {
        bench.filter(faulty("exception"), "onFailure", policy);
        assertEquals(code, send().reply().code());
        assertEquals(
                place,
                bench.store.kept.isEmpty() ? null : bench.store.kept.getFirst().place());
    }

    @Test
    void aHangingFilterIsGivenUpAtItsDeadlineAndItsLateEditsAreNobodys() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<String> late = new LinkedBlockingQueue<>();
        bench.filter(
                Probe.of((mail, _) -> {
                    go.await();
                    try {
                        mail.edits().addHeader("X-Late", "yes");
                        late.add("taken");
                    } catch (IllegalStateException e) {
                        late.add("refused");
                    }
                    try {
                        mail.octets().read(0, java.nio.ByteBuffer.allocate(1));
                        late.add("read");
                    } catch (java.io.IOException e) {
                        late.add("closed");
                    }
                    return Decision.reject(NO);
                }),
                "onFailure",
                "OPEN",
                "deadline",
                "50 ms",
                "changes",
                new String[] {"HEADERS"});
        assertEquals(250, send().reply().code());
        assertTrue(Bench.words(bench.trace()).contains("deadline: no answer within 50 ms"));
        FilterEntry entry = bench.book.table().all().getFirst();
        assertEquals(1, entry.bulkhead().orElseThrow().lost());
        go.countDown();
        assertEquals("refused", late.poll(10, TimeUnit.SECONDS));
        assertEquals("closed", late.poll(10, TimeUnit.SECONDS));
        assertFalse(bench.store.kept.getFirst().text().contains("X-Late"));
    }

    @Test
    void allFiltersTogetherHaveADeadline() throws Exception { // case smtp-0d2
        CountDownLatch never = new CountDownLatch(1);
        try (Bench hasty = new Bench(Duration.ofMillis(60))) {
            hasty.filter(
                    Probe.of((_, _) -> {
                        never.await();
                        return Decision.next();
                    }),
                    "onFailure",
                    "OPEN",
                    "deadline",
                    "30 s");
            Reply reply = hasty.send(Bench.MESSAGE, "ann@example.com").reply();
            assertEquals("451 4.3.0", reply.code() + " " + reply.status());
            assertTrue(hasty.store.delivered.isEmpty());
            // nobody's fault: the breaker stays closed
            assertEquals(0, hasty.book.table().all().getFirst().faults());
        } finally {
            never.countDown();
        }
    }

    @Test
    void aPluginThatTakesAllItsThreadsHurtsOnlyItself() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        bench.filter(
                Probe.of((_, _) -> {
                    go.await();
                    return Decision.next();
                }),
                "name",
                "greedy",
                "onFailure",
                "OPEN",
                "deadline",
                "20 ms");
        Probe other = says(Decision.next());
        bench.filter(other, "name", "other");
        for (int i = 0; i < 12; i++) {
            assertEquals(
                    250,
                    bench.send(Bench.MESSAGE.replace("Hello", "Hello " + i), "ann@example.com")
                            .reply()
                            .code());
            bench.clock.move(Duration.ofSeconds(61)); // the breaker lets one try again each time
        }
        assertEquals(12, other.calls.get());
        go.countDown();
    }

    @Test
    void threeFaultsOpenTheBreakerAndASuccessClosesIt() {
        boolean[] broken = {true};
        Probe probe = Probe.of((_, _) -> {
            if (broken[0]) {
                throw new IllegalStateException("bang");
            }
            return Decision.next();
        });
        bench.own(probe, "onFailure", "OPEN");
        for (int i = 0; i < 5; i++) {
            bench.send(Bench.MESSAGE + i, "ann@example.com");
        }
        assertEquals(3, probe.calls.get());
        assertTrue(Bench.words(bench.trace()).contains("open: its breaker for example.com is open"));
        bench.clock.move(Duration.ofSeconds(60));
        bench.send(Bench.MESSAGE + "again", "ann@example.com"); // one tries, and fails
        bench.send(Bench.MESSAGE + "again 2", "ann@example.com");
        assertEquals(4, probe.calls.get());
        broken[0] = false;
        bench.clock.move(Duration.ofSeconds(60));
        bench.send(Bench.MESSAGE + "well", "ann@example.com");
        bench.send(Bench.MESSAGE + "well 2", "ann@example.com");
        assertEquals(6, probe.calls.get());
    }

    @Test
    void theBreakerOfOneDomainSparesTheOthers() {
        bench.house.account("cy@other.example.com");
        bench.house.domain("other.example.com").own();
        Probe probe = Probe.of((_, context) -> {
            if (context.domain().ascii().equals("example.com")) {
                throw new IllegalStateException("bang");
            }
            return Decision.next();
        });
        bench.own(probe, "onFailure", "OPEN");
        for (int i = 0; i < 4; i++) {
            bench.send(Bench.MESSAGE + i, "ann@example.com");
        }
        assertEquals(3, probe.calls.get());
        bench.send(Bench.MESSAGE, "cy@other.example.com");
        assertEquals(4, probe.calls.get());
    }

    // --- several policies

    private void twoPolicies(String mixed) {
        bench.house.account("cy@strict.example.com");
        bench.house.domain("strict.example.com").own().set("pipeline.mixed-verdict", mixed);
        bench.filter(Probe.of((_, context) -> context.domain().ascii().startsWith("strict")
                ? Decision.reject(NO).because("strict")
                : Decision.next()));
    }

    @Test
    void messageRunsOncePerDistinctPolicy() {
        bench.house.account("cy@other.example.com");
        bench.house.account("di@own.example.com");
        bench.house.domain("own.example.com").own();
        Probe probe = says(Decision.next());
        bench.filter(probe);
        bench.send(Bench.MESSAGE, "ann@example.com", "cy@other.example.com", "di@own.example.com");
        assertEquals(2, probe.calls.get());
        assertEquals(3, bench.store.kept.size());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"quarantine", "discard", "reject"})
    void aMixedVerdictGoesAsThePolicySays(String mixed) {
        twoPolicies(mixed);
        Reply reply = bench.send(Bench.MESSAGE, "ann@example.com", "cy@strict.example.com")
                .reply();
        List<String> places =
                bench.store.kept.stream().map(FakeStore.Kept::place).toList();
        switch (mixed) {
            case "quarantine" -> {
                assertEquals(250, reply.code());
                assertEquals(List.of("INBOX", "\\Junk"), places);
                assertTrue(Bench.words(bench.trace()).contains("mixed verdict, probe: strict"));
                assertEquals("kept", bench.trace().outcome());
            }
            case "discard" -> {
                assertEquals(250, reply.code());
                assertEquals(List.of("INBOX"), places);
            }
            default -> {
                assertEquals(550, reply.code());
                assertEquals(List.of(), places);
            }
        }
    }

    @Test
    void whenAllRefuseItIsRefused() {
        twoPolicies("quarantine");
        assertEquals(
                550, bench.send(Bench.MESSAGE, "cy@strict.example.com").reply().code());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"lmtp", "prdr"})
    void lmtpAndPrdrAnswerEachRecipient(String way) {
        bench.role = way.equals("lmtp") ? "lmtp" : "mx";
        twoPolicies("quarantine");
        MailParameters parameters =
                new MailParameters(0, false, "7BIT", way.equals("prdr") ? Map.of("PRDR", "") : Map.of());
        Transaction.Answer answer = bench.send(
                "bo@example.net",
                parameters,
                Bench.MESSAGE,
                "ann@example.com",
                "cy@strict.example.com",
                "ann@example.com");
        assertEquals(
                List.of(250, 550, 250), answer.each().stream().map(Reply::code).toList());
        assertTrue(answer.each().get(1).text().contains(bench.trace().id().text()));
        assertEquals(250, answer.reply().code());
        assertEquals(1, bench.store.kept.size());
    }

    @Test
    void oneWhoDefersDefersAllWhenThereIsOneReply() {
        bench.house.account("cy@slow.example.com");
        bench.house.domain("slow.example.com").own();
        bench.filter(Probe.of(
                (_, context) -> context.domain().ascii().startsWith("slow") ? Decision.defer(LATER) : Decision.next()));
        assertEquals(
                450,
                bench.send(Bench.MESSAGE, "ann@example.com", "cy@slow.example.com")
                        .reply()
                        .code());
        assertTrue(bench.store.delivered.isEmpty());
    }

    // --- other stages

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"CONNECT", "HELO"})
    void aRefusalBeforeMailReplacesTheGreeting(String stage) {
        bench.filter(Probe.early(_ -> Decision.reject(Reply.of(554, "5.7.1", "go away"))), "stage", stage);
        var session = bench.session();
        Optional<Reply> reply = stage.equals("CONNECT") ? session.connect() : session.helo();
        assertEquals(554, reply.orElseThrow().code());
        Trace trace = bench.store.refused.getFirst();
        assertTrue(reply.orElseThrow().text().contains(trace.id().text()));
        assertTrue(Bench.words(trace).contains(" probe "));
    }

    @Test
    void aQuarantineAtConnectIsOfAllThatComes() {
        bench.filter(Probe.early(_ -> Decision.quarantine("bad network")), "stage", "CONNECT");
        var session = bench.session();
        assertTrue(session.connect().isEmpty());
        try (Transaction transaction = session.begin(org.mutatio.sdk.mail.ReversePath.NULL, MailParameters.NONE)) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            Bench.message(transaction, Bench.MESSAGE);
        }
        assertEquals("\\Junk", bench.store.kept.getFirst().place());
    }

    @Test
    void mailAndRcptFiltersRefuse() {
        bench.filter(Probe.early(_ -> Decision.reject(NO)), "stage", "MAIL", "name", "m");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            assertEquals(550, transaction.mail().orElseThrow().code());
        }
    }

    @Test
    void rcptFiltersAreRuledByTheRecipientsPolicy() {
        List<String> domains = new ArrayList<>();
        bench.own(
                Probe.early(context -> {
                    domains.add(context.domain().ascii());
                    return Decision.defer(LATER);
                }),
                "stage",
                "RCPT");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            assertEquals(
                    450,
                    transaction
                            .recipient(MailAddress.parse("ann@example.com"), Map.of())
                            .code());
        }
        assertEquals(List.of("example.com"), domains);
    }

    @Test
    void redirectAtRcptIsJudgedAtMessage() {
        bench.house.account("cy@example.com");
        Probe message = says(Decision.next());
        bench.filter(
                Probe.early(_ -> Decision.redirect(MailAddress.parse("cy@example.com"))), "stage", "RCPT", "name", "r");
        bench.filter(message, "name", "m");
        assertEquals(250, send().reply().code());
        assertTrue(bench.store.kept.getFirst().text().contains("Delivered-To: cy@example.com"));
        assertEquals(1, message.calls.get());
    }

    @Test
    void deliverRunsForEachMailboxAndSendForEachDestination() {
        bench.house.account("cy@example.com");
        bench.role = "submission";
        bench.account = Optional.of(bench.house.account("ann@example.com"));
        Probe deliver = Probe.of((mail, _) -> {
            mail.edits()
                    .addHeader(
                            "X-For",
                            mail.envelope().recipients().getFirst().address().toString());
            return Decision.next();
        });
        Probe sent = Probe.of((mail, _) -> {
            mail.edits().addHeader("X-Signed", "yes");
            return Decision.next();
        });
        bench.filter(deliver, "name", "d", "stage", "DELIVER", "changes", "HEADERS");
        bench.filter(sent, "name", "s", "stage", "SEND", "changes", "HEADERS");
        bench.send(
                "ann@example.com",
                MailParameters.NONE,
                Bench.MESSAGE,
                "ann@example.com",
                "cy@example.com",
                "x@far.example.org",
                "y@far.example.org");
        assertEquals(2, deliver.calls.get());
        assertEquals(1, sent.calls.get());
        assertTrue(bench.store.kept.get(0).text().contains("X-For: ann@example.com\r\n"));
        assertTrue(bench.store.kept.get(1).text().contains("X-For: cy@example.com\r\n"));
        assertFalse(bench.store.kept.get(0).text().contains("X-Signed"));
        assertEquals(1, bench.store.queue.size());
        assertEquals(2, bench.store.queue.getFirst().recipients().size());
        assertTrue(bench.store.queuedTexts.getFirst().contains("X-Signed: yes\r\n"));
    }

    @Test
    void observersAreToldWhatBecameOfItAndReadIt() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        org.mutatio.sdk.filter.Filter observer = new org.mutatio.sdk.filter.Filter() {
            @Override
            public void done(
                    org.mutatio.sdk.mail.Mail mail, String outcome, org.mutatio.sdk.filter.FilterContext context) {
                told.add(outcome.substring(0, 8) + " " + mail.root().text(100)
                        + mail.headers().first("Subject"));
            }
        };
        bench.filter(observer, "stage", "DONE");
        send();
        assertEquals("kept 250 Hello Ann.\r\nOptional[hello]", told.poll(10, TimeUnit.SECONDS));
    }

    // --- edits

    @Test
    void editsAreInTheRopeAndBehindFiltersSeeThem() {
        AtomicReference<String> seen = new AtomicReference<>("");
        bench.filter(
                Probe.of((mail, _) -> {
                    mail.edits().addHeader("X-Note", "grün");
                    mail.edits().replaceHeader("Subject", "[x] hello");
                    mail.edits().removeHeaders("Date");
                    mail.edits().addTag("work");
                    mail.edits().addScore("BAYES", 2.5);
                    return Decision.next();
                }),
                "name",
                "a",
                "changes",
                new String[] {"HEADERS", "TAGS", "SCORE"});
        bench.filter(
                Probe.of((mail, _) -> {
                    seen.set(mail.headers().first("X-Note") + " "
                            + mail.headers().all("Date") + " " + mail.headers().first("subject"));
                    return Decision.next();
                }),
                "name",
                "b");
        send();
        assertEquals("Optional[grün] [] Optional[[x] hello]", seen.get());
        FakeStore.Kept kept = bench.store.kept.getFirst();
        assertTrue(kept.text().contains("X-Note: =?utf-8?"), kept.text());
        assertTrue(kept.text().contains("Subject: [x] hello\r\nMessage-ID: <1@example.net>\r\n\r\nHello Ann.\r\n"));
        assertFalse(kept.text().contains("Date: "));
        assertTrue(kept.placement().flags().hasKeyword("work"));
        assertTrue(Bench.words(bench.trace())
                .contains("added X-Note, replaced Subject, removed Date, tag work, score BAYES 2.5"));
        summaryFits();
    }

    private void summaryFits() {
        String text = bench.store.kept.getLast().text();
        var outcome = bench.store.delivered.getLast().outcomes().getFirst();
        assertEquals(
                java.nio.ByteBuffer.wrap(StructureScanner.scan(text.getBytes(StandardCharsets.UTF_8))
                        .toBytes()),
                outcome.summary());
    }

    @Test
    void aReplacedPartIsEncodedAsItWas() {
        String multipart = """
                From: bo@example.net
                Message-ID: <2@example.net>
                Content-Type: multipart/mixed; boundary="b"

                --b
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: base64

                SGVsbG8=
                --b
                Content-Type: application/octet-stream; name="a.bin"
                Content-Transfer-Encoding: base64

                AAEC
                --b--
                """.replace("\n", "\r\n");
        bench.filter(
                Probe.of((mail, _) -> {
                    var part = mail.root().children().getFirst();
                    String text = part.text(1000) + "\n-- \nThe disclaimer";
                    mail.edits()
                            .replacePart(
                                    part.number(), new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
                    return Decision.next();
                }),
                "changes",
                "BODY");
        bench.send(multipart, "ann@example.com");
        String text = bench.store.kept.getFirst().text();
        assertTrue(text.contains("SGVsbG8NCi0tIA0KVGhlIGRpc2NsYWltZXI="), text);
        assertTrue(text.contains("\r\n--b\r\nContent-Type: application/octet-stream"), text);
        summaryFits();
    }

    @Test
    void aReplacedBodyHasNoBareLineEnds() {
        bench.filter(
                Probe.of((mail, _) -> {
                    mail.edits().replaceBody(new ByteArrayInputStream("a\nb\rc".getBytes(StandardCharsets.US_ASCII)));
                    return Decision.next();
                }),
                "changes",
                "BODY");
        send();
        assertTrue(bench.store.kept.getFirst().text().endsWith("\r\n\r\na\r\nb\r\nc"));
        summaryFits();
    }

    @Test
    void anEditOfAPartThatIsNotThereIsAFault() {
        bench.filter(
                Probe.of((mail, _) -> {
                    mail.edits().replacePart("7.7", new ByteArrayInputStream(new byte[0]));
                    return Decision.next();
                }),
                "changes",
                "BODY");
        assertEquals(451, send().reply().code());
        assertTrue(lastTrace().contains("edit: no leaf with the number 7.7"), lastTrace());
    }

    @Test
    void editsOfOnePolicyAreNotSeenByAnother() {
        bench.house.account("cy@other.example.com");
        bench.house.domain("other.example.com").own();
        bench.filter(
                Probe.of((mail, context) -> {
                    mail.edits().addHeader("X-Domain", context.domain().ascii());
                    return Decision.next();
                }),
                "changes",
                "HEADERS");
        bench.send(Bench.MESSAGE, "ann@example.com", "cy@other.example.com");
        assertTrue(bench.store.kept.get(0).text().contains("X-Domain: example.com\r\n"));
        assertFalse(bench.store.kept.get(1).text().contains("X-Domain: example.com\r\n"));
        assertTrue(bench.store.kept.get(1).text().contains("X-Domain: other.example.com\r\n"));
    }

    /// Case smtp-316: one odd header took other servers down; here all that a filter can ask for has an answer.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "From: root (Cron Daemon)",
                "From: =?utf-8?q?Act_=5BNOW=5D?= <a@s.test>",
                "From: =?utf-8?q?Act_=5",
                "From: =?x-none?b?!!!?=",
                "From: ;",
                "From:",
                "From: <>, \"",
                "From: (((((",
                "X: there is no From",
                "Content-Type: ;;; =\r\nContent-Disposition: \"\r\nContent-Transfer-Encoding: =?",
                "Content-Type: multipart/mixed; boundary=\"",
                "Content-Type: text/plain; charset*0*=%; charset*1*=''%zz"
            })
    void whateverTheHeaderIsAFilterReadsIt(String fields) {
        AtomicReference<String> read = new AtomicReference<>("");
        bench.filter(Probe.of((mail, _) -> {
            read.set(mail.headers().fields()
                    + mail.headers().all("From").toString()
                    + mail.headers().first("From")
                    + mail.root().contentType()
                    + mail.root().parameters()
                    + mail.root().disposition()
                    + mail.root().fileName()
                    + mail.root().text(1_000)
                    + mail.root().children()
                    + mail.attachments());
            return Decision.next();
        }));
        assertEquals(
                250,
                bench.send(fields + "\r\nSubject: x\r\n\r\nhello\r\n", "ann@example.com")
                        .reply()
                        .code());
        assertFalse(read.get().isEmpty());
        assertFalse(Bench.words(bench.trace()).contains("fault"), Bench.words(bench.trace()));
        assertTrue(bench.store.kept.getFirst().text().contains(fields));
    }

    @Test
    void factsAreSeenByThoseBehindAndGoneAfterwards() { // case osgi-c4d
        record Verdict(String spf) {}
        AtomicReference<String> seen = new AtomicReference<>("");
        AtomicReference<org.mutatio.sdk.mail.Mail> held = new AtomicReference<>();
        bench.filter(
                Probe.of((mail, _) -> {
                    mail.addFact(Verdict.class, new Verdict("pass"));
                    return Decision.next();
                }),
                "name",
                "a",
                "phase",
                "AUTHENTICATION");
        bench.filter(
                Probe.of((mail, _) -> {
                    seen.set(mail.fact(Verdict.class).toString());
                    held.set(mail);
                    return Decision.next();
                }),
                "name",
                "b");
        send();
        assertEquals("Optional[Verdict[spf=pass]]", seen.get());
        assertEquals(Optional.empty(), held.get().fact(Verdict.class));
    }

    // --- order, settings, ways

    @Test
    void phasesComeFirstThenBeforeAndAfterThenNames() {
        List<String> order = new ArrayList<>();
        for (String[] one : new String[][] {
            {"rewrite", "REWRITE", "", ""},
            {"b", "CONTENT", "", ""},
            {"a", "CONTENT", "", "b"},
            {"c", "CONTENT", "b", ""},
            {"access", "ACCESS", "", ""}
        }) {
            bench.own(
                    Probe.of((_, _) -> {
                        order.add(one[0]);
                        return Decision.next();
                    }),
                    "name",
                    one[0],
                    "phase",
                    one[1],
                    "before",
                    one[2].isEmpty() ? new String[0] : new String[] {one[2]},
                    "after",
                    one[3].isEmpty() ? new String[0] : new String[] {one[3]});
        }
        send();
        assertEquals(List.of("access", "c", "b", "a", "rewrite"), order);
    }

    @Test
    void aCycleIsBrokenByNameAndReported() {
        List<String> order = new ArrayList<>();
        for (String[] one : new String[][] {{"x", "y"}, {"y", "x"}}) {
            bench.own(
                    Probe.of((_, _) -> {
                        order.add(one[0]);
                        return Decision.next();
                    }),
                    "name",
                    one[0],
                    "after",
                    new String[] {one[1]});
        }
        send();
        assertEquals(List.of("x", "y"), order);
        assertEquals(1, bench.book.table().problems().size());
        assertTrue(bench.book.table().problems().getFirst().contains("[x, y]"));
    }

    record Settings(@Default("20") int max) {}

    private static Map<String, SettingValue> table(Object... pairs) {
        Map<String, SettingValue> table = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            table.put((String) pairs[i], (SettingValue) pairs[i + 1]);
        }
        return table;
    }

    private static final String LINE = "config/domains/example.com.toml:12";

    @Test
    void settingsComeFromTheRecipientsPolicyAndTheTraceNamesTheLine() {
        List<Integer> seen = new ArrayList<>();
        bench.house
                .domain("example.com")
                .filter(
                        "probe",
                        table(
                                "max",
                                new SettingValue.Numeric(7, true, LINE),
                                "mode",
                                new SettingValue.Text("on", LINE)));
        bench.house.account("cy@other.example.com");
        bench.own(Probe.of((_, context) -> {
                    seen.add(context.settings(Settings.class).max());
                    return Decision.next();
                })
                .withSettings(Settings.class));
        bench.send(Bench.MESSAGE, "ann@example.com");
        assertTrue(bench.trace().steps().stream().anyMatch(step -> step.policy().equals(LINE)));
        bench.send(Bench.MESSAGE, "cy@other.example.com");
        assertEquals(List.of(7, 20), seen);
    }

    @Test
    void settingsAreCheckedBeforeMailComes() {
        bench.own(says(Decision.next()).withSettings(Settings.class));
        assertEquals(
                List.of(LINE + ": unknown setting maxx; did you mean max?"),
                bench.book.check("probe", new SettingTable(table("maxx", new SettingValue.Numeric(7, true, LINE)))));
        assertEquals(
                List.of(),
                bench.book.check(
                        "probe",
                        new SettingTable(table(
                                "enabled",
                                new SettingValue.Flag(false, LINE),
                                "mode",
                                new SettingValue.Text("shadow", LINE)))));
        assertEquals(List.of(), bench.book.check("later", SettingTable.EMPTY));
        assertEquals(List.of("probe"), bench.book.filters());
    }

    @Test
    void aPolicyMaySwitchAFilterOff() {
        bench.house.domain("example.com").filter("probe", table("enabled", new SettingValue.Flag(false, LINE)));
        Probe probe = says(Decision.reject(NO));
        bench.filter(probe);
        assertEquals(250, send().reply().code());
        assertEquals(0, probe.calls.get());
        assertTrue(Bench.words(bench.trace()).contains("probe ann@example.com skipped enabled = false"));
    }

    @Test
    void aPolicySaysOnWhichWaysInFiltersAreAsked() {
        bench.house.domain("example.com").set("pipeline.ways", "submission");
        Probe probe = says(Decision.reject(NO));
        bench.filter(probe);
        assertEquals(250, send().reply().code());
        assertEquals(0, probe.calls.get());
    }

    // --- versions

    @Test
    void aTransactionKeepsTheVersionItCalledFirst() {
        Probe old = Probe.early(_ -> Decision.next());
        Probe young = Probe.early(_ -> Decision.reject(NO));
        FilterEntry.Origin origin = bench.filter("acme", old, "stage", new String[] {"RCPT", "MESSAGE"});
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            assertEquals(1, bench.book.pins(origin.bundleId()));
            long[] live = {origin.bundleId()};
            FakeLive table = new FakeLive("acme", live);
            bench.book.follow(table);
            FilterEntry.Origin next = bench.filter("acme", young, "stage", new String[] {"RCPT", "MESSAGE"});
            live[0] = next.bundleId();
            table.tell();
            assertEquals(250, Bench.message(transaction, Bench.MESSAGE).reply().code());
            assertEquals(2, old.calls.get());
            assertEquals(0, young.calls.get());
            assertEquals(1, bench.book.pins(origin.bundleId()));
        }
        assertEquals(0, bench.book.pins(origin.bundleId()));
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            assertEquals(
                    550,
                    transaction
                            .recipient(MailAddress.parse("ann@example.com"), Map.of())
                            .code());
        }
    }

    @Test
    void aStagedVersionIsNotAsked() {
        FilterEntry.Origin origin = bench.filter("acme", says(Decision.next()));
        bench.book.follow(new FakeLive("acme", new long[] {origin.bundleId()}));
        Probe staged = says(Decision.reject(NO));
        bench.filter("acme", staged);
        assertEquals(250, send().reply().code());
        assertEquals(0, staged.calls.get());
    }

    @Test
    void whoHoldsAVersionThatWasTakenAwayIsDeferred() {
        Probe probe = Probe.early(_ -> Decision.next());
        bench.filter(probe, "stage", new String[] {"RCPT", "MESSAGE"});
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            bench.book.leave(probe);
            Reply reply = Bench.message(transaction, Bench.MESSAGE).reply();
            assertEquals("451 4.3.2", reply.code() + " " + reply.status());
        }
        assertTrue(bench.store.delivered.isEmpty());
    }

    @Test
    void aFilterThatDeclaresItselfWronglyIsLeftOut() {
        bench.filter(says(Decision.reject(NO)), "stage", "LUNCH");
        bench.filter(says(Decision.reject(NO)), "deadline", "2 h");
        bench.filter(says(Decision.reject(NO)), "name", "Bad Name");
        assertEquals(250, send().reply().code());
    }
}
