package org.mutatio.smtp.session;

/// What becomes of a CR or LF that stands alone in a message; `[smtp] bare-line-ends`. None ever ends a message.
public enum BareLineEnds {
    /// 550 5.6.0, when the message was read to its end.
    REFUSE,
    /// It becomes CR LF.
    NORMALISE,
    /// It stays: BODY=BINARYMIME only; RFC 3030 section 3.
    KEEP
}
