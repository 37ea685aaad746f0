package org.mutatio.store.admin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Json;
import org.mutatio.store.LocalStore;
import org.mutatio.store.verify.Report;

/// `store status` and `store verify`.
public final class StoreActions {

    private StoreActions() {}

    public static List<Action> of(LocalStore store) {
        return List.of(
                new SimpleAction(
                        "store status",
                        "where journal and index are, and how much room is left",
                        List.of(),
                        "mutatio store status",
                        false,
                        _ -> status(store)),
                new SimpleAction(
                        "store verify",
                        "reads every octet: checksums, hashes, references, index against journal",
                        List.of(),
                        "mutatio store verify",
                        false,
                        call -> verify(store, call)));
    }

    private static ActionResult status(LocalStore store) {
        LocalStore.Status status = store.status();
        String text = "journal    records " + status.firstKept() + " to " + status.sequence() + "\n"
                + "index      at " + status.applied() + ", " + status.backlog() + " behind, checkpoint at "
                + status.checkpoint()
                + "\n"
                + "free       " + status.free() / 1_000_000 + " MB\n"
                + "writes     " + (status.readOnly() ? "no: read-only until store verify was run" : "yes") + "\n"
                + "damages    " + status.damages().size() + "\n"
                + status.problem()
                        .map(problem -> "problem    " + problem + "\n")
                        .orElse("");
        Json json = Json.object()
                .with("sequence", status.sequence())
                .with("applied", status.applied())
                .with("backlog", status.backlog())
                .with("free_octets", status.free())
                .with("first_kept", status.firstKept())
                .with("checkpoint", status.checkpoint())
                .with("read_only", status.readOnly())
                .with("damages", status.damages().size())
                .with("problem", status.problem().orElse(""));
        return ActionResult.of(text, json);
    }

    private static ActionResult verify(LocalStore store, ActionCall call) throws ActionException {
        List<String> notes = new ArrayList<>();
        Report report;
        try {
            report = store.verify(line -> {
                call.progress().accept(line);
                if (line.startsWith("blob ") && notes.size() < 100) {
                    notes.add(line);
                }
            });
        } catch (IOException e) {
            throw new ActionException(74, "the store cannot be read: " + e.getMessage());
        }
        StringBuilder text = new StringBuilder();
        text.append(report.records())
                .append(" records, ")
                .append(report.mails())
                .append(" mails, ");
        text.append(report.octets()).append(" octets read\n");
        report.problems()
                .forEach(problem -> text.append("PROBLEM ").append(problem).append('\n'));
        notes.forEach(note -> text.append("note    ").append(note).append('\n'));
        text.append(
                report.problems().isEmpty()
                        ? "all is well\n"
                        : report.problems().size() + " problems\n");
        Json json = Json.object()
                .with("records", report.records())
                .with("mails", report.mails())
                .with("octets", report.octets())
                .with("problems", Json.strings(report.problems()))
                .with("notes", Json.strings(notes));
        return new ActionResult(text.toString(), json, report.problems().isEmpty() ? 0 : 65);
    }
}
