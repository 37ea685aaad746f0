package org.mutatio.pipeline.transaction;

import java.net.InetAddress;
import java.util.Arrays;

/// An address prefix: `192.0.2.0/24`, `2001:db8::/32`, `127.0.0.1`.
public final class Network {

    private final byte[] address;
    private final int bits;

    private Network(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /// @throws IllegalArgumentException names the text and a good example
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        try {
            byte[] address = InetAddress.ofLiteral(host).getAddress();
            int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > address.length * 8) {
                throw new IllegalArgumentException("prefix length " + bits);
            }
            return new Network(address, bits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a network (examples: 192.0.2.0/24, 2001:db8::/32): " + text, e);
        }
    }

    boolean contains(InetAddress client) {
        byte[] other = client.getAddress();
        if (other.length != address.length) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(address, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || ((address[whole] ^ other[whole]) & 0xFF) >> (8 - rest) == 0;
    }
}
