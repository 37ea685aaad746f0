package org.mutatio.store.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.mutatio.store.event.Event;
import org.mutatio.store.state.StoreState;

/// Behind damage an event may stand on one that was lost. What still stands is applied: the rest of the mail goes on.
final class Salvage {

    private Salvage() {}

    /// What of an event can be applied to a state; empty: nothing.
    static Optional<Event> rest(StoreState state, Event event) {
        return switch (event) {
            case Event.MailAccepted mail -> Optional.of(mail(state, mail));
            case Event.MailboxCreated created ->
                when(event, state.account(created.account()).isPresent());
            case Event.MailboxRenamed renamed ->
                when(
                        event,
                        state.account(renamed.account()).isPresent()
                                && renamed.names().keySet().stream()
                                        .allMatch(id -> state.mailbox(id).isPresent()));
            case Event.MailboxDeleted deleted ->
                when(
                        event,
                        state.account(deleted.account()).isPresent()
                                && (deleted.id() == 0
                                        || state.mailbox(deleted.id()).isPresent()));
            case Event.Subscribed subscribed ->
                when(event, state.account(subscribed.account()).isPresent());
            case Event.FlagsChanged flags ->
                when(event, state.mailbox(flags.mailbox()).isPresent());
            case Event.Expunged expunged ->
                when(event, state.mailbox(expunged.mailbox()).isPresent());
            case Event.MailboxNumbered numbered ->
                when(event, state.mailbox(numbered.mailbox()).isPresent());
            case Event.Copied copied ->
                when(
                        event,
                        state.mailbox(copied.to()).isPresent()
                                && (!copied.move()
                                        || state.mailbox(copied.from()).isPresent()));
            case Event.AccountSaved _,
                    Event.AccountDeleted _,
                    Event.PolicyDeployed _,
                    Event.KeyCreated _,
                    Event.DeploymentRecorded _,
                    Event.QueueChanged _,
                    Event.LeaseTaken _,
                    Event.AnswersRead _,
                    Event.RecordMoved _,
                    Event.Erased _ -> Optional.of(event);
            case Event.Restored restored ->
                when(
                        event,
                        restored.uidValidity().keySet().stream()
                                .allMatch(id -> state.mailbox(id).isPresent()));
        };
    }

    private static Optional<Event> when(Event event, boolean stands) {
        return stands ? Optional.of(event) : Optional.empty();
    }

    private static Event.MailAccepted mail(StoreState state, Event.MailAccepted mail) {
        List<Event.MailboxCreated> created = mail.created().stream()
                .filter(box -> state.account(box.account()).isPresent())
                .toList();
        List<Event.Form> forms = new ArrayList<>();
        boolean whole = created.size() == mail.created().size();
        for (Event.Form form : mail.forms()) {
            List<Event.Placed> placed = form.placed().stream()
                    .filter(place -> state.mailbox(place.mailbox()).isPresent()
                            || created.stream().anyMatch(box -> box.id() == place.mailbox()))
                    .toList();
            whole &= placed.size() == form.placed().size();
            forms.add(new Event.Form(form.slices(), form.size(), form.summary(), placed, form.queued()));
        }
        return whole
                ? mail
                : new Event.MailAccepted(
                        mail.id(),
                        mail.received(),
                        mail.size(),
                        mail.blob(),
                        mail.fingerprint(),
                        created,
                        forms,
                        mail.trace());
    }

    /// For the log: which event, and of which mail.
    static String name(Event event) {
        return event instanceof Event.MailAccepted mail
                ? "mail=" + mail.id()
                : "type=" + event.getClass().getSimpleName();
    }
}
