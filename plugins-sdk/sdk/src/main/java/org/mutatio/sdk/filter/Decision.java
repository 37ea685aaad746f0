package org.mutatio.sdk.filter;

import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;

/// What a filter wants. The first decision other than [Next] ends the stage.
///
/// We switch over it, you make it; a new case is a minor step of the version.
public sealed interface Decision {

    /// Why, for the trace and our log, never for the peer; with values.
    String reason();

    /// The same decision with a reason.
    Decision because(String reason);

    /// No objection: the next filter is asked.
    static Decision next() {
        return new Next("");
    }

    /// No further filter of this stage is asked.
    static Decision accept() {
        return new Accept("");
    }

    /// @param reply 5xx
    static Decision reject(Reply reply) {
        return new Reject(reply, reply.text());
    }

    /// @param reply 4xx
    static Decision defer(Reply reply) {
        return new Defer(reply, reply.text());
    }

    /// Answered 250, kept in the mailbox with the role \Junk.
    static Decision quarantine(String reason) {
        return new Quarantine(reason);
    }

    /// Answered 250 and dropped; the trace keeps the reason, not the message.
    static Decision discard(String reason) {
        return new Discard(reason);
    }

    /// To another address instead; routed as a recipient of ours.
    static Decision redirect(MailAddress to) {
        return new Redirect(to, "");
    }

    record Next(String reason) implements Decision {
        @Override
        public Next because(String why) {
            return new Next(why);
        }
    }

    record Accept(String reason) implements Decision {
        @Override
        public Accept because(String why) {
            return new Accept(why);
        }
    }

    record Reject(Reply reply, String reason) implements Decision {
        public Reject {
            if (reply.code() < 500) {
                throw new IllegalArgumentException("a reject wants a 5xx reply: " + reply);
            }
        }

        @Override
        public Reject because(String why) {
            return new Reject(reply, why);
        }
    }

    record Defer(Reply reply, String reason) implements Decision {
        public Defer {
            if (!reply.transientFailure()) {
                throw new IllegalArgumentException("a defer wants a 4xx reply: " + reply);
            }
        }

        @Override
        public Defer because(String why) {
            return new Defer(reply, why);
        }
    }

    record Quarantine(String reason) implements Decision {
        @Override
        public Quarantine because(String why) {
            return new Quarantine(why);
        }
    }

    record Discard(String reason) implements Decision {
        @Override
        public Discard because(String why) {
            return new Discard(why);
        }
    }

    record Redirect(MailAddress to, String reason) implements Decision {
        @Override
        public Redirect because(String why) {
            return new Redirect(to, why);
        }
    }
}
