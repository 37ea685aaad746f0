package org.mutatio.pipeline.transaction;

import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.reply.Reply;

/// What the pipeline answers by itself; filters bring their own.
final class Replies {

    static final Reply SENDER_OK = Reply.of(250, "2.1.0", "sender ok");
    static final Reply RECIPIENT_OK = Reply.of(250, "2.1.5", "recipient ok");
    static final Reply NOT_NOW = Reply.of(451, "4.3.0", "not possible now, try again later");
    static final Reply UNKNOWN = Reply.of(550, "5.1.1", "no such recipient here");
    static final Reply RELAY = Reply.of(550, "5.7.1", "relaying denied");
    static final Reply AUTHENTICATE = Reply.of(530, "5.7.0", "authentication required");
    static final Reply NOT_THE_OWNER = Reply.of(553, "5.7.1", "not allowed to send as this address");
    static final Reply TOO_LARGE = Reply.of(552, "5.3.4", "message too large");
    static final Reply TOO_MANY_RECIPIENTS = Reply.of(452, "4.5.3", "too many recipients");
    static final Reply FULL_DEFER = Reply.of(452, "4.2.2", "mailbox full");
    static final Reply FULL_REJECT = Reply.of(552, "5.2.2", "mailbox full");
    static final Reply CANNOT_HOLD =
            Reply.of(550, "5.3.3", "cannot hold mail for this recipient, send it without HOLDFOR and HOLDUNTIL");
    static final Reply LOOP = Reply.of(554, "5.4.6", "the message goes in circles");
    static final Reply HEADER_TOO_LARGE = Reply.of(552, "5.3.4", "header too large");
    static final Reply LINE_TOO_LONG = Reply.of(550, "5.6.0", "a line is too long");
    static final Reply BARE_LINE_END = Reply.of(550, "5.6.0", "bare CR or LF in the message");
    static final Reply REPLACED = Reply.of(451, "4.3.2", "a part of the system was replaced, try again");
    static final Reply NO_RECIPIENTS = Reply.of(554, "5.5.1", "no valid recipients");
    static final Reply CHANGED = Reply.of(451, "4.2.1", "a mailbox changed meanwhile, try again");

    private Replies() {}

    /// RFC 5321 section 4.2.5: from here on it is ours.
    static Reply kept(MailId id) {
        return Reply.of(250, "2.0.0", "kept as " + id);
    }

    /// The same, so that whoever gets it can be helped: `550 5.7.1 ... (01JD...)`.
    static Reply with(Reply reply, MailId id) {
        return reply.text().contains(id.text()) ? reply : reply.withText(reply.text() + " (" + id + ")");
    }
}
