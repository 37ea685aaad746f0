package org.mutatio.pipeline.transaction;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.api.trace.Traces;
import org.mutatio.current.Current;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.pipeline.filters.FilterBook;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.pipeline.gate.Gate;
import org.mutatio.pipeline.gate.Watchdog;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// A pipeline with fakes around it.
final class Bench implements AutoCloseable {

    static final String MESSAGE = """
            From: Bo <bo@example.net>
            To: ann@example.com
            Subject: hello
            Date: Wed, 25 Nov 2026 09:59:00 +0000
            Message-ID: <1@example.net>

            Hello Ann.
            """.replace("\n", "\r\n");

    final HandClock clock = new HandClock();
    final FakeHouse house = new FakeHouse();
    final FakeStore store = new FakeStore();
    final Meters meters = new Meters();
    final Watchdog watchdog = new Watchdog();
    final Observers observers = new Observers(meters);
    final FilterBook book = new FilterBook(clock);
    final Current<Policies> policies = new Current<>(Policies.class);
    final Current<MailStore> stores = new Current<>(MailStore.class);
    final MailPipeline pipeline;

    String role = "mx";
    Optional<Account> account = Optional.empty();
    Optional<String> tls = Optional.empty();
    String client = "192.0.2.7";
    long bundles = 100;

    Bench() {
        this(Duration.ofMinutes(2));
    }

    Bench(Duration deadline) {
        Current<VersionedRouter> router = new Current<>(VersionedRouter.class);
        Current<Traces> traces = new Current<>(Traces.class);
        policies.arrive(house, "org.mutatio.router", 1);
        router.arrive(new VersionedRouter(house, "0.1.0 (router)"), "org.mutatio.router", 1);
        stores.arrive(store, "org.mutatio.store", 2);
        traces.arrive(store, "org.mutatio.store", 2);
        this.pipeline = new MailPipeline(
                new Services(policies, router, stores, traces),
                book.table(),
                new Gate(meters, watchdog),
                observers,
                new Limits(deadline, List.of(Network.parse("198.51.100.0/24")), Duration.ofDays(5), Duration.ofDays(1)),
                meters,
                clock,
                new Random(1),
                "0.1.0 (pipeline)");
        house.account("ann@example.com");
    }

    /// Another's filter, on threads of its plugin.
    FilterEntry.Origin filter(Filter filter, Object... properties) {
        return filter("plugin." + bundles, filter, properties);
    }

    /// One of ours, on the session's thread.
    FilterEntry.Origin own(Filter filter, Object... properties) {
        return filter("org.mutatio.test" + bundles, filter, properties);
    }

    FilterEntry.Origin filter(String symbolicName, Filter filter, Object... properties) {
        Map<String, Object> all = new HashMap<>();
        all.put("filter.name", "probe");
        all.put("filter.stage", new String[] {"MESSAGE"});
        for (int i = 0; i < properties.length; i += 2) {
            all.put("filter." + properties[i], properties[i + 1]);
        }
        FilterEntry.Origin origin =
                new FilterEntry.Origin(symbolicName, bundles++, "1.0.0 (abcd)", Bench.class.getClassLoader());
        book.arrive(filter, all::get, origin);
        return origin;
    }

    SessionFacts facts() {
        return new SessionFacts(
                "s1",
                role,
                new InetSocketAddress(InetAddress.ofLiteral(client), 40000),
                () -> Optional.of("client.example.net"),
                () -> tls,
                () -> account,
                () -> tls.isPresent() ? "ESMTPS" : "ESMTP",
                "mx.example.com");
    }

    Session session() {
        return pipeline.open(facts());
    }

    Transaction begin(String sender) {
        return begin(sender, MailParameters.NONE);
    }

    Transaction begin(String sender, MailParameters parameters) {
        ReversePath path = sender.isEmpty() ? ReversePath.NULL : ReversePath.of(MailAddress.parse(sender));
        return session().begin(path, parameters);
    }

    /// MAIL, RCPT for each, the message; all of them but the last have to be accepted.
    Transaction.Answer send(String message, String... recipients) {
        return send("bo@example.net", MailParameters.NONE, message, recipients);
    }

    Transaction.Answer send(String sender, MailParameters parameters, String message, String... recipients) {
        try (Transaction transaction = begin(sender, parameters)) {
            Optional<Reply> refusal = transaction.mail();
            assertTrue(refusal.isEmpty(), () -> "MAIL was refused: " + refusal);
            for (String recipient : recipients) {
                Reply reply = transaction.recipient(MailAddress.parse(recipient), Map.of());
                assertTrue(reply.positive(), () -> "RCPT was refused: " + reply);
            }
            return message(transaction, message);
        }
    }

    static Transaction.Answer message(Transaction transaction, String message) {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        try (Spool spool = transaction.spool()) {
            spool.write(ByteBuffer.wrap(octets));
            return transaction.message(
                    spool, ByteBuffer.wrap(StructureScanner.scan(octets).toBytes()));
        } catch (StoreUnavailableException e) {
            throw new AssertionError(e);
        }
    }

    /// The trace that went into the one commit.
    Trace trace() {
        return store.delivered.getLast().trace();
    }

    static String words(Trace trace) {
        StringBuilder words = new StringBuilder();
        for (TraceStep step : trace.steps()) {
            words.append(step.stage())
                    .append(' ')
                    .append(step.actor())
                    .append(' ')
                    .append(step.subject())
                    .append(' ')
                    .append(step.outcome())
                    .append(' ')
                    .append(step.reason())
                    .append('\n');
        }
        return words.toString();
    }

    double count(String name, String labels) {
        return meters.samples().stream()
                .filter(sample -> sample.name().equals(name) && sample.labels().equals(labels))
                .mapToDouble(sample -> sample.value())
                .sum();
    }

    @Override
    public void close() {
        watchdog.close();
        observers.close();
        book.close();
    }
}
