package org.mutatio.api.store;

/// A change that does not fit the state; nothing happened. The protocol makes its own words of it.
public final class RefusedChangeException extends Exception {
    private static final long serialVersionUID = 1L;

    /// Why; named like the response codes of RFC 9051 section 7.1 where there is one.
    public enum Refusal {
        /// Mailbox, account or entry is not there.
        NONEXISTENT,
        ALREADYEXISTS,
        OVERQUOTA,
        /// INBOX cannot be deleted, a name is malformed, ...
        CANNOT,
        /// Another mailbox has that role.
        USEATTR,
        /// Too many mailboxes, keywords, ...
        LIMIT
    }

    private final Refusal refusal;

    public RefusedChangeException(Refusal refusal, String reason) {
        this.refusal = refusal;
        super(reason);
    }

    public Refusal refusal() {
        return refusal;
    }
}
