package org.mutatio.smtp.protocol;

import java.util.List;
import java.util.Optional;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.sdk.reply.Reply;

/// What follows a command: a reply, or something that only somebody with a connection can do.
public sealed interface Turn {

    record Say(Reply reply) implements Turn {}

    /// Lines of one reply, framed already (EHLO, HELO).
    record Lines(List<String> lines) implements Turn {
        public Lines {
            lines = List.copyOf(lines);
        }
    }

    /// Say it and close.
    record Farewell(Reply reply) implements Turn {}

    /// Say it, then become a TLS server, then [Conversation#encrypted].
    record Encrypt(Reply goAhead) implements Turn {}

    /// Say 354, read up to CR LF dot CR LF, then [Conversation#answered] or [Conversation#refused].
    ///
    /// @param sevenBit 8-bit octets were not declared, and are not tolerated
    record ReadData(Transaction transaction, long limit, boolean sevenBit) implements Turn {}

    /// Read so many octets, of the message that goes on or begins; then [Conversation#chunkTaken], or as for
    /// [ReadData] when it was the last or was refused.
    ///
    /// @param binary BODY=BINARYMIME: a CR or LF may stand alone
    record ReadChunk(Transaction transaction, long size, boolean last, long limit, boolean binary, boolean sevenBit)
            implements Turn {}

    /// Read so many octets away, then say it.
    ///
    /// @param copies how often: on LMTP, at the last chunk, once for each recipient (RFC 2033 section 4.3)
    record Skip(long size, Reply reply, int copies) implements Turn {}

    /// Carry challenges and responses, then [Conversation#authenticated] or [Conversation#notAuthenticated].
    record Exchange(String mechanism, SaslExchange exchange, Optional<String> initial) implements Turn {}

    /// Greet anew: the client became another one by XCLIENT.
    record Regreet() implements Turn {}
}
