package org.mutatio.store.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.queue.Queue;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.LocalStore;

/// `queue list|show|hold|release|drop`.
public final class QueueActions {

    private static final int MOST_LISTED = 1_000;
    private static final int MOST_SHOWN = 1 << 20;

    private QueueActions() {}

    public static List<Action> of(LocalStore store) {
        return List.of(
                new SimpleAction(
                        "queue list",
                        "mail that waits to be sent",
                        List.of(Argument.option("--lane", "only this transport and destination")),
                        "mutatio queue list --lane smtp:example.net",
                        false,
                        call -> list(store, call)),
                new SimpleAction(
                        "queue show",
                        "one entry, or all of a mail",
                        List.of(
                                Argument.required("ID", "number of the entry, or a mail id"),
                                Argument.flag("--body", "the octets that would be sent, at most 1 MiB")),
                        "mutatio queue show 17 --body",
                        false,
                        call -> show(store, call)),
                change(store, "hold", "keeps an entry from being sent", Change.QueueAction.HOLD),
                change(store, "release", "lets a held entry go", Change.QueueAction.RELEASE),
                change(store, "drop", "takes an entry out of the queue for good", Change.QueueAction.DROP));
    }

    private static Action change(LocalStore store, String verb, String summary, Change.QueueAction action) {
        return new SimpleAction(
                "queue " + verb,
                summary,
                List.of(Argument.required("ID", "number of the entry, or a mail id")),
                "mutatio queue " + verb + " 17",
                true,
                call -> {
                    List<Queue.Entry> entries = find(store, call.require("ID"));
                    try {
                        Change.Done _ = store.commit(new Change.ChangeQueue(
                                entries.stream().map(Queue.Entry::id).toList(), action, verb + " by " + call.caller()));
                    } catch (RefusedChangeException e) {
                        throw ActionException.notFound(String.valueOf(e.getMessage()));
                    } catch (StoreUnavailableException e) {
                        throw ActionException.notNow(String.valueOf(e.getMessage()));
                    }
                    return ActionResult.of(
                            entries.size() + " entries: " + verb + "\n",
                            Json.object().with("entries", entries.size()));
                });
    }

    private static ActionResult list(LocalStore store, ActionCall call) throws ActionException {
        List<Queue.Entry> entries;
        try {
            entries = store.list(call.get("--lane"), 0, MOST_LISTED);
        } catch (StoreUnavailableException e) {
            throw ActionException.notNow(String.valueOf(e.getMessage()));
        }
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (Queue.Entry entry : entries) {
            text.append(String.format(
                    Locale.ROOT,
                    "%6d  %s  %-7s  %9d  %s  %s -> %s%n",
                    entry.id(),
                    entry.mail(),
                    entry.state(),
                    entry.size(),
                    entry.lane(),
                    entry.sender().isEmpty() ? "<>" : entry.sender(),
                    String.join(",", entry.recipients())));
            items.add(json(entry));
        }
        if (entries.isEmpty()) {
            text.append("the queue is empty\n");
        } else if (entries.size() == MOST_LISTED) {
            text.append("only the first ").append(MOST_LISTED).append(" are shown; narrow it with --lane\n");
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static Json json(Queue.Entry entry) {
        return Json.object()
                .with("id", entry.id())
                .with("mail", entry.mail().text())
                .with("lane", entry.lane())
                .with("sender", entry.sender())
                .with("recipients", Json.strings(entry.recipients()))
                .with("state", entry.state())
                .with("attempts", entry.attempts())
                .with("queued", entry.queued().toString())
                .with("next_attempt", entry.nextAttempt().toString())
                .with("expires", entry.expires().toString())
                .with("size", entry.size())
                .with("last_result", entry.lastResult());
    }

    private static List<Queue.Entry> find(LocalStore store, String id) throws ActionException {
        try {
            List<Queue.Entry> entries;
            if (MailId.valid(id.toUpperCase(Locale.ROOT))) {
                entries = store.of(new MailId(id.toUpperCase(Locale.ROOT)));
            } else {
                Optional<Queue.Entry> one = store.find(Long.parseLong(id));
                entries = one.stream().toList();
            }
            if (entries.isEmpty()) {
                throw ActionException.notFound("no entry " + id + " in the queue (mutatio queue list shows them)");
            }
            return entries;
        } catch (NumberFormatException e) {
            throw ActionException.usage("not the number of an entry and not a mail id: " + id);
        } catch (StoreUnavailableException e) {
            throw ActionException.notNow(String.valueOf(e.getMessage()));
        }
    }

    private static ActionResult show(LocalStore store, ActionCall call) throws ActionException {
        List<Queue.Entry> entries = find(store, call.require("ID"));
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (Queue.Entry entry : entries) {
            text.append("entry      ").append(entry.id()).append('\n');
            text.append("mail       ").append(entry.mail()).append('\n');
            text.append("lane       ").append(entry.lane()).append('\n');
            text.append("sender     <").append(entry.sender()).append(">\n");
            text.append("recipients ")
                    .append(String.join(", ", entry.recipients()))
                    .append('\n');
            text.append("state      ")
                    .append(entry.state())
                    .append(", ")
                    .append(entry.attempts())
                    .append(" attempts, next ");
            text.append(entry.nextAttempt())
                    .append(", until ")
                    .append(entry.expires())
                    .append('\n');
            text.append("size       ").append(entry.size()).append('\n');
            entry.attributes()
                    .forEach((name, value) -> text.append(String.format(Locale.ROOT, "%-10s %s%n", name, value)));
            if (!entry.lastResult().isEmpty()) {
                text.append("result     ").append(entry.lastResult()).append('\n');
            }
            if (call.flag("--body")) {
                text.append('\n').append(body(store, entry.id()));
            }
            items.add(json(entry));
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static String body(LocalStore store, long id) throws ActionException {
        try {
            Octets octets = store.octets(id);
            try (InputStream in = octets.stream(0, MOST_SHOWN)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new ActionException(74, "the octets cannot be read: " + e.getMessage());
        } catch (StoreUnavailableException e) {
            throw ActionException.notNow(String.valueOf(e.getMessage()));
        }
    }
}
