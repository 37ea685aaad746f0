package org.mutatio.api.pipeline;

import java.util.Map;

/// Parameters of MAIL, understood and checked by the protocol.
///
/// @param size SIZE, RFC 1870; 0 when absent
/// @param smtpUtf8 SMTPUTF8, RFC 6531
/// @param body `7BIT`, `8BITMIME`, `BINARYMIME`
/// @param further others by name in capitals (`RET`, `ENVID`, `REQUIRETLS`, `AUTH`, `HOLDFOR`, `BY`, ...), for the
/// queue
public record MailParameters(long size, boolean smtpUtf8, String body, Map<String, String> further) {

    public static final MailParameters NONE = new MailParameters(0, false, "7BIT", Map.of());

    public MailParameters {
        further = Map.copyOf(further);
    }
}
