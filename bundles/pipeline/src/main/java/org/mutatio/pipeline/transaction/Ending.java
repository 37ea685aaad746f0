package org.mutatio.pipeline.transaction;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.policy.Router;
import org.mutatio.sdk.reply.Reply;

/// How a message ends when all verdicts are there.
///
/// SMTP has one reply for all recipients: when only some of them refuse, a 5xx would bounce what the others took, so it
/// is answered 250 and theirs goes where their policy says (`pipeline.mixed-verdict`); when some defer, all is deferred
/// and nothing kept, since the sender will come again with all of it. LMTP and PRDR answer each recipient.
///
/// @param refusedByAll the reply to everything; then nothing is kept
/// @param kept passed or quarantined
/// @param refusals of single recipients (LMTP, PRDR)
/// @param told what becomes of each, for the trace
/// @param outcome of the whole, as a trace names it
record Ending(
        Optional<Verdict.Refused> refusedByAll,
        List<Unit> kept,
        Map<Accepted, Reply> refusals,
        List<Told> told,
        String outcome) {

    record Told(String subject, String outcome, String reason) {}

    /// @param each whether each recipient gets a reply of its own
    static Ending of(List<Unit> units, List<Accepted> recipients, boolean each) {
        return each ? forEach(units, recipients) : forAll(units);
    }

    private static Ending forAll(List<Unit> units) {
        Verdict.Refused deferred = null;
        Verdict.Refused rejected = null;
        boolean taken = false;
        boolean strict = false;
        for (Unit unit : units) {
            if (unit.verdict() instanceof Verdict.Refused refused) {
                if (refused.reply().transientFailure()) {
                    deferred = deferred == null ? refused : deferred;
                } else {
                    rejected = rejected == null ? refused : rejected;
                    strict |= mixed(unit).equals("reject");
                }
            } else {
                taken = true;
            }
        }
        if (deferred != null) {
            return refused(deferred);
        }
        if (rejected != null && (!taken || strict)) {
            return refused(rejected);
        }
        for (Unit unit : units) {
            if (unit.verdict() instanceof Verdict.Refused refused) {
                String reason = "mixed verdict, " + refused.by() + ": " + refused.reason();
                unit.verdict(
                        mixed(unit).equals("discard")
                                ? new Verdict.Discarded(refused.by(), reason)
                                : new Verdict.Quarantined(refused.by(), reason));
            }
        }
        return kept(units, Map.of());
    }

    private static String mixed(Unit unit) {
        return unit.recipient().ruling().policy().text("pipeline.mixed-verdict");
    }

    private static Ending forEach(List<Unit> units, List<Accepted> recipients) {
        Map<Accepted, Reply> refusals = new LinkedHashMap<>();
        Map<Accepted, Verdict.Refused> first = new LinkedHashMap<>();
        List<Unit> rest = new ArrayList<>();
        for (Accepted recipient : recipients) {
            List<Unit> own = units.stream()
                    .filter(unit -> unit.recipient().equals(recipient))
                    .toList();
            Ending alone = forAll(own);
            if (alone.refusedByAll().isPresent()) {
                refusals.put(recipient, alone.refusedByAll().get().reply());
                first.put(recipient, alone.refusedByAll().get());
            } else {
                rest.addAll(own);
            }
        }
        if (rest.isEmpty()) {
            Verdict.Refused one = first.values().iterator().next();
            for (Verdict.Refused refused : first.values()) {
                one = refused.reply().transientFailure() ? refused : one;
            }
            return new Ending(Optional.of(one), List.of(), refusals, List.of(), "");
        }
        return kept(rest, refusals);
    }

    private static Ending refused(Verdict.Refused refused) {
        return new Ending(Optional.of(refused), List.of(), Map.of(), List.of(), "");
    }

    private static Ending kept(List<Unit> units, Map<Accepted, Reply> refusals) {
        List<Unit> kept = new ArrayList<>();
        List<Told> told = new ArrayList<>();
        boolean local = false;
        boolean queued = false;
        boolean quarantined = false;
        for (Unit unit : units) {
            switch (unit.verdict()) {
                case Verdict.Discarded discarded ->
                    told.add(new Told(unit.words(), "discarded", discarded.by() + ": " + discarded.reason()));
                case Verdict.Quarantined junk -> {
                    quarantined = true;
                    kept.add(unit);
                    told.add(new Told(
                            unit.words(), "quarantined", place(unit) + "; " + junk.by() + ": " + junk.reason()));
                }
                case Verdict.Pass _ -> {
                    boolean relay = unit.target() instanceof Router.Target.Relay;
                    local |= !relay;
                    queued |= relay;
                    kept.add(unit);
                    told.add(new Told(unit.words(), relay ? "queued" : "kept", place(unit)));
                }
                case Verdict.Refused _, Verdict.Redirected _ ->
                    throw new IllegalStateException("no such verdict is left at the end: " + unit.verdict());
            }
        }
        refusals.forEach(
                (recipient, reply) -> told.add(new Told(recipient.address().toString(), "refused", reply.toString())));
        String outcome = local ? "kept" : queued ? "queued" : quarantined ? "quarantined" : "discarded";
        return new Ending(Optional.empty(), List.copyOf(kept), refusals, List.copyOf(told), outcome);
    }

    /// Where somebody who looks for it finds it.
    private static String place(Unit unit) {
        boolean junk = unit.verdict() instanceof Verdict.Quarantined;
        return switch (unit.target()) {
            case Router.Target.Mailbox mailbox ->
                (junk ? "in the mailbox with the role \\Junk of " : "in INBOX of ")
                        + mailbox.account().address();
            case Router.Target.Relay relay ->
                junk ? "held in the queue for " + relay.lane() + " (mutatio queue release)" : relay.lane();
        };
    }
}
