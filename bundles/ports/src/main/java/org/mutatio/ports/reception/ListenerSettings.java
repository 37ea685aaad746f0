package org.mutatio.ports.reception;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mutatio.net.Listener;
import org.mutatio.ports.limit.Networks;
import org.mutatio.ports.tls.TlsProfile;

/// One `[[listener]]`, checked.
///
/// @param address where
/// @param profile what it speaks in TLS
/// @param proxies networks whose connections begin with a PROXY header; empty: nobody's
public record ListenerSettings(
        String name,
        String protocol,
        String role,
        ListenAddress address,
        Tls tls,
        TlsProfile profile,
        boolean plaintextAuth,
        Networks proxies,
        Map<String, String> settings)
        implements Listener {

    /// When a connection is encrypted.
    enum Tls {
        NONE,
        STARTTLS,
        IMPLICIT
    }

    private static final Map<String, Set<String>> ROLES =
            Map.of("smtp", Set.of("mx", "submission", "lmtp"), "imap", Set.of(""));

    public ListenerSettings {
        settings = Map.copyOf(settings);
    }

    /// @param tlsProfile empty: `mx` for the role mx, else `client`
    /// @param proxyFrom networks of proxies; wanted when `proxyProtocol` is set
    /// @throws IllegalArgumentException names listener, key, value and a good example
    public static ListenerSettings of(
            String name,
            String protocol,
            String role,
            String address,
            String tls,
            String tlsProfile,
            boolean plaintextAuth,
            boolean proxyProtocol,
            List<String> proxyFrom,
            Map<String, String> settings) {
        try {
            if (name.isBlank()) {
                throw new IllegalArgumentException("name is missing; write name = \"mx\"");
            }
            var roles = ROLES.get(protocol);
            if (roles == null) {
                throw new IllegalArgumentException("protocol = \"" + protocol + "\": must be \"smtp\" or \"imap\"");
            }
            var wanted = role.isEmpty() && protocol.equals("smtp") ? "mx" : role;
            if (!roles.contains(wanted)) {
                throw new IllegalArgumentException("role = \"" + role + "\": "
                        + (protocol.equals("imap")
                                ? "imap has no roles"
                                : "must be \"mx\", \"submission\" or \"lmtp\""));
            }
            var where = ListenAddress.of(address);
            if (plaintextAuth && !where.loopback()) {
                throw new IllegalArgumentException("plaintext-auth = true is for loopback addresses only, such as"
                        + " \"127.0.0.1:2587\"; this one is \"" + address + "\"");
            }
            if (tls.equals("none") && !tlsProfile.isEmpty()) {
                throw new IllegalArgumentException("tls-profile = \"" + tlsProfile
                        + "\" has no meaning where tls = \"none\": leave one of them out");
            }
            if (proxyProtocol && proxyFrom.isEmpty()) {
                throw new IllegalArgumentException(
                        "proxy-protocol = true wants the proxies' networks: proxy-from = [\"192.0.2.7/32\"]");
            }
            return new ListenerSettings(
                    name,
                    protocol,
                    wanted,
                    where,
                    tls(tls),
                    profile(tlsProfile, wanted),
                    plaintextAuth,
                    proxyProtocol ? Networks.of(proxyFrom) : Networks.NONE,
                    settings);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[[listener]] \"" + name + "\": " + e.getMessage(), e);
        }
    }

    private static Tls tls(String text) {
        return switch (text) {
            case "none" -> Tls.NONE;
            case "", "starttls" -> Tls.STARTTLS;
            case "implicit" -> Tls.IMPLICIT;
            default ->
                throw new IllegalArgumentException(
                        "tls = \"" + text + "\": must be \"none\", \"starttls\" or \"implicit\"");
        };
    }

    /// Strangers come to the role mx, and speak what they can.
    private static TlsProfile profile(String text, String role) {
        if (text.isEmpty()) {
            return role.equals("mx") ? TlsProfile.MX : TlsProfile.CLIENT;
        }
        return TlsProfile.of(text);
    }

    /// Whether both can share one listening socket.
    public boolean sameSocket(ListenerSettings other) {
        return name.equals(other.name) && address.address().equals(other.address.address());
    }

    /// The address as it was written.
    public String where() {
        return address.text();
    }

    @Override
    public boolean implicitTls() {
        return tls == Tls.IMPLICIT;
    }

    /// A certificate is always there: the self-signed one at least.
    @Override
    public boolean startTls() {
        return tls == Tls.STARTTLS;
    }

    /// Anybody comes here.
    public boolean forStrangers() {
        return role.equals("mx");
    }
}
