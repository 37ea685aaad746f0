package org.mutatio.smtp.session;

import org.mutatio.sdk.reply.Reply;

/// What the gate let through, or what it made of what it did not.
sealed interface Heard {

    /// A whole line, without CR LF: UTF-8, no control characters but tabs.
    record Line(String text) implements Heard {}

    /// A line that is none; read to its end.
    record Bad(Reply reply, String reason) implements Heard {}

    /// No line any more: say this and close.
    record Over(Reply reply, String reason) implements Heard {}

    /// The peer is gone.
    record Gone(boolean inOrder) implements Heard {}
}
