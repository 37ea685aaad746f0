package org.mutatio.pipeline.transaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.mime.structure.Summary;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.pipeline.filters.Pins;
import org.mutatio.pipeline.mail.Draft;
import org.mutatio.pipeline.mail.ReceivedMessage;
import org.mutatio.pipeline.mail.SeenEnvelope;
import org.mutatio.pipeline.mail.SeenPeer;
import org.mutatio.pipeline.trace.TraceLog;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One message that a client puts into a mailbox of its own. There is no envelope: filters see the account as sender
/// and as the only recipient, and the role `imap`. Nothing is put in front and nothing repaired: it is the client's.
final class Appending implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Appending.class);
    private static final Reply UNWANTED = Reply.of(554, "5.7.1", "not wanted here");

    private final MailPipeline pipeline;
    private final Appends.Append append;
    private final MailAddress owner;
    private final MailId id;
    private final Instant began;
    private final TraceLog trace = new TraceLog();
    private final Pins pins;
    private final PolicySet set;
    private final Ruling ruling;
    private final SeenPeer peer;

    Appending(MailPipeline pipeline, Appends.Append append) {
        this.pipeline = pipeline;
        this.append = append;
        this.owner = append.account().address();
        this.id = pipeline.newId();
        this.began = pipeline.clock().instant();
        this.set = pipeline.services().policies().lend().current();
        this.ruling = Ruling.of(set.of(owner.domain()).orElse(set.defaults()));
        this.pins = new Pins(pipeline.filters());
        this.peer = new SeenPeer(
                append.session(), append.client(), "imap", Optional.empty(), append.tls(), Optional.of(owner));
        pipeline.transactionBegan();
    }

    Appends.Appended append(Spool content, ByteBuffer summaryOctets)
            throws RefusedChangeException, StoreUnavailableException {
        Optional<Summary> stored = Summary.parse(summaryOctets);
        try (ReceivedMessage received = stored.isPresent()
                ? ReceivedMessage.of(content.content(), stored.get())
                : ReceivedMessage.of(content.content())) {
            return append(content, received);
        } catch (IOException e) {
            log.error("event=append.unreadable id={} reason=\"{}\"", id, e.getMessage());
            throw new StoreUnavailableException(Replies.NOT_NOW, String.valueOf(e.getMessage()));
        }
    }

    private Appends.Appended append(Spool content, ReceivedMessage received)
            throws IOException, RefusedChangeException, StoreUnavailableException {
        Router.Target.Mailbox target = new Router.Target.Mailbox(append.account(), owner, "");
        Accepted recipient =
                new Accepted(owner, owner, Map.of(), ruling, new Routed(ruling, List.of(target), false), Verdict.PASS);
        SeenEnvelope envelope = new SeenEnvelope(
                ReversePath.of(owner), List.of(recipient.seen()), content.size(), owner.international());
        Unit unit = new Unit(recipient, target, ruling, Draft.of(received), Verdict.PASS);
        judge(unit, envelope);
        Optional<FilterEntry> retired = pins.retired();
        if (retired.isPresent()) {
            unit.verdict(new Verdict.Refused(Replies.REPLACED, retired.get().name(), "its version was taken away"));
        }
        return switch (unit.verdict()) {
            case Verdict.Refused refused ->
                refuse(refused.reply(), refused.by() + ": " + refused.reason(), received, envelope);
            case Verdict.Discarded discarded ->
                refuse(UNWANTED, "discard, " + discarded.by() + ": " + discarded.reason(), received, envelope);
            case Verdict.Quarantined junk ->
                keep(
                        content,
                        received,
                        envelope,
                        unit.draft(),
                        "marked $Junk, " + junk.by() + ": " + junk.reason(),
                        true);
            case Verdict.Redirected away ->
                keep(
                        content,
                        received,
                        envelope,
                        unit.draft(),
                        "redirected by " + away.by() + ", which an APPEND is not",
                        false);
            case Verdict.Pass _ -> keep(content, received, envelope, unit.draft(), "", false);
        };
    }

    private void judge(Unit unit, SeenEnvelope envelope) {
        long end = System.nanoTime() + pipeline.limits().deadline().toNanos();
        long bodyLimit = ruling.policy().size("limits.message-size").octets();
        try (Judging judging = new Judging(
                pipeline.asking(),
                pins,
                id,
                peer,
                envelope,
                trace,
                () -> Duration.ofNanos(Math.max(0, end - System.nanoTime())),
                bodyLimit)) {
            judging.add(unit, ruling);
            judging.message();
        }
    }

    private Appends.Appended refuse(Reply reply, String reason, ReceivedMessage received, SeenEnvelope envelope) {
        Reply told = Replies.with(reply, id);
        String outcome = told.transientFailure() ? "deferred" : "rejected";
        trace.end(step("reply", told.toString(), reason, elapsed()));
        record(outcome, received.summary());
        pipeline.meters()
                .counter("mutatio_rejects_total", "stage", "append", "reason", "filter")
                .add();
        count(outcome);
        log.info(
                "event=append.{} id={} session={} account={} reply=\"{}\" reason=\"{}\"",
                outcome,
                id,
                append.session(),
                owner,
                told,
                MailTransaction.clean(reason));
        observe(received, envelope, outcome + " " + told, false);
        return new Appends.Appended.Refused(id, told);
    }

    private Appends.Appended keep(
            Spool content, ReceivedMessage received, SeenEnvelope envelope, Draft draft, String reason, boolean junk)
            throws IOException, RefusedChangeException, StoreUnavailableException {
        SortedSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        keywords.addAll(append.flags().keywords());
        keywords.addAll(draft.tags());
        if (junk) {
            keywords.add(Posting.JUNK);
        }
        String where = "APPEND of " + content.size() + " octets to mailbox " + append.mailbox();
        trace.end(step("commit", "local", reason.isEmpty() ? where : where + "; " + reason, elapsed()));
        Change.Deliver deliver = new Change.Deliver(
                id,
                began,
                content,
                List.of(new Change.Outcome(
                        Posting.slices(draft.whole()),
                        ByteBuffer.wrap(draft.summary().toBytes()).asReadOnlyBuffer(),
                        List.of(new Change.Placement(
                                append.account().id(),
                                new Change.Place.Id(append.mailbox()),
                                new Flags(append.flags().system(), keywords),
                                append.internalDate(),
                                MailPipeline.quota(append.account(), ruling.policy()))),
                        List.of())),
                trace("kept", received.summary()),
                Optional.empty());
        Change.Delivered done = pipeline.services().mail().commit(deliver);
        count("kept");
        observe(received, envelope, "kept", true);
        return new Appends.Appended.Kept(id, done.placed().getFirst());
    }

    private void observe(ReceivedMessage received, SeenEnvelope envelope, String outcome, boolean kept) {
        if (pipeline.filters().of(Stage.DONE).isEmpty() || !Ways.asked(ruling.policy(), peer.role())) {
            return;
        }
        Observation observation = new Observation(
                pipeline, id, peer, envelope, ruling, received.summary(), received.headerOctets(), outcome, kept);
        pipeline.observers().tell(observation, observation.header().size());
    }

    private void count(String outcome) {
        pipeline.meters().counter("mutatio_appends_total", "outcome", outcome).add();
    }

    private TraceStep step(String stage, String outcome, String reason, long micros) {
        return new TraceStep(stage, pipeline.name(), pipeline.version(), owner.toString(), "", outcome, reason, micros);
    }

    private long elapsed() {
        return Duration.between(began, pipeline.clock().instant()).toNanos() / 1_000;
    }

    private Trace trace(String outcome, Summary summary) {
        var address = append.client().getAddress();
        return new Trace(
                id,
                began,
                append.session(),
                "imap",
                address == null ? append.client().getHostString() : address.getHostAddress(),
                owner.toString(),
                List.of(owner.toString()),
                summary.field("message-id"),
                set.version(),
                outcome,
                trace.steps());
    }

    private void record(String outcome, Summary summary) {
        Trace whole = trace(outcome, summary);
        pipeline.services().traces().now().ifPresent(traces -> traces.record(whole));
    }

    @Override
    public void close() {
        pins.close();
        pipeline.transactionEnded();
    }
}
