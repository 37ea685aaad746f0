package org.mutatio.store.state;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.StoredAccount;

/// One account with its mailboxes; guarded by the [StoreState] that holds it.
public final class AccountState {
    StoredAccount account;
    /// By name; INBOX in capitals.
    final NavigableMap<String, MailboxRow> mailboxes = new TreeMap<>();
    /// Names of deleted mailboxes that have children still.
    final TreeSet<String> emptyNames = new TreeSet<>();
    /// Names, whether there is such a mailbox or not.
    final TreeSet<String> subscriptions = new TreeSet<>();
    long octets;
    long messages;

    AccountState(StoredAccount account) {
        this.account = account;
    }

    /// What is kept of a mailbox beside its messages.
    public static final class MailboxRow {
        public final long id;
        public final long account;
        public String name;
        public long uidValidity;
        public long uidNext = 1;
        public long modSeq;
        public long messages;
        public long unseen;
        public long deleted;
        public long octets;
        public final @Nullable SpecialUse role;

        public MailboxRow(long id, long account, String name, long uidValidity, @Nullable SpecialUse role) {
            this.id = id;
            this.account = account;
            this.name = name;
            this.uidValidity = uidValidity;
            this.role = role;
        }
    }

    boolean hasChildren(String name) {
        String prefix = name + "/";
        String next = mailboxes.ceilingKey(prefix);
        return next != null && next.startsWith(prefix);
    }

    /// A name without a mailbox lives as long as its last child; kept longer, such names would fill up the account.
    void forgetChildlessNames() {
        emptyNames.removeIf(name -> !hasChildren(name));
    }

    Map<SpecialUse, MailboxRow> roles() {
        Map<SpecialUse, MailboxRow> roles = new HashMap<>();
        for (MailboxRow row : mailboxes.values()) {
            SpecialUse role = row.role;
            if (role != null) {
                roles.put(role, row);
            }
        }
        return roles;
    }
}
