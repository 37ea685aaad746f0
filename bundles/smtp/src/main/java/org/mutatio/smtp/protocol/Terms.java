package org.mutatio.smtp.protocol;

import java.util.Set;

/// What a conversation holds its client to; from settings, the same for all sessions of a listener.
///
/// @param hostName our name in greeting, EHLO and Received
/// @param messageSize largest message in octets, announced as SIZE; a policy may allow less, never more
/// @param recipients most accepted recipients of one transaction
/// @param errors 5xx replies without an accepted message between them, then 421
/// @param junk commands that move no mail (NOOP, RSET, VRFY, ...), then 421
/// @param xclient who may say XCLIENT
/// @param version of this bundle, for traces
public record Terms(
        String hostName,
        long messageSize,
        int recipients,
        int errors,
        int junk,
        Set<Leniency> tolerated,
        Networks xclient,
        String version) {

    public Terms {
        tolerated = Set.copyOf(tolerated);
    }
}
