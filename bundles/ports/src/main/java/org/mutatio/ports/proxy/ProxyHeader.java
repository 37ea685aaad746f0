package org.mutatio.ports.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.mutatio.ports.limit.Networks;

/// What a proxy says of the connection that it passes on.
///
/// Reads exactly the header's octets and no more, for TLS or the conversation follow at once. Nothing is believed
/// of a malformed header: the connection ends.
public sealed interface ProxyHeader {
    /// Version 1 is one line, CR LF included; proxy-protocol.txt section 2.1.
    int LONGEST_LINE = 107;

    /// Octets behind the fixed part of version 2 that we read: addresses and TLVs. 64 KiB may be announced,
    /// nobody needs more than a client certificate's facts.
    int LONGEST_BODY = 4096;

    /// The connection of a client.
    record Proxied(InetSocketAddress client, InetSocketAddress server) implements ProxyHeader {}

    /// The proxy's own (a health check), or of a kind it cannot say: the addresses are those of the socket.
    record Local() implements ProxyHeader {}

    /// @param in blocking, with a deadline of the caller's
    /// @throws ProtocolException it is no header or a bad one
    /// @throws IOException the octets did not come
    static ProxyHeader read(InputStream in) throws IOException {
        var first = octet(in);
        return switch (first) {
            case 'P' -> version1(in);
            case 0x0d -> version2(in);
            default -> throw new ProtocolException("no PROXY header but octet " + first);
        };
    }

    private static int octet(InputStream in) throws IOException {
        var octet = in.read();
        if (octet < 0) {
            throw new ProtocolException("ended within the PROXY header");
        }
        return octet;
    }

    // -- version 1: "PROXY TCP4 192.0.2.1 192.0.2.2 56324 25" CR LF

    private static ProxyHeader version1(InputStream in) throws IOException {
        var line = new StringBuilder("P");
        for (var octet = octet(in); octet != '\n'; octet = octet(in)) {
            line.append((char) octet);
            if (line.length() >= LONGEST_LINE) {
                throw new ProtocolException("PROXY line is longer than " + LONGEST_LINE);
            }
        }
        if (line.charAt(line.length() - 1) != '\r') {
            throw new ProtocolException("PROXY line without CR");
        }
        line.setLength(line.length() - 1);
        var words = words(line.toString());
        if (!words.getFirst().equals("PROXY") || words.size() < 2) {
            throw new ProtocolException("not a PROXY line");
        }
        var family = words.get(1);
        if (family.equals("UNKNOWN")) {
            return new Local(); // whatever follows must be ignored
        }
        if (words.size() != 6 || !(family.equals("TCP4") || family.equals("TCP6"))) {
            throw new ProtocolException("not a PROXY line for TCP4 or TCP6");
        }
        var octets = family.equals("TCP4") ? 4 : 16;
        return new Proxied(endpoint(words.get(2), words.get(4), octets), endpoint(words.get(3), words.get(5), octets));
    }

    private static List<String> words(String line) {
        var words = new ArrayList<String>();
        var from = 0;
        for (var space = line.indexOf(' '); space >= 0; space = line.indexOf(' ', from)) {
            words.add(line.substring(from, space));
            from = space + 1;
        }
        words.add(line.substring(from));
        return words;
    }

    private static InetSocketAddress endpoint(String host, String port, int octets) throws ProtocolException {
        try {
            // ::ffff:192.0.2.1 becomes an IPv4 address, and is TCP6 nevertheless: what is written decides.
            var six = host.indexOf(':') >= 0;
            if (six == (octets == 16) && host.indexOf('%') < 0 && host.indexOf('[') < 0) {
                return new InetSocketAddress(Networks.literal(host), port(port));
            }
        } catch (UnknownHostException _) {
            // told below
        }
        throw new ProtocolException("no such address in a PROXY line");
    }

    private static int port(String text) throws ProtocolException {
        var decimal = !text.isEmpty()
                && text.length() <= 5
                && text.chars().allMatch(digit -> digit >= '0' && digit <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
        var port = decimal ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65_535) {
            throw new ProtocolException("no such port in a PROXY line");
        }
        return port;
    }

    // -- version 2: signature, version and command, family and transport, length, addresses, TLVs; section 2.2

    private static ProxyHeader version2(InputStream in) throws IOException {
        var signature = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.ISO_8859_1);
        for (var i = 1; i < signature.length; i++) {
            if (octet(in) != signature[i]) {
                throw new ProtocolException("not the signature of PROXY version 2");
            }
        }
        var versionAndCommand = octet(in);
        var family = octet(in);
        var length = octet(in) << 8 | octet(in);
        if (versionAndCommand >> 4 != 2 || (versionAndCommand & 0xf) > 1) {
            throw new ProtocolException("PROXY version and command " + Integer.toHexString(versionAndCommand));
        }
        if (length > LONGEST_BODY) {
            throw new ProtocolException("PROXY header of " + length + " octets");
        }
        var body = in.readNBytes(length);
        if (body.length < length) {
            throw new ProtocolException("ended within the PROXY header");
        }
        if ((versionAndCommand & 0xf) == 0) {
            return new Local(); // LOCAL: the proxy speaks for itself; section 2.2
        }
        return switch (family) {
            case 0x11 -> binary(body, 4);
            case 0x21 -> binary(body, 16);
            case 0x00 -> new Local(); // UNSPEC
            default ->
                throw new ProtocolException("PROXY family " + Integer.toHexString(family) + ": only TCP is served");
        };
    }

    private static ProxyHeader binary(byte[] body, int octets) throws IOException {
        var fixed = 2 * octets + 4;
        if (body.length < fixed) {
            throw new ProtocolException("PROXY addresses cut short");
        }
        tlvs(body, fixed);
        return new Proxied(
                new InetSocketAddress(address(body, 0, octets), number(body, 2 * octets)),
                new InetSocketAddress(address(body, octets, octets), number(body, 2 * octets + 2)));
    }

    private static InetAddress address(byte[] body, int from, int octets) throws UnknownHostException {
        return InetAddress.getByAddress(java.util.Arrays.copyOfRange(body, from, from + octets));
    }

    private static int number(byte[] body, int at) {
        return (body[at] & 0xff) << 8 | body[at + 1] & 0xff;
    }

    /// Skips them, but each must end where the next begins.
    private static void tlvs(byte[] body, int from) throws ProtocolException {
        var at = from;
        while (at < body.length) {
            if (body.length - at < 3 || body.length - at - 3 < number(body, at + 1)) {
                throw new ProtocolException("PROXY TLV cut short");
            }
            at += 3 + number(body, at + 1);
        }
    }

    /// The client's address, when it is one.
    default Optional<Proxied> proxied() {
        return this instanceof Proxied proxied ? Optional.of(proxied) : Optional.empty();
    }
}
