package org.mutatio.pipeline.transaction;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/// The server's own settings.
///
/// @param deadline of all filters of one message together (case smtp-0d2: well under a sender's patience)
/// @param relayNetworks who may relay without logging in
/// @param queueLife how long outbound mail is tried
/// @param bounceLife the same for bounces
public record Limits(Duration deadline, List<Network> relayNetworks, Duration queueLife, Duration bounceLife) {

    public Limits {
        relayNetworks = List.copyOf(relayNetworks);
    }

    boolean mayRelay(InetAddress client) {
        for (Network network : relayNetworks) {
            if (network.contains(client)) {
                return true;
            }
        }
        return false;
    }
}
