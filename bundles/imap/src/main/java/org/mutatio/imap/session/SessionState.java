package org.mutatio.imap.session;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.imap.protocol.MailboxNames;

/// All that a conversation knows between two commands, in one place: what is handed over to the next version of
/// this bundle ([Handed], architecture section 2).
final class SessionState {

    enum Extension {
        IMAP4REV2,
        UTF8_ACCEPT,
        CONDSTORE
    }

    private final Set<Extension> enabled = EnumSet.noneOf(Extension.class);
    private @Nullable Account account;
    private @Nullable View view;

    @Nullable
    Account account() {
        return account;
    }

    void authenticated(Account whose) {
        account = whose;
    }

    @Nullable
    View view() {
        return view;
    }

    void select(View selected) {
        unselect();
        view = selected;
    }

    void unselect() {
        View before = view;
        view = null;
        if (before != null) {
            before.close();
        }
    }

    boolean enabled(Extension extension) {
        return enabled.contains(extension);
    }

    /// @return whether it was not before
    boolean enable(Extension extension) {
        return enabled.add(extension);
    }

    java.util.List<Extension> enabled() {
        return java.util.List.copyOf(enabled);
    }

    boolean utf8() {
        return enabled(Extension.IMAP4REV2) || enabled(Extension.UTF8_ACCEPT);
    }

    MailboxNames names() {
        return new MailboxNames(utf8());
    }
}
