package org.mutatio.store.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.store.LocalStore;
import org.mutatio.store.backup.Restore;
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
                        call -> verify(store, call)),
                new SimpleAction(
                        "store backup",
                        "copies the store as it is now into FOLDER/TIME, while mail flows; `sha256sum -c manifest` checks it",
                        List.of(Argument.required(
                                "FOLDER", "on this server; the same disk costs neither room nor time")),
                        "mutatio store backup /var/backups/mutatio",
                        true,
                        call -> backup(store, call)),
                new SimpleAction(
                        "store restore",
                        "makes a new home's data of a backup or an archive; the live data is not touched",
                        List.of(
                                Argument.required("COPY", "folder of a backup, or the archive folder"),
                                Argument.required("HOME", "home that has no data yet; start the server on it then"),
                                Argument.option(
                                        "--to", "a record's number, a mail id or a time: what came later is left out"),
                                Argument.flag(
                                        "--keep-uidvalidity",
                                        "nothing was handed out after the copy was made: clients keep what they know")),
                        "mutatio store restore /var/backups/mutatio/2026-11-25T140000Z /srv/mutatio-restored",
                        true,
                        StoreActions::restore));
    }

    private static ActionResult backup(LocalStore store, ActionCall call) throws ActionException {
        Path folder = Path.of(call.require("FOLDER"));
        if (!folder.isAbsolute()) {
            throw new ActionException(64, "give the folder from the root on: the server's own folder is not yours");
        }
        try {
            Path made = store.backup(folder, call.progress());
            return ActionResult.of(
                    "made " + made + "\nnot in it: config, keys, certificates, traces of refused mail\n",
                    Json.object().with("folder", made.toString()));
        } catch (IOException e) {
            throw new ActionException(74, "no backup was made: " + e.getMessage());
        }
    }

    private static ActionResult restore(ActionCall call) throws ActionException {
        Path copy = Path.of(call.require("COPY"));
        Path home = Path.of(call.require("HOME"));
        if (!copy.isAbsolute() || !home.isAbsolute()) {
            throw new ActionException(64, "give both folders from the root on: the server's own folder is not yours");
        }
        try {
            Restore.Restored done = Restore.into(
                    copy, home.resolve("data"), call.get("--to"), call.flag("--keep-uidvalidity"), call.progress());
            return ActionResult.of(
                    "restored " + done.files() + " files: records up to " + done.sequence() + ", written " + done.time()
                            + "\nnext: copy your config into " + home.resolve("config")
                            + ", then `mutatio start --home " + home + "`\n",
                    Json.object()
                            .with("sequence", done.sequence())
                            .with("time", done.time().toString())
                            .with("files", done.files()));
        } catch (IOException e) {
            throw new ActionException(74, "not restored: " + e.getMessage());
        }
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
        return verify((progress, _) -> store.verify(progress), call);
    }

    /// Reads the store and says what is wrong.
    @FunctionalInterface
    interface Verification {
        Report run(Consumer<String> progress, Consumer<String> notes) throws IOException;
    }

    static ActionResult verify(Verification verification, ActionCall call) throws ActionException {
        List<String> notes = new ArrayList<>();
        Report report;
        try {
            report = verification.run(
                    line -> {
                        call.progress().accept(line);
                        if (line.startsWith("blob ") && notes.size() < 100) {
                            notes.add(line);
                        }
                    },
                    notes::add);
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
