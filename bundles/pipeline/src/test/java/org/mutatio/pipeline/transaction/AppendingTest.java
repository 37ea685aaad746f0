package org.mutatio.pipeline.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Trace;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;

/// APPEND by way of the filters; RFC 9051 section 6.3.12.
class AppendingTest {

    private static final Instant DATE = Instant.parse("2001-02-03T04:05:06Z");

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private Appends.Appended append() throws RefusedChangeException, StoreUnavailableException {
        byte[] octets = Bench.MESSAGE.getBytes(StandardCharsets.UTF_8);
        Appends.Append append = new Appends.Append(
                "s1",
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40000),
                Optional.of("TLSv1.3 x"),
                bench.house.account("ann@example.com"),
                17,
                new Flags(Flags.SEEN, new TreeSet<>(List.of("$Forwarded"))),
                DATE);
        try (Spool spool = bench.store.spool()) {
            spool.write(ByteBuffer.wrap(octets));
            return bench.pipeline.append(
                    append, spool, ByteBuffer.wrap(StructureScanner.scan(octets).toBytes()));
        }
    }

    private Change.Placement placement() {
        return bench.store.kept.getLast().placement();
    }

    @Test
    void withoutFiltersItIsKeptAsItCame() throws Exception {
        Appends.Appended.Kept kept = assertInstanceOf(Appends.Appended.Kept.class, append());
        assertEquals(17, kept.placed().mailbox());
        assertEquals(Bench.MESSAGE, bench.store.kept.getFirst().text());
        assertEquals("17", bench.store.kept.getFirst().place());
        assertEquals(DATE, placement().internalDate());
        assertEquals("\\Seen $Forwarded", placement().flags().toString());
        Change.Deliver deliver = bench.store.delivered.getFirst();
        assertTrue(deliver.fingerprint().isEmpty(), "the same message twice is two messages");
        Trace trace = bench.trace();
        assertEquals(kept.id(), trace.id());
        assertEquals("imap", trace.role());
        assertEquals("kept", trace.outcome());
        assertEquals("ann@example.com", trace.sender());
        assertEquals(7, trace.policySet());
        assertEquals(0, bench.pipeline.openTransactions());
    }

    @Test
    void aFilterRefuses() throws Exception {
        bench.filter(Probe.of((_, _) -> Decision.reject(Reply.of(552, "5.3.4", "attachments exceed 1 KB"))
                .because("2 KB of 1 KB")));
        Appends.Appended.Refused refused = assertInstanceOf(Appends.Appended.Refused.class, append());
        assertEquals(
                "552 5.3.4 attachments exceed 1 KB (" + refused.id() + ")",
                refused.reply().toString());
        assertTrue(bench.store.delivered.isEmpty());
        Trace trace = bench.store.find(refused.id()).orElseThrow();
        assertEquals("rejected", trace.outcome());
        assertEquals("imap", trace.role());
        assertEquals(Optional.of("<1@example.net>"), trace.messageId());
        String words = Bench.words(trace);
        assertTrue(words.contains("message probe ann@example.com reject 552 5.3.4 2 KB of 1 KB"), words);
        assertTrue(words.contains("reply org.mutatio.pipeline ann@example.com 552 5.3.4"), words);
        assertEquals(1, bench.count("mutatio_appends_total", "outcome=\"rejected\""));
        assertEquals(0, bench.pipeline.openTransactions());
    }

    @Test
    void aFilterChanges() throws Exception {
        bench.filter(
                Probe.of((mail, _) -> {
                    mail.edits().addHeader("X-Kept-By", "us");
                    mail.edits().addTag("$Seen-By-Filter");
                    return Decision.next();
                }),
                "changes",
                new String[] {"HEADERS", "TAGS"});
        assertInstanceOf(Appends.Appended.Kept.class, append());
        assertEquals(
                "X-Kept-By: us\r\n" + Bench.MESSAGE, bench.store.kept.getFirst().text());
        assertEquals("\\Seen $Forwarded $Seen-By-Filter", placement().flags().toString());
        assertEquals(DATE, placement().internalDate());
        assertTrue(Bench.words(bench.trace()).contains("message probe ann@example.com next"), "it is explained");
    }

    @Test
    void filtersSeeTheAccountAndTheRole() throws Exception {
        List<String> seen = new ArrayList<>();
        bench.own(Probe.of((mail, context) -> {
            seen.add(mail.peer().role() + " " + mail.peer().account().orElseThrow() + " "
                    + mail.envelope().sender() + " "
                    + mail.envelope().recipients().getFirst().address() + " "
                    + context.domain());
            return Decision.next();
        }));
        append();
        assertEquals(List.of("imap ann@example.com <ann@example.com> ann@example.com example.com"), seen);
    }

    @Test
    void theCommitIsToldTheQuota() throws Exception {
        bench.house.domain("example.com").set("limits.quota", "1 MB");
        Appends.Appended _ = append();
        assertEquals(OptionalLong.of(1_000_000), placement().quota());
        bench.store.refusing = new RefusedChangeException(RefusedChangeException.Refusal.OVERQUOTA, "full");
        assertEquals(
                RefusedChangeException.Refusal.OVERQUOTA,
                assertThrows(RefusedChangeException.class, this::append).refusal());
    }

    @Test
    void quarantineIsAMarkWhereTheClientWantsIt() throws Exception {
        bench.filter(Probe.of((_, _) -> Decision.quarantine("score 7")));
        assertInstanceOf(Appends.Appended.Kept.class, append());
        assertEquals("17", bench.store.kept.getFirst().place());
        assertTrue(placement().flags().keywords().contains("$Junk"));
        assertTrue(Bench.words(bench.trace()).contains("marked $Junk, probe: score 7"));
    }

    @Test
    void whatWouldBeDiscardedIsRefused() throws Exception {
        bench.filter(Probe.of((_, _) -> Decision.discard("a bomb")));
        Appends.Appended.Refused refused = assertInstanceOf(Appends.Appended.Refused.class, append());
        assertEquals(554, refused.reply().code());
        assertTrue(Bench.words(bench.store.refused.getFirst()).contains("discard, probe: a bomb"));
    }

    @Test
    void whatWouldBeRedirectedStays() throws Exception {
        bench.filter(Probe.of((_, _) -> Decision.redirect(MailAddress.parse("bo@example.net"))));
        assertInstanceOf(Appends.Appended.Kept.class, append());
        assertEquals("17", bench.store.kept.getFirst().place());
        assertEquals(1, bench.store.kept.size());
        assertTrue(bench.store.queue.isEmpty());
    }

    @Test
    void aFaultIsAnsweredByTheFiltersFailurePolicy() throws Exception {
        bench.filter(
                Probe.of((_, _) -> {
                    throw new IllegalStateException("broken");
                }),
                "onFailure",
                "DEFER");
        Appends.Appended.Refused refused = assertInstanceOf(Appends.Appended.Refused.class, append());
        assertTrue(refused.reply().transientFailure());
        assertEquals("deferred", bench.store.refused.getFirst().outcome());
    }

    @Test
    void aPolicyWithoutAppendAsksNobody() throws Exception {
        Probe probe = Probe.of((_, _) -> Decision.reject(Reply.of(550, "5.7.1", "no")));
        bench.filter(probe);
        bench.filter(probe, "name", "observer", "stage", new String[] {"DONE"});
        bench.house.domain("example.com").set("pipeline.ways", "mx,submission,lmtp");
        assertInstanceOf(Appends.Appended.Kept.class, append());
        assertEquals(0, bench.observers.waiting());
        assertEquals(0, probe.calls.get());
    }

    @Test
    void observersAreToldBehindTheCommit() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        bench.filter(
                Probe.of((mail, _) -> {
                    if (mail.headers().first("Subject").isPresent()) {
                        told.countDown();
                    }
                    return Decision.next();
                }),
                "stage",
                new String[] {"DONE"});
        append();
        assertTrue(told.await(20, TimeUnit.SECONDS));
    }

    @Test
    void whatTheStoreRefusesIsPassedOn() throws Exception {
        bench.store.refusing = new RefusedChangeException(RefusedChangeException.Refusal.NONEXISTENT, "no mailbox 17");
        assertThrows(RefusedChangeException.class, this::append);
        bench.store.refusing = null;
        bench.store.unavailable = new StoreUnavailableException(Replies.NOT_NOW, "not now");
        assertThrows(StoreUnavailableException.class, this::append);
        assertEquals(0, bench.pipeline.openTransactions());
    }
}
