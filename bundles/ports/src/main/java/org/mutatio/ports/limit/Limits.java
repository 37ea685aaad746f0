package org.mutatio.ports.limit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The numbers of `[limits]`; the defaults are those of docs/limits.md.
///
/// @param perAddress connections not authenticated, of one address (IPv6: of one /64)
/// @param newPerMinute new connections of one address in a minute
/// @param perAccount connections of one account, logged in
/// @param authenticatedPerAddress connections of one address, logged in
/// @param total connections in all; the last tenth is kept for submission, IMAP and trusted networks
/// @param trusted networks that only [#total] limits
public record Limits(
        int perAddress, int newPerMinute, int perAccount, int authenticatedPerAddress, int total, Networks trusted) {

    private static final Logger log = LoggerFactory.getLogger(Limits.class);
    /// A smaller heap than any that was tried.
    private static final int FEWEST = 200;

    public Limits {
        positive("unauthenticated-per-address", perAddress);
        positive("new-per-minute", newPerMinute);
        positive("per-account", perAccount);
        positive("per-address", authenticatedPerAddress);
        positive("total", total);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("[limits] " + name + " = " + value + ": must be at least 1, such as 20");
        }
    }

    /// Connections that a heap holds when each is in the middle of a command: above 72 MiB for the server
    /// itself (two password hashes of 19 MiB are computed at a time), 56 KiB each. Measured: a flood of log-ins
    /// ended a server of 128 MiB when it had 1,700. One that idles costs a third of that.
    public static int thatFit(long heap) {
        return Math.clamp((heap - (72L << 20)) / (56L << 10), FEWEST, Integer.MAX_VALUE);
    }

    /// Not more in all than that; what is cut is logged.
    public Limits within(int most, String reason) {
        if (total <= most) {
            return this;
        }
        log.info("event=connections-limited connections={} wanted={} reason=\"{}\"", most, total, reason);
        return new Limits(perAddress, newPerMinute, perAccount, authenticatedPerAddress, Math.max(1, most), trusted);
    }

    /// What the last tenth leaves to unknown senders on an `mx` listener.
    int forStrangers() {
        return total - total / 10;
    }
}
