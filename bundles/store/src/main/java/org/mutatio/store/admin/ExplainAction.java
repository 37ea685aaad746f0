package org.mutatio.store.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.api.trace.Traces;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.settings.Durations;

/// `explain`: why a mail went where it went, or was refused.
public final class ExplainAction implements Action {

    private static final int MOST = 20;
    private static final Duration SINCE = Duration.ofDays(1);

    private final Traces traces;
    private final InstantSource clock;

    public ExplainAction(Traces traces, InstantSource clock) {
        this.traces = traces;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "explain";
    }

    @Override
    public String summary() {
        return "each step of a mail, a refused transaction or a failed log-in: who decided what, by which line, and why";
    }

    @Override
    public List<Argument> arguments() {
        return List.of(
                Argument.required("WHAT", "a mail id, a Message-ID, a sender or recipient, or a client's address"),
                Argument.option("--since", "how far back to look for the latter; 1 d when not given"));
    }

    @Override
    public String example() {
        return "mutatio explain ann@example.org --since 1h";
    }

    @Override
    public ActionResult run(ActionCall call) throws ActionException {
        String what = call.require("WHAT").strip();
        List<Trace> found = new ArrayList<>();
        if (MailId.valid(what.toUpperCase(Locale.ROOT))) {
            traces.find(new MailId(what.toUpperCase(Locale.ROOT))).ifPresent(found::add);
        } else {
            Duration since = SINCE;
            if (call.get("--since").isPresent()) {
                try {
                    since = Durations.parse(call.get("--since").get());
                } catch (IllegalArgumentException e) {
                    throw ActionException.usage("--since: " + e.getMessage());
                }
            }
            Instant from = clock.instant().minus(since);
            found.addAll(traces.find(new Traces.Query(what, from, MOST)));
        }
        if (found.isEmpty()) {
            throw ActionException.notFound("nothing is known of " + what
                    + " (traces are kept for trace.retention of [store]; widen the time with --since 7d)");
        }
        StringBuilder text = new StringBuilder();
        found.forEach(trace -> print(trace, text));
        if (found.size() == MOST) {
            text.append("only the newest ").append(MOST).append(" are shown\n");
        }
        return ActionResult.of(
                text.toString(),
                Json.array(found.stream().map(ExplainAction::json).toList()));
    }

    private static void print(Trace trace, StringBuilder text) {
        text.append(trace.id())
                .append("  ")
                .append(trace.outcome().toUpperCase(Locale.ROOT))
                .append("  ");
        text.append(trace.began()).append('\n');
        text.append("  from <").append(trace.sender()).append("> to ");
        text.append(trace.recipients().isEmpty() ? "nobody" : String.join(", ", trace.recipients()))
                .append('\n');
        text.append("  by ")
                .append(trace.role())
                .append(" session ")
                .append(trace.session())
                .append(" from ");
        text.append(trace.client());
        trace.messageId().ifPresent(id -> text.append("  Message-ID ").append(id));
        text.append("  policies ").append(trace.policySet()).append('\n');
        int stage = 5;
        int actor = 5;
        for (TraceStep step : trace.steps()) {
            stage = Math.max(stage, step.stage().length());
            actor = Math.max(actor, step.actor().length() + step.version().length() + 1);
        }
        String format = "  %-" + stage + "s  %-" + actor + "s  %8s  %s%s%s%s%n";
        for (TraceStep step : trace.steps()) {
            text.append(String.format(
                    Locale.ROOT,
                    format,
                    step.stage(),
                    step.version().isEmpty() ? step.actor() : step.actor() + " " + step.version(),
                    step.micros() == 0 ? "" : step.micros() + " us",
                    step.subject().isEmpty() ? "" : step.subject() + ": ",
                    step.outcome(),
                    step.reason().isEmpty() ? "" : " (" + step.reason() + ")",
                    step.policy().isEmpty() ? "" : " [" + step.policy() + "]"));
        }
        text.append('\n');
    }

    private static Json json(Trace trace) {
        List<Json> steps = new ArrayList<>();
        for (TraceStep step : trace.steps()) {
            steps.add(Json.object()
                    .with("stage", step.stage())
                    .with("actor", step.actor())
                    .with("version", step.version())
                    .with("subject", step.subject())
                    .with("policy", step.policy())
                    .with("outcome", step.outcome())
                    .with("reason", step.reason())
                    .with("micros", step.micros()));
        }
        return Json.object()
                .with("id", trace.id().text())
                .with("began", trace.began().toString())
                .with("session", trace.session())
                .with("role", trace.role())
                .with("client", trace.client())
                .with("sender", trace.sender())
                .with("recipients", Json.strings(trace.recipients()))
                .with("message_id", trace.messageId().orElse(""))
                .with("policy_set", trace.policySet())
                .with("outcome", trace.outcome())
                .with("steps", Json.array(steps));
    }
}
