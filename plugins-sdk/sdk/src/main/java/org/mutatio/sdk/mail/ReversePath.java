package org.mutatio.sdk.mail;

import java.util.Optional;

/// Where failures are told: an address, or the null reverse-path `<>` of bounces; RFC 5321 section 4.5.5.
public record ReversePath(Optional<MailAddress> address) {

    /// `<>`: a bounce; nobody is told of its failure.
    public static final ReversePath NULL = new ReversePath(Optional.empty());

    public static ReversePath of(MailAddress address) {
        return new ReversePath(Optional.of(address));
    }

    /// With angle brackets, as in MAIL FROM and Return-Path.
    @Override
    public String toString() {
        return "<" + address.map(MailAddress::toString).orElse("") + ">";
    }
}
