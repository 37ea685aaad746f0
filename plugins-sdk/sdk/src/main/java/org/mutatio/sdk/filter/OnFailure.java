package org.mutatio.sdk.filter;

/// What becomes of a message when the filter throws, hangs or is set aside.
public enum OnFailure {
    /// As if it had not been asked.
    OPEN,
    /// 451: the sender tries again.
    DEFER,
    /// 554.
    REJECT,
    /// Kept in Junk with the reason.
    QUARANTINE
}
