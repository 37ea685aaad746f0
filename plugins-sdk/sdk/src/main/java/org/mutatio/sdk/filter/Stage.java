package org.mutatio.sdk.filter;

/// When in a session a filter is asked.
public enum Stage {
    /// A client connected.
    CONNECT,
    /// It said HELO, EHLO or LHLO.
    HELO,
    /// MAIL FROM.
    MAIL,
    /// RCPT TO, once for each recipient, with that recipient's policy.
    RCPT,
    /// The message is there, once for each distinct policy of its recipients.
    MESSAGE,
    /// Once for each local mailbox it would go to.
    DELIVER,
    /// Once for each outbound destination, before the commit.
    SEND,
    /// It is kept and answered; observers only.
    DONE
}
