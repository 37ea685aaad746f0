package org.mutatio.smtp.protocol;

import java.net.InetAddress;
import java.util.List;

/// Networks in CIDR form, or single addresses: who may say XCLIENT.
public final class Networks {
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
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit & 7);
                if (((address[bit >> 3] ^ prefix[bit >> 3]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Network> networks;

    private Networks(List<Network> networks) {
        this.networks = networks;
    }

    /// Names are not looked up.
    ///
    /// @throws IllegalArgumentException names the bad one and a good example
    public static Networks of(List<String> texts) {
        return new Networks(texts.stream().map(Networks::parse).toList());
    }

    private static Network parse(String text) {
        int slash = text.indexOf('/');
        try {
            byte[] prefix = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                    .getAddress();
            int bits = slash < 0 ? prefix.length * 8 : Integer.parseInt(text.substring(slash + 1));
            if (bits >= 0 && bits <= prefix.length * 8) {
                return new Network(prefix, bits);
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw new IllegalArgumentException("\"" + text + "\" is no network; write 192.0.2.0/24 or 2001:db8::/32");
    }

    public boolean contains(InetAddress address) {
        byte[] octets = address.getAddress();
        return networks.stream().anyMatch(network -> network.contains(octets));
    }
}
