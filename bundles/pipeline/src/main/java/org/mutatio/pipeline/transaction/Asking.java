package org.mutatio.pipeline.transaction;

import java.time.Duration;
import java.util.Locale;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.pipeline.filters.Pins;
import org.mutatio.pipeline.gate.Answer;
import org.mutatio.pipeline.gate.Call;
import org.mutatio.pipeline.gate.Gate;
import org.mutatio.pipeline.gate.MisdeedException;
import org.mutatio.pipeline.trace.TraceLog;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.sdk.settings.SettingTable;

/// Asks the filters of one stage in order, until one has another opinion than [Decision#next].
final class Asking {

    private static final Reply LATER = Reply.of(451, "4.3.0", "cannot be checked now, try again later");
    private static final Reply REFUSED = Reply.of(554, "5.3.0", "cannot be checked");
    private static final Reply TOO_LONG = Reply.of(451, "4.3.0", "checking takes too long, try again later");
    private static final Reply RETIRED = Reply.of(451, "4.3.2", "a part of the system was replaced, try again");

    private final Gate gate;
    private final java.time.InstantSource clock;

    Asking(Gate gate, java.time.InstantSource clock) {
        this.gate = gate;
        this.clock = clock;
    }

    /// How a filter is asked.
    interface Question {
        Decision ask(Filter filter, FilterContext context) throws Exception;
    }

    /// How it is asked about a message: it may want changes.
    interface MailQuestion {
        Hearing begin(FilterEntry filter);
    }

    /// One call about a message.
    interface Hearing {
        Decision ask(Filter filter, FilterContext context) throws Exception;

        void end();

        /// @return what was changed, in words
        String settle() throws MisdeedException;
    }

    /// @param subject of the trace's steps
    /// @param left of the time for all filters together
    Verdict ask(
            Stage stage,
            Pins pins,
            Ruling ruling,
            String about,
            String subject,
            TraceLog trace,
            java.util.function.Supplier<Duration> left,
            Question question) {
        return askMail(stage, pins, ruling, about, subject, trace, left, _ -> new Hearing() {
            @Override
            public Decision ask(Filter filter, FilterContext context) throws Exception {
                return question.ask(filter, context);
            }

            @Override
            public void end() {}

            @Override
            public String settle() {
                return "";
            }
        });
    }

    Verdict askMail(
            Stage stage,
            Pins pins,
            Ruling ruling,
            String about,
            String subject,
            TraceLog trace,
            java.util.function.Supplier<Duration> left,
            MailQuestion question) {
        for (FilterEntry filter : pins.of(stage)) {
            if (filter.retired()) {
                trace.add(step(stage, filter, subject, "", "retired", "its version was taken away", 0));
                return new Verdict.Refused(RETIRED, filter.name(), "its version was taken away");
            }
            SettingTable table = ruling.policy().filter(filter.name());
            String line = FilterEntry.policyLine(table);
            if (!FilterEntry.enabled(table)) {
                trace.add(step(stage, filter, subject, line, "skipped", "enabled = false", 0));
                continue;
            }
            pins.hold(filter);
            Verdict verdict = one(stage, filter, ruling, about, subject, trace, left.get(), table, line, question);
            // observers have no vote, and each of them is told
            if (stage == Stage.DONE) {
                continue;
            }
            if (!(verdict instanceof Verdict.Pass pass)) {
                return verdict;
            }
            if (pass.enough()) {
                break;
            }
        }
        return Verdict.PASS;
    }

    private Verdict one(
            Stage stage,
            FilterEntry filter,
            Ruling ruling,
            String about,
            String subject,
            TraceLog trace,
            Duration left,
            SettingTable table,
            String line,
            MailQuestion question) {
        Duration deadline = left.compareTo(filter.declared().deadline()) < 0
                ? left
                : filter.declared().deadline();
        Context context = new Context(filter, ruling, table, clock.instant().plus(deadline), clock);
        Hearing hearing = question.begin(filter);
        String[] changed = {""};
        Answer answer = gate.call(filter, ruling.domain().ascii(), left, about, new Call() {
            @Override
            public Decision ask() throws Exception {
                return hearing.ask(filter.filter(), context);
            }

            @Override
            public void end() {
                hearing.end();
            }

            @Override
            public void settle() throws MisdeedException {
                changed[0] = hearing.settle();
            }
        });
        for (String note : context.end()) {
            trace.add(step(stage, filter, subject, line, "note", note, 0));
        }
        return switch (answer) {
            case Answer.OutOfTime late -> {
                trace.add(step(
                        stage, filter, subject, line, "deadline", "the time for all filters is up", late.micros()));
                yield new Verdict.Refused(TOO_LONG, filter.name(), "the time for all filters together is up");
            }
            case Answer.Fault fault -> {
                String reason = fault.kind() + ": " + fault.reason();
                String outcome =
                        "fault, " + filter.declared().onFailure().name().toLowerCase(Locale.ROOT);
                trace.add(step(stage, filter, subject, line, outcome, reason, fault.micros()));
                yield failed(filter, reason);
            }
            case Answer.Decided decided -> {
                Decision decision = decided.decision();
                String reason = changed[0].isEmpty()
                        ? decision.reason()
                        : decision.reason().isEmpty() ? changed[0] : decision.reason() + "; " + changed[0];
                trace.add(step(stage, filter, subject, line, word(decision), reason, decided.micros()));
                yield verdict(filter, decision);
            }
        };
    }

    private static Verdict failed(FilterEntry filter, String reason) {
        return switch (filter.declared().onFailure()) {
            case OPEN -> Verdict.PASS;
            case DEFER -> new Verdict.Refused(LATER, filter.name(), reason);
            case REJECT -> new Verdict.Refused(REFUSED, filter.name(), reason);
            case QUARANTINE -> new Verdict.Quarantined(filter.name(), reason);
        };
    }

    private static Verdict verdict(FilterEntry filter, Decision decision) {
        return switch (decision) {
            case Decision.Next _ -> Verdict.PASS;
            case Decision.Accept _ -> new Verdict.Pass(true);
            case Decision.Reject reject -> new Verdict.Refused(reject.reply(), filter.name(), reject.reason());
            case Decision.Defer defer -> new Verdict.Refused(defer.reply(), filter.name(), defer.reason());
            case Decision.Quarantine quarantine -> new Verdict.Quarantined(filter.name(), quarantine.reason());
            case Decision.Discard discard -> new Verdict.Discarded(filter.name(), discard.reason());
            case Decision.Redirect redirect -> new Verdict.Redirected(redirect.to(), filter.name(), redirect.reason());
        };
    }

    private static String word(Decision decision) {
        return switch (decision) {
            case Decision.Next _ -> "next";
            case Decision.Accept _ -> "accept";
            case Decision.Reject reject ->
                "reject " + reject.reply().code() + " " + reject.reply().status();
            case Decision.Defer defer ->
                "defer " + defer.reply().code() + " " + defer.reply().status();
            case Decision.Quarantine _ -> "quarantine";
            case Decision.Discard _ -> "discard";
            case Decision.Redirect redirect -> "redirect " + redirect.to();
        };
    }

    private static TraceStep step(
            Stage stage, FilterEntry filter, String subject, String line, String outcome, String reason, long micros) {
        return new TraceStep(
                stage.name().toLowerCase(Locale.ROOT),
                filter.name(),
                filter.origin().version(),
                subject,
                line,
                outcome,
                reason,
                micros);
    }
}
