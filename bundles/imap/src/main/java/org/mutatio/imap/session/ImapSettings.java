package org.mutatio.imap.session;

import java.time.Duration;
import org.mutatio.imap.protocol.Lexer;
import org.mutatio.sdk.settings.DataSize;

/// Table `[imap]`, and the limits of docs/limits.md.
///
/// @param messageSize largest message of APPEND, told as APPENDLIMIT (RFC 7889)
/// @param beforeLogin how long a client may be silent before it has logged in
/// @param afterLogin the same behind log-in; at least 30 minutes (RFC 9051 section 5.4)
/// @param searchTime how long one SEARCH may take
/// @param filterAppend whether filters are asked about an APPEND
public record ImapSettings(
        DataSize messageSize, Duration beforeLogin, Duration afterLogin, Duration searchTime, boolean filterAppend) {

    public static final ImapSettings DEFAULTS = new ImapSettings(
            DataSize.parse("50 MB"), Duration.ofSeconds(60), Duration.ofMinutes(30), Duration.ofSeconds(30), false);

    /// Memory that a stranger can make us take (promises section 2), and octets of his that we read for nothing: at
    /// the pace of a slow client 200 MB would keep his place for half a day.
    static final Lexer.Budget STRANGER = new Lexer.Budget(8 * 1024, 64 * 1024, 64 * 1024);

    /// A set of 50,000 ranges has its place in 1 MiB.
    static final Lexer.Budget USER = new Lexer.Budget(64 * 1024, 1024 * 1024, 200_000_000L);

    /// Commands that made no sense, in a row.
    static final int MOST_ERRORS = 20;

    /// Commands of a client that does not log in: NOOP after NOOP must not hold a place of its address for ever.
    static final int MOST_BEFORE_LOGIN = 50;
}
