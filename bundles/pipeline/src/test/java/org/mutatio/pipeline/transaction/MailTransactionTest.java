package org.mutatio.pipeline.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;

class MailTransactionTest {

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private Reply rcpt(String sender, MailParameters parameters, String recipient) {
        try (Transaction transaction = bench.begin(sender, parameters)) {
            Optional<Reply> refused = transaction.mail();
            return refused.orElseGet(() -> transaction.recipient(MailAddress.parse(recipient), Map.of()));
        }
    }

    private static MailParameters size(long octets) {
        return new MailParameters(octets, false, "8BITMIME", Map.of());
    }

    private void beAnn() {
        bench.role = "submission";
        bench.account = Optional.of(bench.house.account("ann@example.com"));
    }

    // --- kept

    @Test
    void theRouterIsAskedAgainOnlyWhereTheSizeHasASay() {
        bench.send(Bench.MESSAGE, "ann@example.com");
        assertEquals(1, bench.house.asked);
        bench.house.route("bo@example.com", bench.house.relay("bo@example.com", "smtp:mx.example.com:25"));
        bench.send(Bench.MESSAGE, "bo@example.com");
        assertEquals(3, bench.house.asked);
    }

    @Test
    void aMessageIsKeptInTheInboxWithItsTraceFieldsInFront() { // RFC 5321 section 4.4
        Transaction.Answer answer = bench.send(Bench.MESSAGE, "ann@example.com");
        String id = bench.store.delivered.getFirst().id().text();
        assertEquals("250 2.0.0 kept as " + id, answer.reply().toString());
        FakeStore.Kept kept = bench.store.kept.getFirst();
        assertEquals("INBOX", kept.place());
        assertEquals("""
                Return-Path: <bo@example.net>
                Delivered-To: ann@example.com
                Received: from client.example.net ([192.0.2.7])
                	by mx.example.com with ESMTP
                	id %s
                	for <ann@example.com>;
                	Wed, 25 Nov 2026 10:00:00 +0000
                """.replace("\n", "\r\n").formatted(id) + Bench.MESSAGE, kept.text());
    }

    @Test
    void theSummaryIsThatOfTheRope() {
        bench.send(Bench.MESSAGE, "ann@example.com");
        Change.Outcome outcome = bench.store.delivered.getFirst().outcomes().getFirst();
        String text = bench.store.kept.getFirst().text();
        assertEquals(
                ByteBuffer.wrap(StructureScanner.scan(text.getBytes(StandardCharsets.UTF_8))
                        .toBytes()),
                outcome.summary());
    }

    @Test
    void receivedTellsOfTlsAndIpv6() {
        bench.tls = Optional.of("TLSv1.3 TLS_AES_256_GCM_SHA384");
        bench.client = "2001:db8::7";
        bench.send(Bench.MESSAGE, "ann@example.com");
        String text = bench.store.kept.getFirst().text();
        assertTrue(
                text.contains("Received: from client.example.net ([IPv6:2001:db8:0:0:0:0:0:7])\r\n\tby mx.example.com"
                        + " with ESMTPS (TLSv1.3 TLS_AES_256_GCM_SHA384)\r\n"),
                text);
    }

    @Test
    void severalRecipientsAreNotNamedInReceived() { // RFC 5321 section 7.6
        bench.house.account("cy@example.com");
        bench.send(Bench.MESSAGE, "ann@example.com", "cy@example.com");
        assertEquals(2, bench.store.kept.size());
        for (FakeStore.Kept kept : bench.store.kept) {
            assertFalse(kept.text().contains("for <"), kept.text());
        }
        assertTrue(bench.store.kept.get(0).text().contains("Delivered-To: ann@example.com"));
        assertFalse(bench.store.kept.get(0).text().contains("Delivered-To: cy@"));
    }

    @Test
    void manyRecipientsShareOneRope() {
        String[] recipients = new String[60];
        for (int i = 0; i < recipients.length; i++) {
            recipients[i] = "user" + i + "@example.com";
            bench.house.account(recipients[i]);
        }
        bench.send(Bench.MESSAGE, recipients);
        assertEquals(1, bench.store.delivered.getFirst().outcomes().size());
        assertEquals(60, bench.store.kept.size());
    }

    @Test
    void aForeignReturnPathIsReplaced() { // RFC 5321 section 4.4
        bench.send("Return-Path: <x@evil.test>\r\n" + Bench.MESSAGE, "ann@example.com");
        String text = bench.store.kept.getFirst().text();
        assertTrue(text.startsWith("Return-Path: <bo@example.net>\r\n"), text);
        assertFalse(text.contains("evil"), text);
        assertTrue(text.endsWith(Bench.MESSAGE), text);
    }

    @Test
    void theTraceTellsTheWholeStory() {
        bench.send(Bench.MESSAGE, "ann@example.com");
        Trace trace = bench.trace();
        assertEquals("kept", trace.outcome());
        assertEquals(7, trace.policySet());
        assertEquals(Optional.of("<1@example.net>"), trace.messageId());
        assertEquals(List.of("ann@example.com"), trace.recipients());
        assertEquals("192.0.2.7", trace.client());
        String words = Bench.words(trace);
        assertTrue(words.contains("mail org.mutatio.pipeline <bo@example.net> 250"), words);
        assertTrue(words.contains("route org.mutatio.router ann@example.com local"), words);
        assertTrue(
                words.contains("commit org.mutatio.pipeline ann@example.com kept in INBOX of ann@example.com"), words);
        assertTrue(words.contains("250 2.0.0 kept as " + trace.id()), words);
        assertTrue(trace.steps().stream().allMatch(step -> !step.version().isEmpty()), words);
    }

    @Test
    void stepsOfTheSessionStandInFront() {
        var session = bench.session();
        session.note(new TraceStep("tls", "org.mutatio.smtp", "1", "", "", "TLSv1.3", "", 5));
        try (Transaction transaction = session.begin(org.mutatio.sdk.mail.ReversePath.NULL, MailParameters.NONE)) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            Bench.message(transaction, Bench.MESSAGE);
        }
        assertEquals("tls", bench.trace().steps().getFirst().stage());
        assertEquals("", bench.trace().sender());
        assertTrue(bench.store.kept.getFirst().text().startsWith("Return-Path: <>\r\n"));
    }

    // --- refused at MAIL and RCPT

    @Test
    void anUnknownRecipientIsRefusedForGood() {
        Reply reply = rcpt("bo@example.net", MailParameters.NONE, "nobody@example.com");
        assertEquals("550 5.1.1", reply.code() + " " + reply.status());
        Trace trace = bench.store.refused.getFirst();
        assertEquals("rejected", trace.outcome());
        assertTrue(reply.text().contains(trace.id().text()), reply.text());
        assertEquals(List.of("nobody@example.com"), trace.recipients());
        assertEquals(1, bench.count("mutatio_rejects_total", "stage=\"rcpt\",reason=\"unknown\""));
    }

    @Test
    void whatIsNotCertainIsDeferred() { // case ops-1cb
        bench.house.route(
                "ann@example.com",
                new Router.Routing.Unavailable(List.of(new Router.Why("", "unavailable", "accounts are away"))));
        Reply reply = rcpt("bo@example.net", MailParameters.NONE, "ann@example.com");
        assertEquals("451 4.3.0", reply.code() + " " + reply.status());
        assertEquals("deferred", bench.store.refused.getFirst().outcome());
    }

    @Test
    void aRoutersRefusalIsToldAsItIs() {
        bench.house.route(
                "ann@example.com",
                new Router.Routing.Refused(Reply.of(550, "5.4.6", "aliases go in circles"), List.of()));
        assertEquals(
                550,
                rcpt("bo@example.net", MailParameters.NONE, "ann@example.com").code());
    }

    @ParameterizedTest(name = "{0} from {1}, logged in {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            mx         | 192.0.2.7    | false | 550 5.7.1
            mx         | 198.51.100.9 | false | 250 2.1.5
            mx         | 198.51.101.9 | false | 550 5.7.1
            mx         | 192.0.2.7    | true  | 250 2.1.5
            submission | 192.0.2.7    | true  | 250 2.1.5
            submission | 192.0.2.7    | false | 530 5.7.0
            lmtp       | 198.51.100.9 | false | 550 5.7.1
            """)
    void neverAnOpenRelay(String role, String client, boolean loggedIn, String expected) {
        bench.role = role;
        bench.client = client;
        if (loggedIn) {
            bench.account = Optional.of(bench.house.account("ann@example.com"));
        }
        Reply reply = rcpt("ann@example.com", MailParameters.NONE, "di@far.example.org");
        assertEquals(expected, reply.code() + " " + reply.status());
    }

    @ParameterizedTest(name = "{0}={1} to {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # RFC 4865: held in the queue only
            HOLDFOR   | 60                   | di@far.example.org | 250 2.1.5
            HOLDFOR   | 60                   | ann@example.com    | 550 5.3.3
            HOLDFOR   | 60                   | both@example.com   | 550 5.3.3
            HOLDUNTIL | 2099-01-01T00:00:00Z | ann@example.com    | 550 5.3.3
            # over already
            HOLDUNTIL | 2001-01-01T00:00:00Z | ann@example.com    | 250 2.1.5
            """)
    void mailThatShallWaitIsNotTakenForMailboxes(String word, String value, String recipient, String expected) {
        beAnn();
        bench.house.alias("both@example.com", "bo@example.com", "ann@example.com");
        MailParameters parameters = new MailParameters(0, false, "7BIT", Map.of(word, value));
        Reply reply = rcpt("ann@example.com", parameters, recipient);
        assertEquals(expected, reply.code() + " " + reply.status());
    }

    @Test
    void refusedRecipientsWithoutEndAreNotAllKept() {
        try (Transaction transaction = bench.begin("bo@example.net")) {
            assertTrue(transaction.mail().isEmpty());
            for (int i = 0; i < 1_000; i++) {
                assertEquals(
                        550,
                        transaction
                                .recipient(MailAddress.parse("no" + i + "@example.com"), Map.of())
                                .code());
            }
        }
        assertEquals(200, bench.store.refused.getLast().recipients().size());
    }

    @Test
    void relayedMailIsQueuedByItsDomain() {
        beAnn();
        MailParameters parameters =
                new MailParameters(0, false, "8BITMIME", Map.of("RET", "HDRS", "ENVID", "x1", "HOLDFOR", "60"));
        try (Transaction transaction = bench.begin("ann@example.com", parameters)) {
            assertTrue(transaction.mail().isEmpty());
            transaction.recipient(
                    MailAddress.parse("di@far.example.org"), Map.of("NOTIFY", "NEVER", "ORCPT", "rfc822;di@x.test"));
            transaction.recipient(MailAddress.parse("ed@far.example.org"), Map.of());
            assertEquals(250, Bench.message(transaction, Bench.MESSAGE).reply().code());
        }
        Change.QueueEntry entry = bench.store.queue.getFirst();
        assertEquals(1, bench.store.queue.size());
        assertEquals("smtp:far.example.org", entry.lane());
        assertEquals("ann@example.com", entry.sender());
        assertEquals(
                List.of(
                        new Change.QueueRecipient("di@far.example.org", "NEVER", "rfc822;di@x.test"),
                        new Change.QueueRecipient("ed@far.example.org", "", "")),
                entry.recipients());
        assertEquals("HDRS", entry.attributes().get("ret"));
        assertEquals("x1", entry.attributes().get("envid"));
        assertEquals("opportunistic", entry.attributes().get("tls"));
        assertEquals(bench.clock.instant().plusSeconds(60), entry.notBefore());
        assertEquals(bench.clock.instant().plusSeconds(60).plus(Duration.ofDays(5)), entry.expires());
        assertEquals("queued", bench.trace().outcome());
        assertFalse(bench.store.queuedTexts.getFirst().contains("Delivered-To"));
    }

    @Test
    void aLargerMessageThanAnyPolicyAllowsIsRefusedAtMail() { // RFC 1870 section 6.1
        bench.house.domain("big.example.com").set("limits.message-size", "100 MB");
        assertEquals(
                552,
                rcpt("bo@example.net", size(100_000_001), "ann@example.com").code());
        assertTrue(rcpt("bo@example.net", size(50_000_000), "ann@example.com").positive());
        Reply reply = rcpt("bo@example.net", size(60_000_000), "ann@example.com");
        assertEquals("552 5.3.4", reply.code() + " " + reply.status());
    }

    @Test
    void theLowestLimitOfTheRecipientsCounts() {
        bench.house.account("cy@small.example.com");
        bench.house.domain("small.example.com").set("limits.message-size", "100 B");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            assertEquals(50_000_000, transaction.sizeLimit());
            transaction.recipient(MailAddress.parse("cy@small.example.com"), Map.of());
            assertEquals(100, transaction.sizeLimit());
            Reply reply = Bench.message(transaction, Bench.MESSAGE).reply();
            assertEquals("552 5.3.4", reply.code() + " " + reply.status());
        }
        assertTrue(bench.store.delivered.isEmpty());
    }

    @ParameterizedTest(name = "over-quota = {0}: {1}")
    @CsvSource({"reject,552 5.2.2", "defer,452 4.2.2"})
    void aFullMailboxIsRefusedAtRcpt(String rule, String expected) {
        bench.house.domain("example.com").set("limits.quota", "1 MB").set("limits.over-quota", rule);
        assertTrue(rcpt("bo@example.net", size(1000), "ann@example.com").positive());
        bench.store.full.add(1L);
        Reply reply = rcpt("bo@example.net", size(1000), "ann@example.com");
        assertEquals(expected, reply.code() + " " + reply.status());
    }

    @ParameterizedTest(name = "over-quota = {0}: {1}")
    @CsvSource({"reject,552 5.2.2", "defer,452 4.2.2"})
    void whatHasNoRoomIsRefusedWhenItsSizeIsKnown(String rule, String expected) {
        bench.house.domain("example.com").set("limits.quota", "200 B").set("limits.over-quota", rule);
        Reply reply = bench.send(Bench.MESSAGE, "ann@example.com").reply();
        assertEquals(expected, reply.code() + " " + reply.status());
        assertTrue(bench.store.delivered.isEmpty());
    }

    @Test
    void theCommitIsToldTheQuota() {
        bench.house.domain("example.com").set("limits.quota", "1 MB");
        assertEquals(250, bench.send(Bench.MESSAGE, "ann@example.com").reply().code());
        assertEquals(
                OptionalLong.of(1_000_000),
                bench.store.kept.getFirst().placement().quota());
    }

    @Test
    void aFullMailboxDoesNotKeepOthersFromTheirMail() {
        bench.house.account("cy@example.org");
        bench.house.domain("example.com").set("limits.quota", "200 B");
        // one reply for two: what RCPT let in is kept, within the quota and one message
        assertEquals(
                250,
                bench.send(Bench.MESSAGE, "ann@example.com", "cy@example.org")
                        .reply()
                        .code());
        FakeStore.Kept first = bench.store.kept.getFirst();
        long size = first.text().getBytes(StandardCharsets.UTF_8).length;
        assertEquals(OptionalLong.of(200 + size - 1), first.placement().quota());
        // a reply for each
        bench.role = "lmtp";
        Transaction.Answer answer =
                bench.send("di@example.net", MailParameters.NONE, Bench.MESSAGE, "ann@example.com", "cy@example.org");
        assertEquals(List.of(552, 250), answer.each().stream().map(Reply::code).toList());
        assertEquals(3, bench.store.kept.size());
        assertTrue(bench.store.kept.getLast().text().contains("Delivered-To: cy@example.org"));
    }

    @Test
    void aliasesOfAFullMailboxAreDeferredWithoutABounce() {
        bench.house.account("cy@example.com");
        bench.house.alias("team@example.com", "ann@example.com", "cy@example.com");
        bench.house.domain("example.com").set("limits.quota", "1 MB");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("team@example.com"), Map.of());
            bench.store.full.add(1L); // meanwhile
            Reply reply = Bench.message(transaction, Bench.MESSAGE).reply();
            assertEquals("452 4.2.2", reply.code() + " " + reply.status());
        }
        assertTrue(bench.store.delivered.isEmpty());
    }

    @Test
    void thereIsALimitOfRecipients() {
        bench.house.account("cy@example.com");
        bench.house.defaults.set("limits.recipients", "1");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            assertTrue(transaction
                    .recipient(MailAddress.parse("ann@example.com"), Map.of())
                    .positive());
            assertTrue(transaction
                    .recipient(MailAddress.parse("ANN@example.com"), Map.of())
                    .positive());
            assertEquals(
                    452,
                    transaction
                            .recipient(MailAddress.parse("cy@example.com"), Map.of())
                            .code());
            assertEquals(2, transaction.recipients());
            Transaction.Answer answer = Bench.message(transaction, Bench.MESSAGE);
            assertEquals(2, answer.each().size()); // RFC 2033 section 4.2: one for each RCPT
        }
        assertEquals(1, bench.store.kept.size());
    }

    @Test
    void postmasterNeedsNoDomain() { // RFC 5321 section 4.5.1
        bench.house.account("postmaster@example.com");
        bench.house.account("postmaster@aaa.example.org");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            assertTrue(transaction.postmaster(Map.of()).positive());
            Bench.message(transaction, Bench.MESSAGE);
        }
        assertTrue(bench.store.kept.getFirst().text().contains("Delivered-To: postmaster@example.com"));
    }

    @Test
    void whoLoggedInSendsAsHimselfOnly() { // case subm-6dc
        beAnn();
        assertTrue(
                rcpt("ann@example.com", MailParameters.NONE, "ann@example.com").positive());
        Reply reply = rcpt("cy@example.com", MailParameters.NONE, "ann@example.com");
        assertEquals("553 5.7.1", reply.code() + " " + reply.status());
        assertTrue(rcpt("", MailParameters.NONE, "ann@example.com").positive()); // a read receipt
    }

    // --- the message

    @Test
    void aRepeatWhoseAnswerWasNotReadMakesNoSecondCopy() { // case smtp-0d2
        Transaction.Answer first = bench.send(Bench.MESSAGE, "ann@example.com");
        Transaction.Answer second = bench.send(Bench.MESSAGE, "ann@example.com");
        assertEquals(first.reply(), second.reply());
        assertEquals(1, bench.store.delivered.size());
        assertTrue(second.kept().orElseThrow().repeat());
        bench.session().answerRead(first.kept().orElseThrow().id());
        bench.send(Bench.MESSAGE, "ann@example.com");
        assertEquals(2, bench.store.delivered.size());
    }

    @Test
    void theSameOctetsToSomebodyElseAreNoRepeat() {
        bench.house.account("cy@example.com");
        bench.send(Bench.MESSAGE, "ann@example.com");
        bench.send(Bench.MESSAGE, "cy@example.com");
        assertEquals(2, bench.store.delivered.size());
    }

    @Test
    void thirtyOneReceivedFieldsAreALoop() {
        String hop = "Received: from a by b; Wed, 25 Nov 2026 09:59:00 +0000\r\n";
        assertEquals(
                250,
                bench.send(hop.repeat(30) + Bench.MESSAGE, "ann@example.com")
                        .reply()
                        .code());
        Reply reply =
                bench.send(hop.repeat(31) + Bench.MESSAGE, "ann@example.com").reply();
        assertEquals("554 5.4.6", reply.code() + " " + reply.status());
    }

    @Test
    void whatWasDeliveredToThatMailboxBeforeIsALoop() {
        Reply reply = bench.send("Delivered-To: ANN@example.com\r\n" + Bench.MESSAGE, "ann@example.com")
                .reply();
        assertEquals("554 5.4.6", reply.code() + " " + reply.status());
        bench.house.account("cy@example.com");
        assertEquals(
                250,
                bench.send("Delivered-To: ann@example.com\r\n" + Bench.MESSAGE, "cy@example.com")
                        .reply()
                        .code());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"many,552 5.3.4", "long,552 5.3.4", "block,552 5.3.4", "bare,550 5.6.0", "line,550 5.6.0"})
    void beyondTheLimitsOfTheHeaderItIsRefused(String what, String expected) { // case sec-6ad
        String message = switch (what) {
            case "many" -> "X: y\r\n".repeat(1_001) + Bench.MESSAGE;
            case "long" -> "X: " + "y ".repeat(40_000) + "\r\n" + Bench.MESSAGE;
            case "block" -> ("X: " + "y ".repeat(30_000) + "\r\n").repeat(10) + Bench.MESSAGE;
            case "bare" -> Bench.MESSAGE + "a\nb\r\n";
            default -> Bench.MESSAGE + "y".repeat(1_000_001) + "\r\n";
        };
        Reply reply = bench.send(message, "ann@example.com").reply();
        assertEquals(expected, reply.code() + " " + reply.status());
        assertTrue(bench.store.delivered.isEmpty());
        assertEquals("rejected", bench.store.refused.getLast().outcome());
    }

    @Test
    void aMessageWithoutABodyAndOneWithoutAHeaderAreKept() { // case smtp-316
        for (String message : List.of(
                "Subject: x\r\n",
                "\r\nbody\r\n",
                "\r\n",
                "From: root (Cron Daemon)\r\n\r\nx\r\n",
                "From: ;\r\n\r\nx\r\n",
                " folded\r\n\r\nx\r\n")) {
            bench.clock.move(Duration.ofSeconds(1));
            assertEquals(250, bench.send(message, "ann@example.com").reply().code(), message);
            FakeStore.Kept kept = bench.store.kept.getLast();
            assertTrue(kept.text().endsWith(message), kept.text());
            Change.Outcome outcome = bench.store.delivered.getLast().outcomes().getFirst();
            Summary scanned = StructureScanner.scan(kept.text().getBytes(StandardCharsets.UTF_8));
            Summary stored = Summary.parse(outcome.summary()).orElseThrow();
            assertEquals(scanned.root().toString(), stored.root().toString());
            assertEquals(scanned.size(), stored.size());
        }
    }

    @Test
    void submissionAddsDateAndMessageIdAndTakesBccOut() { // RFC 6409 section 8
        beAnn();
        bench.send(
                "ann@example.com",
                MailParameters.NONE,
                "From: ann@example.com\r\nBcc: cy@example.com,\r\n di@example.net\r\nSubject: x\r\n\r\nhi\r\n",
                "ann@example.com");
        String text = bench.store.kept.getFirst().text();
        String id = bench.trace().id().text();
        assertTrue(text.contains("\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n"), text);
        assertTrue(
                text.contains("\r\nMessage-ID: <" + id.toLowerCase(java.util.Locale.ROOT) + "@example.com>\r\n"), text);
        assertFalse(text.contains("Bcc"), text);
        assertFalse(text.contains("di@example.net"), text);
        assertTrue(text.endsWith("From: ann@example.com\r\nSubject: x\r\n\r\nhi\r\n"), text);
    }

    @Test
    void anMxRepairsNothing() {
        String message = "From: x@example.net\r\nBcc: cy@example.com\r\n\r\nhi\r\n";
        bench.send(message, "ann@example.com");
        assertTrue(bench.store.kept.getFirst().text().endsWith(message));
    }

    @Test
    void foreignAuthenticationResultsInOurNameGo() { // RFC 8601 section 5
        bench.send(
                "Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=bo@example.net\r\n"
                        + "Authentication-Results: (c) MX.Example.COM. 1;\r\n dkim=pass\r\n"
                        + "Authentication-Results: mx.example.net; spf=fail\r\n"
                        + Bench.MESSAGE,
                "ann@example.com");
        String text = bench.store.kept.getFirst().text();
        assertFalse(text.contains("spf=pass"), text);
        assertFalse(text.contains("dkim=pass"), text);
        assertTrue(text.endsWith("Authentication-Results: mx.example.net; spf=fail\r\n" + Bench.MESSAGE), text);
    }

    @Test
    void itIsRoutedAgainWhenTheSizeIsKnown() {
        bench.house.bySize = true;
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            bench.house.route("ann@example.com", bench.house.relay("ann@example.com", "smtp:mx-eu.example.com:25"));
            assertEquals(250, Bench.message(transaction, Bench.MESSAGE).reply().code());
        }
        assertEquals("smtp:mx-eu.example.com:25", bench.store.queue.getFirst().lane());
        assertTrue(bench.store.kept.isEmpty());
    }

    // --- the store and others are away

    @Test
    void aFullDiskIsToldAtMail() {
        bench.store.unavailable =
                new StoreUnavailableException(Reply.of(452, "4.3.1", "disk full"), "3 percent are free");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            Reply reply = transaction.mail().orElseThrow();
            assertEquals("452 4.3.1", reply.code() + " " + reply.status());
        }
    }

    @Test
    void aFailedCommitIsTheStoresReplyAndNothingIsKept() {
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            bench.store.unavailable =
                    new StoreUnavailableException(Reply.of(451, "4.3.0", "going down"), "it goes down");
            Transaction.Answer answer = Bench.message(transaction, Bench.MESSAGE);
            assertEquals(451, answer.reply().code());
            assertTrue(answer.kept().isEmpty());
            assertEquals(List.of(answer.reply()), answer.each());
        }
        assertEquals("deferred", bench.store.refused.getFirst().outcome());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"NONEXISTENT,451 4.2.1", "OVERQUOTA,452 4.2.2"})
    void aRefusedCommitIsTransient(RefusedChangeException.Refusal refusal, String expected) {
        bench.store.refusing = new RefusedChangeException(refusal, "mailbox went away");
        Reply reply = bench.send(Bench.MESSAGE, "ann@example.com").reply();
        assertEquals(expected, reply.code() + " " + reply.status());
    }

    @Test
    void aBugOfOursNeverBouncesMail() {
        bench.house.domain("example.com").set("limits.message-size", "broken");
        try (Transaction transaction = bench.begin("bo@example.net")) {
            bench.house.domain("example.com").set("limits.message-size", "1 MB");
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            bench.house.domain("example.com").set("limits.message-size", "broken");
            Reply reply = Bench.message(transaction, Bench.MESSAGE).reply();
            assertEquals("451 4.3.0", reply.code() + " " + reply.status());
        }
    }

    // --- the end

    @Test
    void whatWasBrokenOffInTheMessageIsTraced() {
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            transaction.spool();
        } catch (StoreUnavailableException e) {
            throw new AssertionError(e);
        }
        assertEquals("aborted", bench.store.refused.getFirst().outcome());
    }

    @Test
    void aTransactionWithoutARefusalLeavesNothing() {
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
        }
        assertTrue(bench.store.refused.isEmpty());
        assertEquals(0, bench.pipeline.openTransactions());
    }

    @Test
    void aRefusalOfTheProtocolIsTraced() {
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
            transaction.refused(Reply.of(550, "5.6.0", "bare LF"), "bare LF at 17");
        }
        assertEquals(1, bench.store.refused.size());
        assertEquals("rejected", bench.store.refused.getFirst().outcome());
    }

    @Test
    void failedLogInsAreTraced() {
        var id = bench.session()
                .refused("login-failed", "ann@example.com", Reply.of(535, "5.7.8", "no"), "bad password");
        Trace trace = bench.store.refused.getFirst();
        assertEquals(id, trace.id());
        assertEquals("login-failed", trace.outcome());
    }

    @Test
    void drainingWaitsForOpenTransactions() {
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            assertEquals(1, bench.pipeline.drain(bench.clock.instant()));
        }
        assertEquals(0, bench.pipeline.drain(bench.clock.instant()));
    }

    @Test
    void aThousandRecipientsLeaveABoundedTrace() {
        try (Transaction transaction = bench.begin("bo@example.net")) {
            transaction.mail();
            for (int i = 0; i < 1000; i++) {
                bench.house.account("u" + i + "@example.com");
                transaction.recipient(MailAddress.parse("u" + i + "@example.com"), Map.of());
            }
            assertEquals(250, Bench.message(transaction, Bench.MESSAGE).reply().code());
        }
        Trace trace = bench.trace();
        assertTrue(trace.steps().size() <= Trace.MOST_STEPS);
        String words = Bench.words(trace);
        assertTrue(words.contains("steps were left out"), words);
        assertTrue(words.contains("250 2.0.0 kept as"), words);
    }
}
