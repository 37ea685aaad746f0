package org.mutatio.sdk.reply;

import java.util.Objects;

/// What a server answers: code (RFC 5321 section 4.2), enhanced status (RFC 3463), text for the peer.
///
/// The text names no file, host or class of ours. It holds printable characters only (no CR, LF or NUL), and may be
/// non-ASCII only where SMTPUTF8 is in use; the protocol bundle makes sure of that.
public record Reply(int code, EnhancedStatus status, String text) {

    public Reply {
        Objects.requireNonNull(text);
        if (code < 200 || code > 599 || code / 100 == 3) {
            throw new IllegalArgumentException("not a final reply code: " + code);
        }
        // RFC 2034 section 4: both agree, or a sender bounces what it should try again.
        if (!status.agreesWith(code)) {
            throw new IllegalArgumentException("reply " + code + " cannot carry status " + status);
        }
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                throw new IllegalArgumentException("control character in the text of reply " + code);
            }
        }
    }

    /// `Reply.of(552, "5.3.4", "attachments exceed 20 MB")`.
    public static Reply of(int code, String status, String text) {
        return new Reply(code, EnhancedStatus.parse(status), text);
    }

    /// 2xx.
    public boolean positive() {
        return code < 300;
    }

    /// 4xx: the peer may try again.
    public boolean transientFailure() {
        return code / 100 == 4;
    }

    /// The same with other words.
    public Reply withText(String other) {
        return new Reply(code, status, other);
    }

    @Override
    public String toString() {
        return code + " " + status + " " + text;
    }
}
