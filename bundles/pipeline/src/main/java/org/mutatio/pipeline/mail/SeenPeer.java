package org.mutatio.pipeline.mail;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.Peer;

/// The peer as it was seen when a filter was called.
public record SeenPeer(
        String sessionId,
        InetSocketAddress address,
        String role,
        Optional<String> helo,
        Optional<String> tls,
        Optional<MailAddress> account)
        implements Peer {}
