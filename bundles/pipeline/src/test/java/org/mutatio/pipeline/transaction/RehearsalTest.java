package org.mutatio.pipeline.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// `policy try`: the same answer as the real thing, and nothing that stays.
final class RehearsalTest {

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private Rehearsal.Result rehearse(String login, String... recipients) throws Exception {
        return bench.pipeline.rehearse(new Rehearsal.Attempt(
                ReversePath.of(MailAddress.parse("bo@example.net")),
                List.of(recipients).stream().map(MailAddress::parse).toList(),
                ByteBuffer.wrap(Bench.MESSAGE.getBytes(StandardCharsets.UTF_8)),
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40000),
                "client.example.net",
                login.isEmpty() ? Optional.empty() : Optional.of(MailAddress.parse(login))));
    }

    private static Filter rejecting(AtomicInteger asked) {
        return new Filter() {
            @Override
            public Decision message(Mail mail, FilterContext context) {
                asked.incrementAndGet();
                return new Decision.Reject(Reply.of(550, "5.7.1", "no"), "it says hello");
            }
        };
    }

    @Test
    void whatWouldBeKeptIsToldAndNothingIsKept() throws Exception {
        Rehearsal.Result result = rehearse("", "ann@example.com");
        assertEquals(3, result.dialog().size(), result.dialog()::toString);
        assertEquals(250, result.dialog().getLast().reply().code());
        assertEquals(1, result.outcomes().size());
        assertEquals(1, result.outcomes().getFirst().placements().size());
        assertEquals("kept", result.traces().getFirst().outcome());
        assertEquals(Rehearsal.SESSION, result.traces().getFirst().session());
        assertEquals(List.of(), bench.store.delivered);
        assertEquals(List.of(), bench.store.refused);
        assertEquals(0, bench.count("mutatio_messages_total", "outcome=\"kept\""));
        assertEquals(0, bench.pipeline.openTransactions());
    }

    @Test
    void aFilterIsAskedAndItsRefusalIsTold() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        bench.own(rejecting(asked));
        Rehearsal.Result result = rehearse("", "ann@example.com");
        assertEquals(1, asked.get());
        assertEquals(550, result.dialog().getLast().reply().code());
        assertEquals(List.of(), result.outcomes());
        assertEquals("rejected", result.traces().getFirst().outcome());
        assertTrue(Bench.words(result.traces().getFirst()).contains("it says hello"));
        assertEquals(List.of(), bench.store.refused);
    }

    @Test
    void theSameMessageMayBeTriedAgainAndThenReallyCome() throws Exception {
        rehearse("", "ann@example.com");
        assertEquals(
                250, rehearse("", "ann@example.com").dialog().getLast().reply().code());
        assertEquals(250, bench.send(Bench.MESSAGE, "ann@example.com").reply().code());
        assertEquals(1, bench.store.delivered.size());
    }

    @Test
    void unknownAndForeignRecipientsAreRefusedAsOutside() throws Exception {
        Rehearsal.Result result = rehearse("", "nobody@example.com", "x@far.test");
        assertEquals("5.1.1", result.dialog().get(1).reply().status().toString());
        assertEquals("5.7.1", result.dialog().get(2).reply().status().toString());
        assertEquals(3, result.dialog().size(), "no DATA without a recipient");
        assertEquals("rejected", result.traces().getFirst().outcome());
    }

    @Test
    void whoLogsInMayRelayAndMustOwnTheSender() throws Exception {
        assertEquals(
                "5.7.1",
                rehearse("ann@example.com", "x@far.test")
                        .dialog()
                        .getFirst()
                        .reply()
                        .status()
                        .toString(),
                "bo@example.net is not hers");
        bench.house.account("bo@example.net");
        Rehearsal.Result result = rehearse("bo@example.net", "x@far.test");
        assertEquals(
                "smtp:far.test", result.outcomes().getFirst().queue().getFirst().lane());
        assertEquals(List.of(), bench.store.queue);
        assertThrows(IllegalArgumentException.class, () -> rehearse("nobody@example.com", "ann@example.com"));
    }
}
