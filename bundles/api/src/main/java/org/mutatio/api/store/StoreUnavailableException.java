package org.mutatio.api.store;

import org.mutatio.sdk.reply.Reply;

/// The store cannot do it now: disk full, index too far behind, read-only after damage, going down. SMTP gives the
/// reply, IMAP says NO [UNAVAILABLE] (or NO [LIMIT] when full); reading goes on.
public class StoreUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    /// @param reply 452 4.3.1 for a full disk, 451 4.3.0 otherwise
    public StoreUnavailableException(Reply reply, String reason) {
        if (!reply.transientFailure()) {
            throw new IllegalArgumentException("the store's absence is transient: " + reply);
        }
        this.reply = reply;
        super(reason);
    }

    public Reply reply() {
        return reply;
    }
}
