package org.mutatio.pipeline.transaction;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.pipeline.filters.Pins;
import org.mutatio.pipeline.mail.SeenPeer;
import org.mutatio.pipeline.trace.TraceLog;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// One connection: CONNECT and HELO filters, the steps that belong to all of its transactions.
final class MailSession implements Session {

    /// A client that repeats EHLO or AUTH does not make it grow.
    private static final int MOST_STEPS = 100;

    private final MailPipeline pipeline;
    private final SessionFacts facts;
    private final Instant began;
    private final List<TraceStep> steps = new ArrayList<>();
    private Verdict verdict = Verdict.PASS;

    MailSession(MailPipeline pipeline, SessionFacts facts) {
        this.pipeline = pipeline;
        this.facts = facts;
        this.began = pipeline.clock().instant();
    }

    @Override
    public Optional<Reply> connect() {
        return ask(Stage.CONNECT, (filter, context) -> filter.connect(peer(), context));
    }

    @Override
    public Optional<Reply> helo() {
        return ask(Stage.HELO, (filter, context) -> filter.helo(peer(), context));
    }

    private Optional<Reply> ask(Stage stage, Asking.Question question) {
        if (pipeline.filters().of(stage).isEmpty()) {
            return Optional.empty();
        }
        String word = stage.name().toLowerCase(java.util.Locale.ROOT);
        PolicySet set;
        try {
            set = pipeline.services().policies().lend().current();
        } catch (AbsentServiceException e) {
            return Optional.of(refuse(Replies.NOT_NOW, word, "no policies: " + e.getMessage(), 0));
        }
        Ruling ruling = Ruling.of(set.defaults());
        if (!Ways.asked(ruling.policy(), facts.role())) {
            return Optional.empty();
        }
        TraceLog trace = new TraceLog();
        Verdict found;
        try (Pins pins = new Pins(pipeline.filters())) {
            found = pipeline.asking()
                    .ask(
                            stage,
                            pins,
                            ruling,
                            facts.sessionId(),
                            facts.helo().get().orElse(""),
                            trace,
                            () -> pipeline.limits().deadline(),
                            question);
        }
        trace.steps().forEach(this::note);
        switch (found) {
            case Verdict.Refused refused -> {
                return Optional.of(
                        refuse(refused.reply(), word, refused.by() + ": " + refused.reason(), set.version()));
            }
            case Verdict.Quarantined _, Verdict.Discarded _ -> verdict = found; // of every message of the session
            case Verdict.Redirected _, Verdict.Pass _ -> {} // there is nobody to redirect yet
        }
        return Optional.empty();
    }

    private Reply refuse(Reply reply, String stage, String reason, long policySet) {
        pipeline.meters()
                .counter("mutatio_rejects_total", "stage", stage, "reason", "filter")
                .add();
        MailId id = pipeline.newId();
        Reply told = Replies.with(reply, id);
        String outcome = reply.transientFailure() ? "deferred" : "rejected";
        List<TraceStep> all = new ArrayList<>(steps);
        all.add(step(stage, "", told.code() + " " + told.status(), reason));
        record(id, policySet, outcome, all);
        return told;
    }

    @Override
    public void note(TraceStep step) {
        if (steps.size() < MOST_STEPS) {
            steps.add(step);
        }
    }

    @Override
    public Transaction begin(ReversePath sender, MailParameters parameters) {
        return new MailTransaction(pipeline, this, sender, parameters);
    }

    @Override
    public MailId refused(String outcome, String subject, Reply reply, String reason) {
        MailId id = pipeline.newId();
        String stage = outcome.equals("login-failed") ? "auth" : "reply";
        pipeline.meters()
                .counter("mutatio_rejects_total", "stage", stage, "reason", outcome)
                .add();
        List<TraceStep> all = new ArrayList<>(steps);
        all.add(step(stage, subject, reply.code() + " " + reply.status(), reason));
        record(id, 0, outcome, all);
        return id;
    }

    private void record(MailId id, long policySet, String outcome, List<TraceStep> all) {
        pipeline.services()
                .traces()
                .now()
                .ifPresent(traces -> traces.record(new Trace(
                        id,
                        began,
                        facts.sessionId(),
                        facts.role(),
                        client(),
                        "",
                        List.of(),
                        Optional.empty(),
                        policySet,
                        outcome,
                        all)));
    }

    private TraceStep step(String stage, String subject, String outcome, String reason) {
        return new TraceStep(stage, pipeline.name(), pipeline.version(), subject, "", outcome, reason, 0);
    }

    @Override
    public void answerRead(MailId id) {
        // none there: the store is being replaced, and keeps the fingerprint; the worst is a repeat that is recognised
        pipeline.services().store().now().ifPresent(store -> store.answerRead(id));
    }

    @Override
    public void close() {
        steps.clear();
    }

    SessionFacts facts() {
        return facts;
    }

    List<TraceStep> steps() {
        return List.copyOf(steps);
    }

    /// Of CONNECT and HELO: quarantine or discard whatever comes.
    Verdict verdict() {
        return verdict;
    }

    String client() {
        var address = facts.client().getAddress();
        return address == null ? facts.client().getHostString() : address.getHostAddress();
    }

    SeenPeer peer() {
        return new SeenPeer(
                facts.sessionId(),
                facts.client(),
                facts.role(),
                facts.helo().get(),
                facts.tls().get(),
                facts.account().get().map(account -> account.address()));
    }
}
