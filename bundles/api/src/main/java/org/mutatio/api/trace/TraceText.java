package org.mutatio.api.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.mutatio.api.admin.Json;

/// How a [Trace] is shown: the same wherever it is asked for.
public final class TraceText {

    private TraceText() {}

    /// Lines for people, a step each; ended by an empty one.
    public static String text(Trace trace) {
        StringBuilder text = new StringBuilder();
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
        return text.append('\n').toString();
    }

    /// All of it, for programs.
    public static Json json(Trace trace) {
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
