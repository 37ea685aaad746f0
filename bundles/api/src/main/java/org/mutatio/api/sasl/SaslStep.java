package org.mutatio.api.sasl;

import java.nio.ByteBuffer;
import org.mutatio.api.accounts.Account;
import org.mutatio.sdk.reply.Reply;

/// What follows a response.
public sealed interface SaslStep {

    /// Send this (base64 put on by the protocol) and take the answer.
    record Challenge(ByteBuffer octets) implements SaslStep {}

    /// Logged in.
    ///
    /// @param last octets for the success reply (SCRAM's server signature, RFC 4954 section 4: sent as a challenge
    ///     answered by an empty response in SMTP; IMAP likewise); empty for none
    record Success(Account account, ByteBuffer last) implements SaslStep {}

    /// Not logged in.
    ///
    /// @param reply for SMTP: 535 5.7.8 wrong, 454 4.7.0 not now, 501 5.5.2 malformed; IMAP makes
    ///     AUTHENTICATIONFAILED, UNAVAILABLE and BAD of them
    /// @param reason for our log
    record Failure(Reply reply, String reason) implements SaslStep {}
}
