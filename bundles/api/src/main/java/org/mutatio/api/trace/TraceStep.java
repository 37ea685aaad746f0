package org.mutatio.api.trace;

/// One step: who decided what, by which line, why, and how long it took.
///
/// @param stage `connect`, `tls`, `auth`, `helo`, `mail`, `rcpt`, `data`, `message`, `route`, `deliver`, `send`,
///     `commit`, `reply`, `done`
/// @param actor bundle or filter: `org.mutatio.router`, `attachment-limit`
/// @param version version of that bundle with its content's short hash, `1.0.2 (3fa91c07)`
/// @param subject what it was about: a recipient, a command; may be empty
/// @param policy `config/domains/example.com.toml:12` of the line that decided; empty when none did
/// @param outcome `next`, `accept`, `reject`, `local`, `relay`, `250`, `fault`, ...
/// @param reason in words, with values; never a body or secret
/// @param micros how long, in microseconds; 0 when not measured
public record TraceStep(
        String stage,
        String actor,
        String version,
        String subject,
        String policy,
        String outcome,
        String reason,
        long micros) {

    /// Longest text of one field that is kept; more is cut with an ellipsis.
    public static final int LONGEST = 500;

    public TraceStep {
        subject = cut(subject);
        outcome = cut(outcome);
        reason = cut(reason);
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
}
