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
import org.mutatio.api.trace.TraceText;
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
        found.forEach(trace -> text.append(TraceText.text(trace)));
        if (found.size() == MOST) {
            text.append("only the newest ").append(MOST).append(" are shown\n");
        }
        return ActionResult.of(
                text.toString(), Json.array(found.stream().map(TraceText::json).toList()));
    }
}
