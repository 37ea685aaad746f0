package org.mutatio.smtp.protocol;

import java.util.Map;
import java.util.Optional;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// One line of a client, understood; RFC 5321 section 4.1.1.
public sealed interface Command {

    /// HELO, EHLO or LHLO.
    record Hello(Verb verb, String name) implements Command {}

    /// The null reverse-path `<>` of bounces is [ReversePath#NULL], not an absent value; RFC 5321 section 4.5.5.
    ///
    /// @param international the path, as written, is not ASCII: it needs SMTPUTF8
    record Mail(ReversePath from, boolean international, MailParameters parameters) implements Command {}

    /// @param to empty for `<postmaster>` without a domain; RFC 5321 section 4.5.1
    /// @param international the path or ORCPT, as written, is not ASCII: it needs SMTPUTF8
    record Recipient(Optional<MailAddress> to, boolean international, Map<String, String> parameters)
            implements Command {
        public Recipient {
            parameters = Map.copyOf(parameters);
        }
    }

    record Data() implements Command {}

    /// BDAT; RFC 3030 section 2. So many octets follow the line, whatever is answered.
    record Chunk(long size, boolean last) implements Command {}

    record Reset() implements Command {}

    record Noop() implements Command {}

    record Quit() implements Command {}

    record Help() implements Command {}

    /// VRFY with its argument, which nobody looks at.
    record Verify() implements Command {}

    /// EXPN, ETRN, TURN: known, never done.
    record Refrain(Verb verb) implements Command {}

    record StartTls() implements Command {}

    /// @param initial the initial response in base64, `=` for an empty one; empty when there was none
    record Authenticate(String mechanism, Optional<String> initial) implements Command {}

    /// Attributes by name in capitals, xtext taken off; Postfix's XCLIENT_README.
    record XClient(Map<String, String> attributes) implements Command {
        public XClient {
            attributes = Map.copyOf(attributes);
        }
    }

    /// No command at all. The parser has chosen the reply; it never throws for what a client sends.
    ///
    /// @param fatal what follows cannot be told from commands (a BDAT without a size): the connection must close
    record Malformed(Reply reply, String reason, boolean fatal) implements Command {
        public Malformed(Reply reply, String reason) {
            this(reply, reason, false);
        }
    }
}
