package org.mutatio.pipeline.transaction;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.pipeline.mail.Draft;
import org.mutatio.pipeline.mail.Edit;
import org.mutatio.pipeline.mail.ReceivedMessage;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.ReversePath;

/// What we do to every message before a filter sees it.
final class FirstDraft {

    private FirstDraft() {}

    /// @param done takes what was changed, in words
    static Draft of(
            ReceivedMessage received,
            SessionFacts facts,
            ReversePath sender,
            MailId id,
            Instant now,
            java.util.function.Consumer<String> done)
            throws IOException {
        Draft draft = Draft.of(received);
        if (facts.role().equals("submission")) {
            return submitted(draft, facts, sender, id, now, done);
        }
        // RFC 8601 section 5: who else claims to be us lies
        Draft honest = draft.without(field -> field.is("Authentication-Results") && claims(field, facts.hostName()));
        if (honest.changed()) {
            done.accept("removed foreign Authentication-Results in our name");
        }
        return honest;
    }

    /// RFC 6409 section 8: what a submission server may repair.
    private static Draft submitted(
            Draft draft,
            SessionFacts facts,
            ReversePath sender,
            MailId id,
            Instant now,
            java.util.function.Consumer<String> done)
            throws IOException {
        List<Edit> repairs = new ArrayList<>();
        boolean date = false;
        boolean messageId = false;
        boolean blindCopy = false;
        for (HeaderBlock.Field field : draft.fields()) {
            date |= field.is("Date");
            messageId |= field.is("Message-ID");
            blindCopy |= field.is("Bcc");
        }
        if (!date) {
            repairs.add(new Edit.AddHeader("Date", TraceFields.DATE.format(now)));
            done.accept("added Date");
        }
        if (!messageId) {
            String domain = sender.address()
                    .map(address -> address.domain())
                    .filter(name -> !name.literal())
                    .map(Domain::ascii)
                    .orElse(facts.hostName());
            repairs.add(
                    new Edit.AddHeader("Message-ID", "<" + id.text().toLowerCase(Locale.ROOT) + "@" + domain + ">"));
            done.accept("added Message-ID");
        }
        if (blindCopy) {
            // RFC 5322 section 3.6.3: nobody shall see whom a blind copy went to
            repairs.add(new Edit.RemoveHeaders("Bcc"));
            done.accept("removed Bcc");
        }
        return draft.with(repairs);
    }

    /// Whether its authserv-id is that name; comments may stand before it (RFC 8601 section 2.2).
    static boolean claims(HeaderBlock.Field field, String name) {
        String value = field.value();
        int at = 0;
        int depth = 0;
        while (at < value.length()) {
            char c = value.charAt(at);
            if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (depth == 0 && c != ' ' && c != '\t') {
                break;
            }
            at++;
        }
        boolean quoted = at < value.length() && value.charAt(at) == '"';
        int start = quoted ? at + 1 : at;
        int end = start;
        while (end < value.length() && (quoted ? value.charAt(end) != '"' : "; \t(".indexOf(value.charAt(end)) < 0)) {
            end++;
        }
        String id = value.substring(Math.min(start, value.length()), end);
        String plain = id.endsWith(".") ? id.substring(0, id.length() - 1) : id;
        return plain.equalsIgnoreCase(name);
    }
}
