package org.mutatio.pipeline.transaction;

import org.mutatio.sdk.reply.Reply;

/// Ends the current step: the peer is told the reply, trace and log the reason.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;
    private final String word;

    /// @param word of a few, for the count: `unknown`, `relay`, `size`, ...
    Refusal(Reply reply, String word, String reason) {
        this.reply = reply;
        this.word = word;
        super(reason, null, false, false);
    }

    Reply reply() {
        return reply;
    }

    String word() {
        return word;
    }
}
