package org.mutatio.ports.reception;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.mutatio.ports.limit.Networks;

/// Where a listener listens: `127.0.0.1:2525`, `[::1]:2525`, `*:25` (IPv6 and IPv4). Port 0: the system chooses.
record ListenAddress(String text, InetSocketAddress address) {

    /// @throws IllegalArgumentException says what is wrong and how it should look
    static ListenAddress of(String text) {
        var colon = text.lastIndexOf(':');
        if (colon > 0) {
            var host = text.substring(0, colon);
            try {
                var port = Integer.parseInt(text.substring(colon + 1));
                if (port >= 0 && port <= 65_535) {
                    return new ListenAddress(text, new InetSocketAddress(host(host), port));
                }
            } catch (UnknownHostException | NumberFormatException _) {
                // told below
            }
        }
        throw new IllegalArgumentException("address = \"" + text
                + "\" is no listening address; write it like \"127.0.0.1:2525\", \"[::1]:2525\" or \"*:25\"");
    }

    private static InetAddress host(String host) throws UnknownHostException {
        if (host.equals("*")) {
            return new InetSocketAddress(0).getAddress(); // the JDK's wildcard is dual stack
        }
        if (host.equals("localhost")) {
            return InetAddress.getLoopbackAddress();
        }
        return Networks.literal(
                host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host);
    }

    boolean loopback() {
        return address.getAddress().isLoopbackAddress();
    }
}
