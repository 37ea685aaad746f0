package org.mutatio.pipeline.transaction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.mutatio.pipeline.gate.MisdeedException;
import org.mutatio.pipeline.mail.Draft;
import org.mutatio.pipeline.mail.Edit;
import org.mutatio.pipeline.mail.FilterMail;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;

/// One call about a message: its edits are taken over only when it came back well.
final class MailHearing implements Asking.Hearing {

    /// How the stage calls a filter.
    interface Stage {
        Decision ask(Filter filter, FilterMail mail, FilterContext context) throws Exception;
    }

    /// Where the draft lies that this call may change.
    interface Desk {
        Draft draft();

        void draft(Draft changed);
    }

    private final FilterMail mail;
    private final Desk desk;
    private final Stage stage;
    private List<Edit> edits = List.of();

    MailHearing(FilterMail mail, Desk desk, Stage stage) {
        this.mail = mail;
        this.desk = desk;
        this.stage = stage;
    }

    @Override
    public Decision ask(Filter filter, FilterContext context) throws Exception {
        return stage.ask(filter, mail, context);
    }

    @Override
    public void end() {
        edits = mail.end();
    }

    @Override
    public String settle() throws MisdeedException {
        List<String> violations = mail.violations();
        if (!violations.isEmpty()) {
            throw new MisdeedException("undeclared", String.join("; ", violations));
        }
        if (!edits.isEmpty()) {
            try {
                desk.draft(desk.draft().with(edits));
            } catch (IOException | IllegalArgumentException e) {
                throw new MisdeedException("edit", String.valueOf(e.getMessage()));
            }
        }
        mail.keepFacts();
        List<String> words = new ArrayList<>();
        for (Edit edit : edits) {
            words.add(edit.words());
        }
        return String.join(", ", words);
    }
}
