package org.mutatio.pipeline;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.TraceText;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.mime.header.Address;
import org.mutatio.mime.header.AddressList;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.pipeline.mail.LineEnds;
import org.mutatio.pipeline.transaction.Rehearsal;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// `policy try`: what would become of a message, and why; nothing is kept.
@Component
public final class PolicyTryAction implements Action {

    private static final String CLIENT = "127.0.0.1";
    private static final int EX_NOHOST = 68;

    private final Rehearsals rehearsals;

    /// Of our own bundle, so it may be a plain reference.
    @Activate
    public PolicyTryAction(@Reference Rehearsals rehearsals) {
        this.rehearsals = rehearsals;
    }

    @Override
    public String name() {
        return "policy try";
    }

    @Override
    public String summary() {
        return "what would become of a message now, by which lines and filters; nothing is kept";
    }

    @Override
    public List<Argument> arguments() {
        return List.of(
                Argument.file("--message", "the message as a file, or - for standard input"),
                Argument.option("--to", "recipients, with commas between"),
                Argument.option("--from", "MAIL FROM, or <>; when not given: Return-Path, else From of the message"),
                Argument.option("--client", "the client's IP address; 127.0.0.1 when not given"),
                Argument.option("--helo", "what the client calls itself; localhost when not given"),
                Argument.option("--login", "as if that account had sent it"));
    }

    @Override
    public String example() {
        return "mutatio policy try --message m.eml --to sales@example.org --client 192.0.2.7";
    }

    @Override
    public ActionResult run(ActionCall call) throws ActionException {
        byte[] message = LineEnds.normalise(call.octets("--message"));
        Rehearsal.Attempt attempt = new Rehearsal.Attempt(
                sender(call, message),
                recipients(call.require("--to")),
                ByteBuffer.wrap(message),
                new InetSocketAddress(client(call.get("--client").orElse(CLIENT)), 0),
                call.get("--helo").orElse("localhost"),
                call.get("--login").isPresent()
                        ? Optional.of(address(call.get("--login").get()))
                        : Optional.empty());
        try {
            return told(rehearsals.rehearse(attempt));
        } catch (IllegalArgumentException e) {
            throw ActionException.notFound(String.valueOf(e.getMessage()));
        } catch (StoreUnavailableException | AbsentServiceException e) {
            throw ActionException.notNow("it cannot be tried now: " + e.getMessage());
        }
    }

    private static InetAddress client(String text) throws ActionException {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new ActionException(EX_NOHOST, "--client is to be an IP address, as 192.0.2.7, not " + text);
        }
    }

    private static MailAddress address(String text) throws ActionException {
        try {
            return MailAddress.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(String.valueOf(e.getMessage()));
        }
    }

    private static List<MailAddress> recipients(String text) throws ActionException {
        List<MailAddress> recipients = new ArrayList<>();
        for (String one : text.split(",", -1)) {
            if (!one.isBlank()) {
                recipients.add(address(one));
            }
        }
        if (recipients.isEmpty()) {
            throw ActionException.usage("--to is empty: name a recipient, as ann@example.org");
        }
        return recipients;
    }

    private static ReversePath sender(ActionCall call, byte[] message) throws ActionException {
        Optional<String> given = call.get("--from");
        if (given.isPresent()) {
            String text = given.get().strip();
            return text.isEmpty() || text.equals("<>") ? ReversePath.NULL : ReversePath.of(address(text));
        }
        HeaderBlock header = HeaderBlock.of(message);
        String path = header.first("Return-Path")
                .or(() -> header.first("From"))
                .map(HeaderBlock.Field::value)
                .orElse("");
        try {
            List<Address.Mailbox> mailboxes = AddressList.mailboxes(path);
            return mailboxes.isEmpty()
                    ? ReversePath.NULL
                    : ReversePath.of(MailAddress.parse(mailboxes.getFirst().address()));
        } catch (IllegalArgumentException e) {
            return ReversePath.NULL; // also of <>; a broken From is no fault of who asks
        }
    }

    private static ActionResult told(Rehearsal.Result result) {
        StringBuilder text = new StringBuilder();
        result.dialog()
                .forEach(said -> text.append(said.command())
                        .append("\n  ")
                        .append(said.reply())
                        .append('\n'));
        List<String> ends = result.traces().stream()
                .flatMap(trace -> trace.steps().stream())
                .filter(step -> step.stage().equals("commit"))
                .map(step -> step.subject() + ": " + step.outcome() + " " + step.reason())
                .toList();
        ends.forEach(end -> text.append("it would be: ").append(end).append('\n'));
        text.append('\n');
        result.traces().forEach(trace -> text.append(TraceText.text(trace)));
        Json dialog = Json.array(result.dialog().stream()
                .map(said -> Json.object()
                        .with("command", said.command())
                        .with("reply", said.reply().toString()))
                .toList());
        return ActionResult.of(
                text.toString(),
                Json.object()
                        .with("dialog", dialog)
                        .with("ends", Json.strings(ends))
                        .with(
                                "traces",
                                Json.array(result.traces().stream()
                                        .map(TraceText::json)
                                        .toList())));
    }
}
