package org.mutatio.pipeline.transaction;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.pipeline.mail.Draft;
import org.mutatio.pipeline.mail.Rope;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.ReversePath;

/// Makes the outcomes of a message: for each distinct form of it one rope, and who gets it.
final class Posting {

    /// Each local mailbox gets a Delivered-To of its own, and with it a rope of its own: up to so many.
    private static final int MOST_OWN_ROPES = 50;

    static final String JUNK = "$Junk";

    private final ReversePath sender;
    private final MailParameters parameters;
    private final Limits limits;
    private final Instant now;
    private final byte[] received;

    /// @param only the one recipient; empty when there are several
    Posting(
            SessionFacts facts,
            MailId id,
            ReversePath sender,
            MailParameters parameters,
            Limits limits,
            Instant now,
            Optional<MailAddress> only) {
        this.sender = sender;
        this.parameters = parameters;
        this.limits = limits;
        this.now = now;
        this.received = TraceFields.received(facts, id, only, now);
    }

    /// One form of the message.
    private record Form(Draft draft, String prefix) {}

    private static final class Copies {
        final List<Local> local = new ArrayList<>();
        final Map<String, Waiting> queue = new LinkedHashMap<>();
    }

    /// @param alone a refusal of this copy refuses nobody else's
    private record Local(Unit unit, Router.Target.Mailbox mailbox, Change.Placement placement, boolean alone) {}

    private record Waiting(Router.Target.Relay target, boolean held, List<Change.QueueRecipient> recipients) {}

    /// @param units those that are kept: passed or quarantined
    /// @param each whether each recipient gets a reply of its own
    List<Change.Outcome> outcomes(List<Unit> units, boolean each) throws IOException {
        Map<Accepted, Integer> copies = new HashMap<>();
        units.forEach(unit -> copies.merge(unit.recipient(), 1, Integer::sum));
        long mailboxes = units.stream()
                .filter(unit -> unit.target() instanceof Router.Target.Mailbox)
                .count();
        Map<Form, Copies> forms = new LinkedHashMap<>();
        IdentityHashMap<Draft, Draft> local = new IdentityHashMap<>(); // units that share a draft share its local form
        for (Unit unit : units) {
            boolean quarantined = unit.verdict() instanceof Verdict.Quarantined;
            switch (unit.target()) {
                case Router.Target.Mailbox mailbox -> {
                    // RFC 5321 section 4.4: there is one Return-Path, and it is ours
                    Draft draft = local.computeIfAbsent(
                            unit.draft(), known -> known.without(field -> field.is("Return-Path")));
                    Form form = new Form(draft, prefix(mailbox, mailboxes <= MOST_OWN_ROPES));
                    forms.computeIfAbsent(form, _ -> new Copies())
                            .local
                            .add(new Local(
                                    unit,
                                    mailbox,
                                    placement(mailbox, unit.draft(), quarantined),
                                    each ? copies.getOrDefault(unit.recipient(), 0) == 1 : units.size() == 1));
                }
                case Router.Target.Relay relay ->
                    forms.computeIfAbsent(new Form(unit.draft(), text(received)), _ -> new Copies())
                            .queue
                            .computeIfAbsent(
                                    relay.lane() + " " + relay.tls() + " " + quarantined,
                                    _ -> new Waiting(relay, quarantined, new ArrayList<>()))
                            .recipients()
                            .add(recipient(unit, relay));
            }
        }
        List<Change.Outcome> outcomes = new ArrayList<>();
        for (var form : forms.entrySet()) {
            outcomes.add(outcome(form.getKey(), form.getValue()));
        }
        return outcomes;
    }

    private Change.Outcome outcome(Form form, Copies copies) throws IOException {
        byte[] prefix = org.mutatio.mime.OctetStrings.bytes(form.prefix());
        List<Change.Slice> slices = slices(form.draft().withPrefix(prefix));
        List<Change.QueueEntry> queue = new ArrayList<>();
        for (Waiting waiting : copies.queue.values()) {
            queue.add(entry(waiting));
        }
        long size = size(slices);
        List<Change.Placement> placements = new ArrayList<>();
        for (Local local : copies.local) {
            Change.Placement placement = local.placement();
            placements.add(new Change.Placement(
                    placement.account(),
                    placement.mailbox(),
                    placement.flags(),
                    placement.internalDate(),
                    quota(local, size)));
        }
        byte[] summary = form.draft().summary(prefix).toBytes();
        return new Change.Outcome(slices, ByteBuffer.wrap(summary).asReadOnlyBuffer(), placements, queue);
    }

    /// What the account may hold with this message in it.
    ///
    /// Where one reply is for several mailboxes, a full one would keep the others from their mail, each time anew,
    /// if RCPT could not see it: the client need not declare a size, and we put fields in front. So it is held to
    /// what RCPT asked, and may end above its quota by one message.
    private OptionalLong quota(Local local, long size) {
        OptionalLong limit = MailPipeline.quota(
                local.mailbox().account(), local.unit().ruling().policy());
        if (limit.isEmpty() || local.alone()) {
            return limit;
        }
        long asked = Math.min(size, Math.max(1, parameters.size()));
        return OptionalLong.of(limit.getAsLong() + size - asked);
    }

    static long size(List<Change.Slice> rope) {
        long size = 0;
        for (Change.Slice slice : rope) {
            size += switch (slice) {
                case Change.Slice.New octets -> octets.octets().remaining();
                case Change.Slice.Received range -> range.length();
            };
        }
        return size;
    }

    static List<Change.Slice> slices(Rope rope) {
        List<Change.Slice> slices = new ArrayList<>();
        for (Rope.Piece piece : rope.pieces()) {
            slices.add(
                    switch (piece) {
                        case Rope.Piece.New octets -> new Change.Slice.New(octets.octets());
                        case Rope.Piece.Received range -> new Change.Slice.Received(range.offset(), range.length());
                    });
        }
        return slices;
    }

    private String prefix(Router.Target.Mailbox mailbox, boolean own) {
        ByteArrayOutputStream prefix = new ByteArrayOutputStream(512);
        prefix.writeBytes(TraceFields.returnPath(sender));
        if (own) {
            prefix.writeBytes(TraceFields.deliveredTo(mailbox.address()));
        }
        prefix.writeBytes(received);
        return text(prefix.toByteArray());
    }

    private static String text(byte[] octets) {
        return org.mutatio.mime.OctetStrings.of(octets);
    }

    private Change.Placement placement(Router.Target.Mailbox mailbox, Draft draft, boolean quarantined) {
        SortedSet<String> keywords = new TreeSet<>(draft.tags());
        if (quarantined) {
            keywords.add(JUNK);
        }
        Change.Place place = quarantined ? new Change.Place.Role(SpecialUse.JUNK) : new Change.Place.Name("INBOX");
        Flags flags = keywords.isEmpty() ? Flags.NONE : new Flags(0, keywords);
        return new Change.Placement(mailbox.account().id(), place, flags, now);
    }

    private static Change.QueueRecipient recipient(Unit unit, Router.Target.Relay relay) {
        Map<String, String> parameters = unit.recipient().parameters();
        return new Change.QueueRecipient(
                relay.address().toString(),
                parameters.getOrDefault("NOTIFY", ""),
                parameters.getOrDefault("ORCPT", ""));
    }

    private Change.QueueEntry entry(Waiting waiting) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("tls", waiting.target().tls());
        attributes.put("body", parameters.body());
        if (parameters.smtpUtf8()) {
            attributes.put("smtputf8", "true");
        }
        for (String word : List.of("RET", "ENVID", "REQUIRETLS", "HOLDFOR", "HOLDUNTIL", "BY")) {
            String value = parameters.further().get(word);
            if (value != null) {
                attributes.put(word.toLowerCase(Locale.ROOT), value);
            }
        }
        Instant notBefore = release(parameters, now);
        Duration life = sender.equals(ReversePath.NULL) ? limits.bounceLife() : limits.queueLife();
        Instant from = notBefore.isAfter(now) ? notBefore : now;
        return new Change.QueueEntry(
                waiting.target().lane(),
                sender.address().map(MailAddress::toString).orElse(""),
                waiting.recipients(),
                notBefore,
                from.plus(life),
                attributes,
                waiting.held());
    }

    /// RFC 4865 section 5: seconds in HOLDFOR, a moment in HOLDUNTIL; the protocol has checked both.
    static Instant release(MailParameters parameters, Instant now) {
        String seconds = parameters.further().get("HOLDFOR");
        String until = parameters.further().get("HOLDUNTIL");
        try {
            if (seconds != null) {
                return now.plusSeconds(Long.parseLong(seconds));
            }
            return until == null ? now : Instant.parse(until);
        } catch (NumberFormatException | DateTimeException e) {
            return now; // unreadable for us: sent at once, as without it
        }
    }
}
