package org.mutatio.mime.structure;

import java.util.Set;

/// A header field that the summary keeps, so that ENVELOPE and simple searches read no message.
///
/// @param name as in [#NAMES]
/// @param value an octet string: unfolded, trimmed, neither decoded nor parsed
public record KeptField(String name, String value) {

    /// Fields of addresses: each of a repeated one is kept, up to [#MAX_REPEATED]; RFC 5322 section 3.6 allows one,
    /// but a reader wants to see all recipients.
    public static final Set<String> ADDRESSES = Set.of("from", "sender", "reply-to", "to", "cc", "bcc");

    static final int MAX_REPEATED = 50;

    /// ENVELOPE (RFC 9051 section 7.5.2) and what threading and mailing lists ask for; in lower case.
    public static final Set<String> NAMES = Set.of(
            "date",
            "subject",
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "bcc",
            "in-reply-to",
            "message-id",
            "references",
            "list-id");
}
