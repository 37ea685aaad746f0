package org.mutatio.ports.limit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// A list of networks in CIDR form: `192.0.2.0/24`, `2001:db8::/32`, a single address.
public final class Networks {
    /// Contains nobody.
    public static final Networks NONE = new Networks(List.of());

    private static final class Network {
        private final byte[] prefix;
        private final int bits;

        Network(byte[] prefix, int bits) {
            this.prefix = prefix;
            this.bits = bits;
        }

        boolean contains(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            var whole = bits / 8;
            for (var i = 0; i < whole; i++) {
                if (prefix[i] != address[i]) {
                    return false;
                }
            }
            var mask = 0xff00 >> (bits % 8);
            return bits % 8 == 0 || ((prefix[whole] ^ address[whole]) & mask & 0xff) == 0;
        }
    }

    private final List<Network> networks;

    private Networks(List<Network> networks) {
        this.networks = networks;
    }

    /// @throws IllegalArgumentException names the bad one and a good example; host names are not looked up
    public static Networks of(List<String> texts) {
        return new Networks(texts.stream().map(Networks::parse).toList());
    }

    private static Network parse(String text) {
        var slash = text.indexOf('/');
        var host = (slash < 0 ? text : text.substring(0, slash)).strip();
        try {
            var octets = literal(host).getAddress();
            var bits = slash < 0
                    ? octets.length * 8
                    : Integer.parseInt(text.substring(slash + 1).strip());
            if (bits >= 0 && bits <= octets.length * 8) {
                return new Network(octets, bits);
            }
        } catch (UnknownHostException | NumberFormatException _) {
            // told below
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no network; write it like 192.0.2.0/24 or 2001:db8::/32");
    }

    /// An address written in digits; never asks the DNS.
    ///
    /// Of IPv4 the four numbers only: the JDK takes `192.168` for 192.0.0.168 as BSD did, so that
    /// `192.168/16` would trust a network that nobody meant.
    ///
    /// @throws UnknownHostException it is no such thing
    public static InetAddress literal(String host) throws UnknownHostException {
        if (host.indexOf(':') < 0 && host.chars().filter(c -> c == '.').count() != 3) {
            throw new UnknownHostException(host);
        }
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(host);
        }
    }

    public boolean contains(InetAddress address) {
        if (networks.isEmpty()) {
            return false;
        }
        var octets = address.getAddress();
        for (var network : networks) {
            if (network.contains(octets)) {
                return true;
            }
        }
        return false;
    }

    public boolean isEmpty() {
        return networks.isEmpty();
    }
}
