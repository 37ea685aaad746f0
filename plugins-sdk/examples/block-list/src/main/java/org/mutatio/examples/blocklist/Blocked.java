package org.mutatio.examples.blocklist;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;

/// The entries of one list; immutable.
///
/// A line is an address (`bo@example.net`), a domain with all below it (`example.net`), an IP address (`192.0.2.7`,
/// `2001:db8::1`) or a network (`192.0.2.0/24`); `#` begins a comment.
final class Blocked {
    private final Set<MailAddress> addresses = new HashSet<>();
    private final Set<Domain> domains = new HashSet<>();
    /// By prefix length in bits and the masked address.
    private final Map<Integer, Set<Network>> networks = new HashMap<>();

    private int size;

    private record Network(String octets) {
        static Network of(byte[] address, int bits) {
            byte[] masked = address.clone();
            for (int i = 0; i < masked.length; i++) {
                int kept = Math.max(0, Math.min(8, bits - i * 8));
                masked[i] &= (byte) (0xFF << (8 - kept));
            }
            return new Network(java.util.HexFormat.of().formatHex(masked));
        }
    }

    private Blocked() {}

    /// @throws IllegalArgumentException names each wrong line
    static Blocked parse(List<String> lines) {
        var blocked = new Blocked();
        var wrong = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int comment = line.indexOf('#');
            String entry = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (entry.isEmpty()) {
                continue;
            }
            try {
                blocked.add(entry);
            } catch (IllegalArgumentException reason) {
                if (wrong.length() < 500) {
                    wrong.append(wrong.isEmpty() ? "" : "; ")
                            .append("line ")
                            .append(i + 1)
                            .append(": ");
                    wrong.append(reason.getMessage());
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(wrong.toString());
        }
        return blocked;
    }

    private void add(String entry) {
        size++;
        if (entry.indexOf('@') > 0) {
            addresses.add(MailAddress.parse(entry).folded());
        } else if (entry.indexOf(':') >= 0 || isIpv4(entry)) {
            network(entry);
        } else {
            domains.add(Domain.parse(entry.startsWith("@") ? entry.substring(1) : entry));
        }
    }

    private static boolean isIpv4(String entry) {
        return entry.chars().allMatch(c -> c >= '0' && c <= '9' || c == '.' || c == '/');
    }

    private void network(String entry) {
        int slash = entry.indexOf('/');
        InetAddress address;
        int bits;
        if (entry.indexOf(':') < 0 && entry.chars().filter(c -> c == '.').count() != 3) {
            throw new IllegalArgumentException("an IPv4 address has four numbers: " + entry);
        }
        try {
            address = InetAddress.ofLiteral(slash < 0 ? entry : entry.substring(0, slash));
            bits = slash < 0 ? address.getAddress().length * 8 : Integer.parseInt(entry.substring(slash + 1));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("no IP address or network (example: 192.0.2.0/24): " + entry, wrong);
        }
        if (bits < 0 || bits > address.getAddress().length * 8) {
            throw new IllegalArgumentException("no such prefix length: " + entry);
        }
        networks.computeIfAbsent(bits, _ -> new HashSet<>()).add(Network.of(address.getAddress(), bits));
    }

    int size() {
        return size;
    }

    /// The address and prefix length that fit.
    Optional<String> entryFor(InetAddress client) {
        byte[] octets = client.getAddress();
        for (var prefix : networks.entrySet()) {
            int bits = prefix.getKey();
            Network network = Network.of(octets, bits);
            if (bits <= octets.length * 8 && prefix.getValue().contains(network)) {
                return Optional.of(client.getHostAddress() + "/" + bits);
            }
        }
        return Optional.empty();
    }

    Optional<String> entryFor(MailAddress sender) {
        if (addresses.contains(sender.folded())) {
            return Optional.of(sender.folded().toString());
        }
        Optional<Domain> domain = Optional.of(sender.domain());
        while (domain.isPresent()) {
            if (domains.contains(domain.get())) {
                return Optional.of(domain.get().toString());
            }
            domain = domain.get().parent();
        }
        return Optional.empty();
    }
}
