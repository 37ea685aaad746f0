package org.mutatio.pipeline.transaction;

import java.util.Map;
import org.mutatio.pipeline.mail.SeenRecipient;
import org.mutatio.sdk.mail.MailAddress;

/// One accepted recipient; two are never equal.
final class Accepted {

    private final MailAddress address;
    private final MailAddress destination;
    private final Map<String, String> parameters;
    private final Ruling ruling;
    private final Routed routed;
    private final Verdict verdict;

    /// @param address as the client wrote it
    /// @param destination another one, when a filter redirected it
    /// @param ruling the policy that rules it
    /// @param routed where RCPT found mail for the destination to go
    /// @param verdict of the filters at RCPT or before, when it is to be taken and not to be delivered
    Accepted(
            MailAddress address,
            MailAddress destination,
            Map<String, String> parameters,
            Ruling ruling,
            Routed routed,
            Verdict verdict) {
        this.address = address;
        this.destination = destination;
        this.parameters = Map.copyOf(parameters);
        this.ruling = ruling;
        this.routed = routed;
        this.verdict = verdict;
    }

    MailAddress address() {
        return address;
    }

    MailAddress destination() {
        return destination;
    }

    Map<String, String> parameters() {
        return parameters;
    }

    Ruling ruling() {
        return ruling;
    }

    Routed routed() {
        return routed;
    }

    Verdict verdict() {
        return verdict;
    }

    SeenRecipient seen() {
        return new SeenRecipient(address, ruling.domain());
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
