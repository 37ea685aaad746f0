package org.mutatio.smtp.protocol;

import org.mutatio.sdk.reply.Reply;

/// Inside the parser: this line is not one we take. Caught by [CommandParser], never seen outside.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    Refusal(int code, String status, String text) {
        super(text, null, false, false); // a client can cause thousands: no stack trace
        this.reply = Reply.of(code, status, text);
    }

    Reply reply() {
        return reply;
    }
}
