package org.mutatio.smtp.session;

import java.time.Duration;

/// How long a client may take.
///
/// @param command from our reply to the whole next command (RFC 5321 section 4.5.3.2.7)
/// @param line from a line's first octet to its end
/// @param session in all, looked at between transactions
/// @param rate octets a second that a message must have on average, once the grace is used up
/// @param grace how far it may fall behind that
/// @param message from MAIL to the last command of its transaction (RCPT and BDAT may go on for ever), and from DATA,
///     or the first BDAT, to the message's end
/// @param handOver how long an open transaction may go on when our bundle is being replaced
public record Pace(
        Duration command,
        Duration line,
        Duration session,
        long rate,
        Duration grace,
        Duration message,
        Duration handOver) {

    public static final Pace DEFAULT = new Pace(
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            500,
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            Duration.ofSeconds(30));
}
