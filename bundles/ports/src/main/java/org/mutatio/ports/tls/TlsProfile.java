package org.mutatio.ports.tls;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;

/// What a listener speaks in TLS: `tls-profile` of `[[listener]]`.
///
/// Both profiles speak TLS 1.2 and 1.3 in the server's order, without finite-field groups (they cost
/// the server most and modern clients want none) and without SHA-1 in any signature of a handshake (RFC
/// 9155). JSSE knows neither compression nor 0-RTT, asks for the extended master secret (RFC 7627)
/// wherever the client can, and its tickets' keys change each hour.
public enum TlsProfile {
    /// Mozilla's "intermediate" without its tolerance: programs of our own users are young.
    CLIENT(List.of()),

    /// Adds CBC suites with forward secrecy: a sender that can do no better would otherwise send in the
    /// clear, and weak encryption is better than none (RFC 7435 section 3). What was used is counted.
    MX(List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"));

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private static final List<String> SUITES = List.of(
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    /// Those of Mozilla's list. The first one, a hybrid with ML-KEM, is taken as soon as the JDK has
    /// it: 25 has not. No x448 and no secp521r1: every client has one of these too, and they cost ten
    /// times as much.
    private static final List<String> GROUPS = List.of("X25519MLKEM768", "x25519", "secp256r1", "secp384r1");

    private static final List<String> SIGNATURES = List.of(
            "ed25519",
            "ecdsa_secp256r1_sha256",
            "ecdsa_secp384r1_sha384",
            "rsa_pss_rsae_sha256",
            "rsa_pss_rsae_sha384",
            "rsa_pss_rsae_sha512",
            "rsa_pss_pss_sha256",
            "rsa_pss_pss_sha384",
            "rsa_pss_pss_sha512",
            "rsa_pkcs1_sha256", // TLS 1.2 only
            "rsa_pkcs1_sha384",
            "rsa_pkcs1_sha512");

    private final List<String> tolerated;

    TlsProfile(List<String> tolerated) {
        this.tolerated = tolerated;
    }

    /// @throws IllegalArgumentException names the value and the right ones
    public static TlsProfile of(String text) {
        return switch (text) {
            case "mx" -> MX;
            case "client" -> CLIENT;
            default ->
                throw new IllegalArgumentException("tls-profile = \"" + text + "\": must be \"mx\" or \"client\"");
        };
    }

    /// As it is written in mutatio.toml.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What an engine of this profile is set to, among what this JDK has.
    SSLParameters among(SSLParameters supported) {
        var parameters = new SSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(
                among(Stream.concat(SUITES.stream(), tolerated.stream()), supported.getCipherSuites()));
        parameters.setUseCipherSuitesOrder(true);
        parameters.setSignatureSchemes(SIGNATURES.toArray(String[]::new));
        var groups = supported.getNamedGroups();
        if (groups != null) {
            parameters.setNamedGroups(among(GROUPS.stream(), groups));
        }
        return parameters;
    }

    private static String[] among(Stream<String> wanted, String[] supported) {
        var known = Set.copyOf(Arrays.asList(supported));
        return wanted.filter(known::contains).toArray(String[]::new);
    }
}
