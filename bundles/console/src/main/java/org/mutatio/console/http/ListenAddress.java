package org.mutatio.console.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// `[console] listen`: dangerous ports are for loopback only.
public final class ListenAddress {

    private ListenAddress() {}

    /// @throws IllegalArgumentException it is none, or not a loopback address; the message has an example
    public static InetSocketAddress of(String written) {
        int colon = written.lastIndexOf(':');
        String host =
                colon < 0 ? "" : written.substring(0, colon).replace("[", "").replace("]", "");
        String port = written.substring(colon + 1);
        if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw wrong(written, "is no address and port");
        }
        // A name would ask DNS, and might lead elsewhere tomorrow.
        if (!host.equals("localhost") && !host.matches("[0-9.]+|[0-9a-fA-F:]+")) {
            throw wrong(written, "names a host");
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            if (!address.isLoopbackAddress()) {
                throw wrong(written, "is not this machine's loopback");
            }
            return new InetSocketAddress(address, Integer.parseInt(port));
        } catch (UnknownHostException _) {
            throw wrong(written, "is no address");
        }
    }

    private static IllegalArgumentException wrong(String written, String what) {
        return new IllegalArgumentException("[console] listen = \"" + written + "\" " + what
                + "; write it like \"127.0.0.1:8025\" or \"[::1]:8025\"");
    }
}
