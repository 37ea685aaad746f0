package org.mutatio.imap.session;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.imap.protocol.Answer;
import org.mutatio.imap.protocol.Command;
import org.mutatio.imap.protocol.ListPattern;
import org.mutatio.imap.protocol.MailboxNames;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.wire.Outgoing;

/// LIST (RFC 9051 section 6.3.9) and LSUB (RFC 3501 section 6.3.9).
final class Lister {
    private final MailStore store;
    private final Account account;
    private final MailboxNames names;
    private final Outgoing out;
    private final SessionState state;
    private final ImapSettings settings;
    private final long deadline;

    /// A name in the tree: a mailbox, a name that is only subscribed, or one that only has children.
    private static final class Node {
        private final String name;
        private @Nullable MailboxInfo info;
        private boolean children;
        /// Something below matches the selection; CHILDINFO of RFC 5258 section 4.
        private boolean selectedBelow;

        Node(String name) {
            this.name = name;
        }

        boolean selectable() {
            MailboxInfo known = info;
            return known != null && known.selectable();
        }

        boolean subscribed() {
            MailboxInfo known = info;
            return known != null && known.subscribed();
        }

        boolean hasRole() {
            MailboxInfo known = info;
            return known != null && known.role().isPresent();
        }
    }

    Lister(
            MailStore store,
            Account account,
            MailboxNames names,
            Outgoing out,
            SessionState state,
            ImapSettings settings) {
        this.store = store;
        this.account = account;
        this.names = names;
        this.out = out;
        this.state = state;
        this.settings = settings;
        this.deadline = System.nanoTime() + settings.searchTime().toNanos();
    }

    Answer list(Command.ListMailboxes list) throws IOException, StoreUnavailableException, RefusedException {
        if (!list.extended() && list.patterns().getFirst().isEmpty() && !list.lsub()) {
            // the delimiter is asked for; RFC 9051 section 6.3.9
            out.text("* LIST (\\Noselect) \"/\" \"\"\r\n");
            return Answer.ok("that is the delimiter");
        }
        if (list.status().contains(Command.StatusItem.HIGHESTMODSEQ)) {
            state.enable(SessionState.Extension.CONDSTORE);
        }
        List<ListPattern> patterns = new ArrayList<>();
        for (String pattern : list.patterns()) {
            if (pattern.isEmpty()) {
                continue;
            }
            Optional<String> whole = names.pattern(list.reference() + pattern);
            whole.ifPresent(text -> patterns.add(new ListPattern(text)));
        }
        NavigableMap<String, Node> tree = tree(list);
        for (Node node : tree.values()) {
            if (matches(patterns, node.name)) {
                tell(list, node, tree, patterns);
            }
        }
        return Answer.ok("listed");
    }

    /// A thousand patterns of wildcards and ten thousand long names would take an hour.
    private boolean matches(List<ListPattern> patterns, String name) throws RefusedException {
        if (System.nanoTime() - deadline > 0) {
            throw RefusedException.no("LIMIT", "the list takes too long, ask for less");
        }
        for (ListPattern pattern : patterns) {
            if (pattern.matches(name)) {
                return true;
            }
        }
        return false;
    }

    private NavigableMap<String, Node> tree(Command.ListMailboxes list) throws StoreUnavailableException {
        TreeMap<String, Node> tree = new TreeMap<>(Lister::inboxFirst);
        for (MailboxInfo info : store.mailboxes(account.id())) {
            Node node = tree.computeIfAbsent(info.name(), Node::new);
            node.info = info;
            boolean selected = selected(list, node);
            Optional<String> parent = MailboxNames.parent(info.name());
            while (parent.isPresent()) {
                Node above = tree.computeIfAbsent(parent.get(), Node::new);
                above.children |= info.selectable();
                above.selectedBelow |= selected;
                parent = MailboxNames.parent(parent.get());
            }
        }
        return tree;
    }

    private static int inboxFirst(String one, String other) {
        boolean first = one.equals(MailboxNames.INBOX);
        if (first != other.equals(MailboxNames.INBOX)) {
            return first ? -1 : 1;
        }
        return one.compareTo(other);
    }

    /// Whether the selection options take it; without options all that are mailboxes.
    private static boolean selected(Command.ListMailboxes list, Node node) {
        if (list.select().contains("SUBSCRIBED") && !node.subscribed()) {
            return false;
        }
        if (list.select().contains("SPECIAL-USE") && !node.hasRole()) {
            return false;
        }
        return !list.select().isEmpty() || node.selectable();
    }

    private void tell(
            Command.ListMailboxes list, Node node, NavigableMap<String, Node> tree, List<ListPattern> patterns)
            throws IOException, StoreUnavailableException, RefusedException {
        boolean bySubscription = list.select().contains("SUBSCRIBED");
        boolean byRole = list.select().contains("SPECIAL-USE");
        boolean selects = bySubscription || byRole;
        boolean selected = selected(list, node);
        boolean recursive = list.select().contains("RECURSIVEMATCH") || list.lsub();
        boolean childInfo = false;
        if (selects && !selected) {
            if (!recursive || !node.selectedBelow) {
                return;
            }
            // a child that is told itself needs nobody to speak for it; RFC 5258 section 3.5
            if (coveredBelow(list, node, tree, patterns)) {
                return;
            }
            childInfo = true;
        } else if (selects && recursive && node.selectedBelow && !coveredBelow(list, node, tree, patterns)) {
            childInfo = true;
        } else if (!selects && !node.selectable() && !node.children) {
            return; // only subscribed
        }
        StringBuilder attributes = new StringBuilder();
        if (list.lsub()) {
            if (childInfo && !selected) {
                attributes.append(" \\Noselect");
            }
        } else {
            attributes(list, node, attributes, bySubscription);
        }
        out.text(list.lsub() ? "* LSUB (" : "* LIST (")
                .text(attributes.isEmpty() ? "" : attributes.substring(1))
                .text(") \"/\" ")
                .text(names.wire(node.name));
        if (childInfo && !list.lsub()) {
            out.text(" (\"CHILDINFO\" (\"SUBSCRIBED\"))");
        }
        out.text("\r\n");
        MailboxInfo info = node.info;
        if (!list.status().isEmpty() && info != null && info.selectable()) {
            MailboxCommands.status(out, names, info, list.status(), settings);
        }
    }

    /// Whether all selected names below it match the patterns themselves.
    private boolean coveredBelow(
            Command.ListMailboxes list, Node node, NavigableMap<String, Node> tree, List<ListPattern> patterns)
            throws RefusedException {
        if (list.lsub()) {
            return !list.patterns().getFirst().contains("%");
        }
        String prefix = node.name + MailboxNames.DELIMITER;
        for (Node below : tree.tailMap(prefix, true).values()) {
            if (!below.name.startsWith(prefix)) {
                break;
            }
            if (selected(list, below) && !matches(patterns, below.name)) {
                return false;
            }
        }
        return true;
    }

    private void attributes(Command.ListMailboxes list, Node node, StringBuilder into, boolean bySubscription) {
        if (!node.selectable()) {
            // RFC 9051 section 7.3.1; older clients know \Noselect only
            into.append(node.children && !bySubscription ? " \\Noselect" : " \\NonExistent");
        }
        if (!node.name.equals(MailboxNames.INBOX) || node.children) {
            into.append(node.children ? " \\HasChildren" : " \\HasNoChildren");
        } else {
            into.append(" \\HasNoChildren");
        }
        if (node.subscribed() && (bySubscription || list.result().contains("SUBSCRIBED"))) {
            into.append(" \\Subscribed");
        }
        MailboxInfo info = node.info;
        if (info != null && info.selectable()) {
            info.role().ifPresent(role -> into.append(' ').append(role.attribute()));
        }
    }
}
