package org.mutatio.store.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.store.LocalStore;
import org.mutatio.store.port.Exporter;
import org.mutatio.store.port.Importer;
import org.mutatio.store.port.PortFormat;
import org.mutatio.store.port.PortReport;

/// `store export` and `store import`.
public final class PortActions {
    private static final Argument WHOM =
            Argument.required("ACCOUNTS", "an address, or a domain for all of its accounts");

    private final LocalStore store;
    private final Function<StoredAccount, OptionalLong> quotas;
    private final InstantSource clock;
    private final RandomGenerator random;

    private PortActions(
            LocalStore store,
            Function<StoredAccount, OptionalLong> quotas,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.quotas = quotas;
        this.clock = clock;
        this.random = random;
    }

    /// @param quotas octets that an account may hold, by its own limit or its policy's
    public static List<Action> of(
            LocalStore store,
            Function<StoredAccount, OptionalLong> quotas,
            InstantSource clock,
            RandomGenerator random) {
        PortActions actions = new PortActions(store, quotas, clock, random);
        return List.of(
                new SimpleAction(
                        "store export",
                        "writes an account, or all of a domain, as a folder of plain files, while mail flows",
                        List.of(
                                WHOM,
                                Argument.option("--to", "folder on this server, empty or not there yet"),
                                Argument.option(
                                        "--format",
                                        "mutatio (the default: keeps everything), maildir (Maildir++) or mbox (mboxrd)")),
                        "mutatio store export ann@example.org --to /srv/export/ann --format maildir",
                        true,
                        actions::export),
                new SimpleAction(
                        "store import",
                        "brings a folder of plain files into an account that is there, or a folder of such into all of a domain",
                        List.of(
                                WHOM,
                                Argument.option(
                                        "--from", "folder on this server; for a domain one folder an address in it"),
                                Argument.option(
                                        "--format", "mutatio, maildir or mbox; not given: as the folder looks")),
                        "mutatio store import ann@example.org --from /srv/export/ann",
                        true,
                        actions::take));
    }

    private static Path folder(ActionCall call, String name) throws ActionException {
        Path folder = Path.of(call.require(name));
        if (!folder.isAbsolute()) {
            throw ActionException.usage(
                    name + ": give the folder from the root on: the server's own folder is not yours");
        }
        return folder.normalize();
    }

    private static Optional<PortFormat> format(ActionCall call) throws ActionException {
        Optional<String> said = call.get("--format");
        Optional<PortFormat> format = said.flatMap(PortFormat::of);
        if (said.isPresent() && format.isEmpty()) {
            throw ActionException.usage("--format is mutatio, maildir or mbox, not " + said.get());
        }
        return format;
    }

    /// @param one an address was given, else a domain
    private record Whom(boolean one, List<StoredAccount> accounts) {}

    private Whom whom(ActionCall call) throws ActionException {
        String said = call.require("ACCOUNTS").strip();
        try {
            if (said.contains("@")) {
                String address = MailAddress.parse(said).folded().toString();
                return new Whom(
                        true,
                        List.of(store.account(address)
                                .orElseThrow(() -> ActionException.notFound(
                                        "no account " + address + " (see `mutatio account list`)"))));
            }
            Domain domain = Domain.parse(said);
            List<StoredAccount> accounts = store.accounts().stream()
                    .filter(account -> account.address().endsWith("@" + domain.ascii()))
                    .toList();
            if (accounts.isEmpty()) {
                throw ActionException.notFound("no account in " + domain.ascii() + " (see `mutatio account list`)");
            }
            return new Whom(false, accounts);
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(String.valueOf(e.getMessage()));
        }
    }

    private ActionResult export(ActionCall call) throws ActionException {
        Path to = folder(call, "--to");
        PortFormat format = format(call).orElse(PortFormat.MUTATIO);
        Whom whom = whom(call);
        PortReport report = new PortReport(call.progress());
        try {
            Exporter exporter = new Exporter(store, format, report);
            if (whom.one()) {
                exporter.account(whom.accounts().getFirst(), to);
            } else {
                exporter.accounts(whom.accounts(), to);
            }
        } catch (IOException e) {
            throw new ActionException(73, "not exported: " + e.getMessage()); // EX_CANTCREAT
        } catch (StoreUnavailableException e) {
            throw ActionException.notNow("not exported: " + e.getMessage());
        }
        return result(
                report,
                "wrote " + report.messages() + " messages of " + report.mailboxes() + " mailboxes, " + report.octets()
                        + " octets, into " + to + "\n",
                Json.object().with("folder", to.toString()).with("format", format.word()));
    }

    private ActionResult take(ActionCall call) throws ActionException {
        Path from = folder(call, "--from");
        Optional<PortFormat> format = format(call);
        Whom whom = whom(call);
        if (!Files.isDirectory(from)) {
            throw new ActionException(66, "there is no folder " + from + " that the server could read"); // EX_NOINPUT
        }
        PortReport report = new PortReport(call.progress());
        try {
            Importer importer = new Importer(store, store.numbering(), quotas, clock, random, report);
            if (whom.one()) {
                importer.account(whom.accounts().getFirst(), from, format);
            } else {
                importer.accounts(whom.accounts(), from, format);
            }
        } catch (IOException e) {
            throw ActionException.data("not imported from " + from + ": " + e.getMessage());
        } catch (StoreUnavailableException e) {
            throw ActionException.notNow("the import stopped behind " + report.messages()
                    + " messages, which are kept; run it again, and it goes on there: " + e.getMessage());
        }
        return result(
                report,
                "took " + report.messages() + " messages into " + report.mailboxes() + " mailboxes, " + report.octets()
                        + " octets; " + report.alreadyThere() + " were there already\n",
                Json.object().with("folder", from.toString()).with("already_there", report.alreadyThere()));
    }

    private static ActionResult result(PortReport report, String done, Json.Obj json) {
        StringBuilder text = new StringBuilder();
        report.problems()
                .forEach(problem -> text.append("PROBLEM ").append(problem).append('\n'));
        report.notes().forEach(note -> text.append("note    ").append(note).append('\n'));
        text.append(done);
        if (report.failed() > 0) {
            text.append(report.failed()).append(" problems, named above: those were left out\n");
        }
        return new ActionResult(
                text.toString(),
                json.with("accounts", report.accounts())
                        .with("mailboxes", report.mailboxes())
                        .with("messages", report.messages())
                        .with("octets", report.octets())
                        .with("failed", report.failed())
                        .with("problems", Json.strings(report.problems()))
                        .with("notes", Json.strings(report.notes())),
                report.failed() == 0 ? 0 : 65);
    }
}
