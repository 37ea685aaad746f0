package org.mutatio.imap.protocol;

/// What we tolerate against a MUST of RFC 9051.
public enum Leniency {
    /// Blanks before the line end: `a STARTTLS \r\n`; RFC 9051 section 9. Some phones and scripts, since ever.
    SPACE_BEFORE_LINE_END,
    /// Several spaces where the grammar has one; RFC 9051 section 9. Hand-written clients.
    SEVERAL_SPACES,
    /// LF alone ends a line; RFC 9051 section 2.2. People with netcat. Harmless here: nobody relays IMAP lines.
    BARE_LINE_FEED;

    boolean allowed() {
        return true;
    }
}
