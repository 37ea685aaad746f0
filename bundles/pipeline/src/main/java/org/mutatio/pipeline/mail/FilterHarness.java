package org.mutatio.pipeline.mail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.random.RandomGenerator;
import org.mutatio.sdk.filter.Change;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.filter.FilterInfo;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Recipient;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.settings.InvalidSettingException;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingsBinder;

/// Runs filters over one message without a server, with the classes that the server uses: for the test kit.
///
/// Filters asked one after the other see the edits and facts of those before, as in a stage. Not for several threads.
public final class FilterHarness {

    private static final long BODY_LIMIT = 50_000_000;

    private final Facts facts = new Facts();
    private final InstantSource clock;
    private final MailId id;
    private Draft draft;
    private SeenPeer peer;
    private SeenEnvelope envelope;
    private Domain domain;
    private SettingTable settings = SettingTable.EMPTY;

    private FilterHarness(Draft draft, InstantSource clock) {
        this.draft = draft;
        this.clock = clock;
        this.id = MailId.of(clock.instant(), RandomGenerator.getDefault());
        this.domain = Domain.parse("example.com");
        this.peer = new SeenPeer(
                "test",
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 25252),
                "mx",
                Optional.of("client.example.net"),
                Optional.empty(),
                Optional.empty());
        MailAddress sender = MailAddress.parse("bo@example.net");
        this.envelope = new SeenEnvelope(
                ReversePath.of(sender),
                List.of(new SeenRecipient(MailAddress.parse("ann@example.com"), domain)),
                0,
                false);
    }

    /// @param message lines may end with LF alone, as in a file
    public static FilterHarness of(byte[] message, InstantSource clock) {
        try {
            return new FilterHarness(
                    Draft.of(ReceivedMessage.of(new MemoryOctets(LineEnds.normalise(message)))), clock);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    public FilterHarness peer(SeenPeer other) {
        this.peer = other;
        return this;
    }

    public SeenPeer peer() {
        return peer;
    }

    public FilterHarness sender(ReversePath sender) {
        this.envelope = new SeenEnvelope(sender, envelope.recipients(), envelope.declaredSize(), envelope.smtpUtf8());
        return this;
    }

    /// Each is ruled by its own domain's policy; the first one's rules the calls.
    public FilterHarness recipients(List<MailAddress> addresses) {
        List<Recipient> recipients = new ArrayList<>();
        for (MailAddress address : addresses) {
            recipients.add(new SeenRecipient(address, address.domain()));
        }
        this.envelope = new SeenEnvelope(envelope.sender(), recipients, envelope.declaredSize(), envelope.smtpUtf8());
        this.domain = addresses.getFirst().domain();
        return this;
    }

    /// The domain whose policy rules the calls.
    public FilterHarness domain(Domain other) {
        this.domain = other;
        return this;
    }

    /// `[filters.<name>]` of that domain's policy.
    public FilterHarness settings(SettingTable table) {
        this.settings = table;
        return this;
    }

    public <T> FilterHarness fact(Class<T> type, T fact) {
        facts.put(type, fact);
        return this;
    }

    /// What came of it.
    ///
    /// @param edits in words, in order
    /// @param refused edits that `changes` does not declare: a fault on a real server
    /// @param message the octets as they would be delivered, without the server's own header fields
    public record Result(
            Decision decision,
            List<String> edits,
            List<String> refused,
            List<String> notes,
            Map<String, Double> scores,
            SortedSet<String> tags,
            String message) {}

    /// How a filter is asked.
    public interface Question {
        Decision ask(Filter filter, Mail mail, FilterContext context) throws Exception;
    }

    /// MESSAGE.
    public Result message(Filter filter) throws Exception {
        return ask(filter, (asked, mail, context) -> asked.message(mail, context));
    }

    /// Any stage; for those before the message, the mail has to be left alone.
    ///
    /// @throws Exception whatever the filter throws
    public Result ask(Filter filter, Question question) throws Exception {
        FilterMail mail = new FilterMail(id, peer, envelope, draft, facts, changes(filter), BODY_LIMIT);
        List<String> notes = new ArrayList<>();
        Decision decision;
        List<Edit> edits;
        try {
            decision = question.ask(filter, mail, context(notes));
        } finally {
            edits = mail.end();
        }
        List<String> refused = mail.violations();
        if (refused.isEmpty()) {
            draft = draft.with(edits);
            mail.keepFacts();
        }
        List<String> words = new ArrayList<>();
        for (Edit edit : edits) {
            words.add(edit.words());
        }
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        draft.whole().transfer(0, draft.whole().size(), octets);
        return new Result(
                decision,
                List.copyOf(words),
                refused,
                List.copyOf(notes),
                draft.scores(),
                draft.tags(),
                org.mutatio.mime.OctetStrings.text(octets.toByteArray()));
    }

    private static Set<Change> changes(Filter filter) {
        FilterInfo info = filter.getClass().getAnnotation(FilterInfo.class);
        Set<Change> changes = EnumSet.noneOf(Change.class);
        if (info != null) {
            changes.addAll(List.of(info.changes()));
        }
        return changes;
    }

    private FilterContext context(List<String> notes) {
        return new FilterContext() {
            @Override
            public <T extends Record> T settings(Class<T> type) {
                try {
                    return SettingsBinder.bind(type, settings);
                } catch (InvalidSettingException e) {
                    throw new IllegalArgumentException(e.getMessage(), e);
                }
            }

            @Override
            public Domain domain() {
                return domain;
            }

            @Override
            public Instant deadline() {
                return clock.instant().plus(Duration.ofSeconds(5));
            }

            @Override
            public Instant now() {
                return clock.instant();
            }

            @Override
            public void note(String text) {
                notes.add(text);
            }
        };
    }
}
