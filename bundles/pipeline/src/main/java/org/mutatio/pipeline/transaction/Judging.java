package org.mutatio.pipeline.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.mutatio.api.policy.Router;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.pipeline.filters.Pins;
import org.mutatio.pipeline.mail.Draft;
import org.mutatio.pipeline.mail.Facts;
import org.mutatio.pipeline.mail.FilterMail;
import org.mutatio.pipeline.mail.SeenEnvelope;
import org.mutatio.pipeline.mail.SeenPeer;
import org.mutatio.pipeline.trace.TraceLog;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Recipient;

/// Asks the filters about a message that is there: MESSAGE once for each distinct policy, DELIVER for each mailbox,
/// SEND for each destination. Used by one thread, for one message.
final class Judging implements AutoCloseable {

    /// Recipients whose policies are equal: they share one hearing.
    private static final class Group implements MailHearing.Desk {
        final Ruling ruling;
        final Facts facts = new Facts();
        final List<Unit> units = new ArrayList<>();
        private Draft draft;

        Group(Ruling ruling, Draft draft) {
            this.ruling = ruling;
            this.draft = draft;
        }

        @Override
        public Draft draft() {
            return draft;
        }

        @Override
        public void draft(Draft changed) {
            draft = changed;
        }
    }

    private final Asking asking;
    private final Pins pins;
    private final MailId id;
    private final SeenPeer peer;
    private final SeenEnvelope envelope;
    private final TraceLog trace;
    private final Supplier<Duration> left;
    private final long bodyLimit;
    private final String role;
    private final Map<String, Group> groups = new LinkedHashMap<>();

    Judging(
            Asking asking,
            Pins pins,
            MailId id,
            SeenPeer peer,
            SeenEnvelope envelope,
            TraceLog trace,
            Supplier<Duration> left,
            long bodyLimit) {
        this.asking = asking;
        this.pins = pins;
        this.id = id;
        this.peer = peer;
        this.envelope = envelope;
        this.trace = trace;
        this.left = left;
        this.bodyLimit = bodyLimit;
        this.role = peer.role();
    }

    /// The unit is judged by that policy at MESSAGE.
    void add(Unit unit, Ruling ruling) {
        groups.computeIfAbsent(ruling.policy().key(), _ -> new Group(ruling, unit.draft()))
                .units
                .add(unit);
    }

    /// MESSAGE: sets the verdict of each unit and its draft. One that is quarantined already may still be refused.
    void message() {
        for (Group group : groups.values()) {
            Verdict verdict = Verdict.PASS;
            if (!pins.of(Stage.MESSAGE).isEmpty() && Ways.asked(group.ruling.policy(), role)) {
                verdict = asking.askMail(
                        Stage.MESSAGE,
                        pins,
                        group.ruling,
                        id.text(),
                        subject(group),
                        trace,
                        left,
                        filter -> new MailHearing(
                                mail(filter, group.draft(), group.facts, envelope),
                                group,
                                (asked, mail, context) -> asked.message(mail, context)));
            }
            for (Unit unit : group.units) {
                unit.draft(group.draft());
                boolean worse = verdict instanceof Verdict.Refused || verdict instanceof Verdict.Discarded;
                if (unit.verdict() instanceof Verdict.Pass || worse) {
                    unit.verdict(verdict);
                }
            }
        }
    }

    /// DELIVER or SEND for one unit.
    void last(Unit unit, Facts facts) {
        MailHearing.Desk desk = new MailHearing.Desk() {
            @Override
            public Draft draft() {
                return unit.draft();
            }

            @Override
            public void draft(Draft changed) {
                unit.draft(changed);
            }
        };
        SeenEnvelope alone = new SeenEnvelope(
                envelope.sender(),
                List.<Recipient>of(unit.recipient().seen()),
                envelope.declaredSize(),
                envelope.smtpUtf8());
        Stage stage = stage(unit);
        if (pins.of(stage).isEmpty() || !Ways.asked(unit.ruling().policy(), role)) {
            return;
        }
        unit.verdict(asking.askMail(
                stage,
                pins,
                unit.ruling(),
                id.text(),
                unit.words(),
                trace,
                left,
                filter -> new MailHearing(
                        mail(filter, unit.draft(), facts, alone),
                        desk,
                        (asked, mail, context) -> switch (unit.target()) {
                            case Router.Target.Mailbox _ ->
                                asked.deliver(mail, unit.recipient().seen(), context);
                            case Router.Target.Relay relay -> asked.send(mail, relay.lane(), context);
                        })));
    }

    private static Stage stage(Unit unit) {
        return switch (unit.target()) {
            case Router.Target.Mailbox _ -> Stage.DELIVER;
            case Router.Target.Relay _ -> Stage.SEND;
        };
    }

    /// DELIVER and SEND for all that nobody objected to; SEND once for each destination.
    void deliverAndSend() {
        for (Group group : groups.values()) {
            Map<String, Unit> sent = new LinkedHashMap<>();
            for (Unit unit : group.units) {
                if (!(unit.verdict() instanceof Verdict.Pass)) {
                    continue;
                }
                if (unit.target() instanceof Router.Target.Relay relay) {
                    Unit first = sent.putIfAbsent(relay.lane(), unit);
                    if (first != null) {
                        unit.draft(first.draft());
                        unit.verdict(first.verdict());
                        continue;
                    }
                }
                last(unit, group.facts);
            }
        }
    }

    private FilterMail mail(FilterEntry filter, Draft draft, Facts facts, SeenEnvelope seen) {
        return new FilterMail(id, peer, seen, draft, facts, filter.declared().changes(), bodyLimit);
    }

    private static String subject(Group group) {
        String first = group.units.getFirst().recipient().address().toString();
        return group.units.size() == 1 ? first : first + " and " + (group.units.size() - 1) + " more";
    }

    /// Types of plugins do not outlive the transaction.
    @Override
    public void close() {
        groups.values().forEach(group -> group.facts.clear());
    }
}
