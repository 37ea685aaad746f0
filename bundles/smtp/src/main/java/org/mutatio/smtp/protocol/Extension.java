package org.mutatio.smtp.protocol;

/// The service extensions of ours; which of them are offered depends on role, TLS and log-in.
public enum Extension {
    /// RFC 2920
    PIPELINING,
    /// RFC 1870
    SIZE,
    /// draft-hall-prdr-00, as Exim and Postfix's neighbours speak it
    PRDR,
    /// RFC 6152
    EIGHTBITMIME,
    /// RFC 6531
    SMTPUTF8,
    /// RFC 3030
    CHUNKING,
    /// RFC 3030
    BINARYMIME,
    /// RFC 3461
    DSN,
    /// RFC 2034
    ENHANCEDSTATUSCODES,
    /// RFC 3207
    STARTTLS,
    /// RFC 8689
    REQUIRETLS,
    /// RFC 4954
    AUTH,
    /// Postfix's, for trusted hosts
    XCLIENT,
    /// RFC 9422
    LIMITS,
    /// RFC 4865
    FUTURERELEASE,
    /// RFC 2852
    DELIVERBY
}
