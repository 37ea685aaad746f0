package org.mutatio.smtp.protocol;

/// What we tolerate against a MUST, each to be switched off by `[smtp] strict`.
public enum Leniency {
    /// `MAIL FROM: <a@b>`: RFC 5321 section 3.3 allows no space there. Airlines' and game shops' senders, some Outlook
    /// versions; since 0.1.
    SPACE_AFTER_COLON,
    /// `STARTTLS ` and `DATA `: RFC 5321 section 4.1.1 lets a server tolerate trailing blanks. Large senders put one
    /// behind STARTTLS; since 0.1.
    TRAILING_BLANKS,
    /// 8-bit octets in DATA though BODY=8BITMIME was not said; RFC 6152 section 3. Many senders; since 0.1.
    UNDECLARED_EIGHT_BIT,
    /// Names in HELO and EHLO that are no domain names (`my_pc`, `localhost`, `user's-mac`); RFC 5321 section 4.1.1.1.
    /// Most mail programs; since 0.1.
    ODD_HELLO_NAMES
}
