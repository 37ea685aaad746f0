package org.mutatio.ports.limit;

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

    /// What the last tenth leaves to unknown senders on an `mx` listener.
    int forStrangers() {
        return total - total / 10;
    }
}
