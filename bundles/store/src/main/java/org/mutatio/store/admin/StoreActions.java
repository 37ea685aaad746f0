package org.mutatio.store.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.store.Erasure;
import org.mutatio.store.LocalStore;
import org.mutatio.store.Repair;
import org.mutatio.store.backup.Restore;
import org.mutatio.store.verify.Report;

/// `store status` and `store verify`.
public final class StoreActions {

    static final Argument FIX = Argument.flag(
            "--fix",
            "sets aside what is damaged, takes lost mails out of mailboxes and names them, makes the index anew");

    static final Action RESTORE = new SimpleAction(
            "store restore",
            "makes a new home's data of a backup or an archive; the live data is not touched",
            List.of(
                    Argument.required("COPY", "folder of a backup, or the archive folder"),
                    Argument.required("HOME", "home that has no data yet; start the server on it then"),
                    Argument.option("--to", "a record's number, a mail id or a time: what came later is left out"),
                    Argument.flag(
                            "--keep-uidvalidity",
                            "nothing was handed out after the copy was made: clients keep what they know")),
            "mutatio store restore /var/backups/mutatio/2026-11-25T140000Z /srv/mutatio-restored",
            true,
            StoreActions::restore);

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
                        List.of(FIX),
                        "mutatio store verify",
                        true,
                        call -> verify(store, call)),
                new SimpleAction(
                        "store upgrade",
                        "raises the data to this release's format, which no older release opens; by itself after a day",
                        List.of(),
                        "mutatio store upgrade",
                        true,
                        _ -> upgrade(store)),
                new SimpleAction(
                        "store backup",
                        "copies the store as it is now into FOLDER/TIME, while mail flows; `sha256sum -c manifest` checks it",
                        List.of(Argument.required(
                                "FOLDER", "on this server; the same disk costs neither room nor time")),
                        "mutatio store backup /var/backups/mutatio",
                        true,
                        call -> backup(store, call)),
                new SimpleAction(
                        "store erase",
                        "makes an account's mail unreadable for ever, also what was deleted long ago; others' copies stay",
                        List.of(
                                Argument.required("ADDRESS", "an account, or one that was deleted"),
                                Argument.option(
                                        "--before",
                                        "only mail from before a day or time: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z"),
                                Argument.option("--message-id", "only mail with that Message-ID"),
                                Argument.flag("--dry-run", "only says what would be erased")),
                        "mutatio store erase ann@example.org --before 2026-01-31 --dry-run",
                        true,
                        call -> erase(store, call)),
                RESTORE);
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

    private static ActionResult erase(LocalStore store, ActionCall call) throws ActionException {
        String address;
        try {
            address =
                    MailAddress.parse(call.require("ADDRESS").strip()).folded().toString();
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(String.valueOf(e.getMessage()));
        }
        Optional<Instant> before = Optional.empty();
        if (call.get("--before").isPresent()) {
            before = Optional.of(moment(call.get("--before").get().strip()));
        }
        Optional<String> messageId = call.get("--message-id").map(String::strip);
        if (messageId.filter(String::isEmpty).isPresent()) {
            throw ActionException.usage("--message-id is empty"); // it would be all mail that has none
        }
        boolean dry = call.flag("--dry-run");
        Erasure.Erased erased;
        try {
            erased = store.erase(address, new Erasure.Wanted(before, messageId), dry, call.progress())
                    .orElseThrow(() -> ActionException.notFound("no account " + address
                            + ", nor one that the journal still knows (see `mutatio account list`)"));
        } catch (IOException e) {
            throw new ActionException(74, "not erased, or not all of it; run it again: " + e.getMessage());
        } catch (StoreUnavailableException e) {
            throw ActionException.notNow("not erased, or not all of it; run it again: " + e.getMessage());
        }
        StringBuilder text = new StringBuilder();
        erased.left().forEach(mail -> text.append("left    mail ").append(mail).append('\n'));
        erased.notes().forEach(note -> text.append("note    ").append(note).append('\n'));
        text.append(dry ? "would erase " : "erased ")
                .append(erased.mails())
                .append(" mails of ")
                .append(erased.octets())
                .append(" octets, ")
                .append(erased.messages())
                .append(" messages in mailboxes\n");
        if (!erased.left().isEmpty()) {
            text.append(erased.left().size())
                    .append(" mails stay: another account holds them, or they wait in the queue\n");
        }
        if (!dry && erased.mails() > 0) {
            text.append("backups made before still hold them\n");
        }
        return ActionResult.of(
                text.toString(),
                Json.object()
                        .with("address", address)
                        .with("dry_run", dry)
                        .with("mails", erased.mails())
                        .with("messages", erased.messages())
                        .with("octets", erased.octets())
                        .with("left", Json.strings(erased.left()))
                        .with("notes", Json.strings(erased.notes())));
    }

    private static Instant moment(String text) throws ActionException {
        try {
            return text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException _) {
            throw ActionException.usage(
                    "--before wants a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z, not " + text);
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
                + "format     " + store.format() + "\n"
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
                .with("format", store.format())
                .with("free_octets", status.free())
                .with("first_kept", status.firstKept())
                .with("checkpoint", status.checkpoint())
                .with("read_only", status.readOnly())
                .with("damages", status.damages().size())
                .with("problem", status.problem().orElse(""));
        return ActionResult.of(text, json);
    }

    private static ActionResult verify(LocalStore store, ActionCall call) throws ActionException {
        if (call.flag(FIX.name())) {
            return fix((progress, _) -> store.repair(progress), call);
        }
        return verify((progress, _) -> store.verify(progress), call);
    }

    private static ActionResult upgrade(LocalStore store) throws ActionException {
        try {
            int before = store.upgrade();
            int now = store.format();
            return ActionResult.of(
                    before == now
                            ? "the data has format " + now + " already\n"
                            : "the data has format " + now + " now, it had " + before
                                    + "; releases that know only that one do not open it any more\n",
                    Json.object().with("before", before).with("format", now));
        } catch (IOException e) {
            throw new ActionException(74, "not upgraded: " + e.getMessage());
        }
    }

    /// Repairs the store.
    @FunctionalInterface
    interface Fixing {
        Repair.Repaired run(Consumer<String> progress, Consumer<String> notes)
                throws IOException, StoreUnavailableException;
    }

    static ActionResult fix(Fixing fixing, ActionCall call) throws ActionException {
        List<String> notes = new ArrayList<>();
        Repair.Repaired repaired;
        try {
            repaired = fixing.run(call.progress(), notes::add);
        } catch (IOException e) {
            throw new ActionException(74, "not repaired: " + e.getMessage());
        } catch (StoreUnavailableException e) {
            throw ActionException.notNow("not repaired: " + e.getMessage());
        }
        StringBuilder text = new StringBuilder();
        repaired.done().forEach(line -> text.append("fixed   ").append(line).append('\n'));
        repaired.lost()
                .forEach(mail -> text.append("LOST    mail ").append(mail).append('\n'));
        ActionResult rest = said(repaired.report(), notes);
        if (repaired.done().isEmpty()) {
            text.append("nothing had to be done\n");
        }
        text.append(rest.text());
        if (repaired.restart()) {
            text.append("next: restart the server, then `mutatio store verify`\n");
        }
        Json.Obj json = ((Json.Obj) rest.json())
                .with("fixed", Json.strings(repaired.done()))
                .with("lost", Json.strings(repaired.lost()))
                .with("restart", repaired.restart());
        return new ActionResult(text.toString(), json, rest.exitCode());
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
        return said(report, notes);
    }

    private static ActionResult said(Report report, List<String> heard) {
        List<String> notes = new ArrayList<>(heard);
        notes.addAll(report.notes());
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
