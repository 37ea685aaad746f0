package org.mutatio.imap.session;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.imap.protocol.Answer;
import org.mutatio.imap.protocol.Command;
import org.mutatio.imap.protocol.MailboxNames;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.wire.Outgoing;

/// Commands on mailboxes as wholes; RFC 9051 sections 6.3.4 to 6.3.11.
final class MailboxCommands {
    private final MailStore store;
    private final Account account;
    private final SessionState state;
    private final MailboxNames names;
    private final Outgoing out;
    private final ImapSettings settings;

    MailboxCommands(MailStore store, Account account, SessionState state, Outgoing out, ImapSettings settings) {
        this.store = store;
        this.account = account;
        this.state = state;
        this.names = state.names();
        this.out = out;
        this.settings = settings;
    }

    Answer answer(Command command) throws IOException, RefusedException, StoreUnavailableException {
        return switch (command) {
            case Command.Create(var mailbox, var use) -> create(mailbox, use);
            case Command.Delete(var mailbox) -> delete(mailbox);
            case Command.Rename(var from, var to) -> rename(from, to);
            case Command.Subscribe(var mailbox, var subscribed) -> {
                String name = subscribed ? names.make(mailbox) : names.existing(mailbox);
                commit(new Change.Subscribe(account.id(), name, subscribed));
                yield Answer.ok(subscribed ? "subscribed" : "unsubscribed");
            }
            case Command.ListMailboxes list -> new Lister(store, account, names, out, state, settings).list(list);
            case Command.Namespace _ -> {
                out.text("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
                yield Answer.ok("that is all");
            }
            case Command.Status(var mailbox, var items) -> status(mailbox, items);
            default -> throw new IllegalStateException("not a command on mailboxes: " + command);
        };
    }

    private Answer create(String mailbox, List<SpecialUse> use) throws RefusedException, StoreUnavailableException {
        String name = names.make(mailbox);
        if (name.equals(MailboxNames.INBOX)) {
            throw RefusedException.no("ALREADYEXISTS", "INBOX is always there");
        }
        if (use.size() > 1) {
            throw RefusedException.no("USEATTR", "one role for each mailbox"); // RFC 6154 section 3
        }
        commit(new Change.CreateMailbox(account.id(), name, use.stream().findFirst()));
        return Answer.ok("created");
    }

    private Answer delete(String mailbox) throws RefusedException, StoreUnavailableException {
        String name = names.existing(mailbox);
        if (name.equals(MailboxNames.INBOX)) {
            throw RefusedException.no("CANNOT", "INBOX stays");
        }
        View view = state.view();
        Optional<MailboxInfo> info = store.mailbox(account.id(), name);
        commit(new Change.DeleteMailbox(account.id(), name));
        if (view != null && info.isPresent() && info.get().id() == view.id()) {
            state.unselect(); // its own client knows what it did
        }
        return Answer.ok("deleted");
    }

    private Answer rename(String from, String to) throws RefusedException, StoreUnavailableException {
        String source = names.existing(from);
        String target = names.make(to);
        if (target.equals(MailboxNames.INBOX)) {
            throw RefusedException.no("ALREADYEXISTS", "INBOX is always there");
        }
        if (target.startsWith(source + MailboxNames.DELIMITER) && !source.equals(MailboxNames.INBOX)) {
            throw RefusedException.no("CANNOT", "a mailbox cannot lie below itself");
        }
        commit(new Change.RenameMailbox(account.id(), source, target));
        return Answer.ok("renamed");
    }

    private <R> R commit(Change<R> change) throws RefusedException, StoreUnavailableException {
        try {
            return store.commit(change);
        } catch (RefusedChangeException e) {
            throw ImapSession.refused(e, "NONEXISTENT");
        }
    }

    private Answer status(String mailbox, List<Command.StatusItem> items)
            throws IOException, RefusedException, StoreUnavailableException {
        MailboxInfo info = store.mailbox(account.id(), names.existing(mailbox))
                .filter(MailboxInfo::selectable)
                .orElseThrow(() -> RefusedException.no("NONEXISTENT", "no such mailbox"));
        if (items.contains(Command.StatusItem.HIGHESTMODSEQ)) {
            state.enable(SessionState.Extension.CONDSTORE); // RFC 7162 section 3.1.2
        }
        status(out, names, info, items, settings);
        return Answer.ok("counted");
    }

    static void status(
            Outgoing out, MailboxNames names, MailboxInfo info, List<Command.StatusItem> items, ImapSettings settings)
            throws IOException {
        out.text("* STATUS ").text(names.wire(info.name())).text(" (");
        String separator = "";
        for (Command.StatusItem item : items) {
            out.text(separator)
                    .text(item.name())
                    .text(" ")
                    .number(
                            switch (item) {
                                case MESSAGES -> info.messages();
                                case RECENT -> 0;
                                case UIDNEXT -> info.uidNext();
                                case UIDVALIDITY -> info.uidValidity();
                                case UNSEEN -> info.unseen();
                                case DELETED -> info.deleted();
                                case SIZE -> info.size();
                                case HIGHESTMODSEQ -> info.highestModSeq();
                                case APPENDLIMIT -> settings.messageSize().octets();
                            });
            separator = " ";
        }
        out.text(")\r\n");
    }
}
