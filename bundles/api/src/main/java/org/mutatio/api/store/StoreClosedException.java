package org.mutatio.api.store;

import org.mutatio.sdk.reply.Reply;

/// This store is closing and did nothing of what was asked: the same may be put to the next one.
public final class StoreClosedException extends StoreUnavailableException {
    private static final long serialVersionUID = 1L;

    public StoreClosedException() {
        super(Reply.of(451, "4.3.0", "the mail store is not available, try again later"), "the store is closing");
    }
}
