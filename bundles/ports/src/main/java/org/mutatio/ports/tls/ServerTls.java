package org.mutatio.ports.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Makes engines for the server's side: TLS 1.2 and 1.3, certificate by server name, session tickets (JSSE's
/// default).
///
/// Two profiles. *Client* is Mozilla's "intermediate" without its tolerance: mail programs are young. *mx* adds
/// CBC suites with forward secrecy: a sender that can do no better would otherwise send in the clear, and weak
/// encryption is better than none (RFC 7435 section 3). What was used is counted.
public final class ServerTls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private static final List<String> CLIENT = List.of(
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    private static final List<String> TOLERATED = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");

    /// No finite-field groups: they cost the server most and modern clients want none.
    private static final List<String> GROUPS = List.of("x25519", "secp256r1", "secp384r1", "x448", "secp521r1");

    private final SSLContext context;
    private final SSLParameters client;
    private final SSLParameters strangers;

    public ServerTls(CertificateFolder certificates) {
        try {
            this.context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new BySni(certificates)}, null, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
        var supported = context.getSupportedSSLParameters();
        this.client = parameters(supported, CLIENT);
        this.strangers = parameters(
                supported,
                java.util.stream.Stream.concat(CLIENT.stream(), TOLERATED.stream())
                        .toList());
    }

    private static SSLParameters parameters(SSLParameters supported, List<String> suites) {
        var parameters = new SSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(among(suites, supported.getCipherSuites()));
        parameters.setUseCipherSuitesOrder(true);
        var groups = supported.getNamedGroups();
        if (groups != null) {
            parameters.setNamedGroups(among(GROUPS, groups));
        }
        return parameters;
    }

    private static String[] among(List<String> wanted, String[] supported) {
        var known = Set.copyOf(Arrays.asList(supported));
        return wanted.stream().filter(known::contains).toArray(String[]::new);
    }

    /// @param tolerant the `mx` profile
    public SSLEngine engine(boolean tolerant) throws IOException {
        var engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(tolerant ? strangers : client);
        return engine;
    }

    /// Answers JSSE's questions from the certificates of the moment; an alias is a [Certificate#id].
    private static final class BySni extends X509ExtendedKeyManager {
        private final CertificateFolder certificates;

        BySni(CertificateFolder certificates) {
            this.certificates = certificates;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            var session = engine.getHandshakeSession();
            String name = null;
            if (session instanceof ExtendedSSLSession extended) {
                for (var requested : extended.getRequestedServerNames()) {
                    if (requested instanceof SNIHostName host) {
                        name = host.getAsciiName();
                    }
                }
            }
            return certificates
                    .current()
                    .find(name)
                    .filter(certificate -> certificate.keyType().equals(keyType))
                    .map(Certificate::id)
                    .orElse(null);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            var certificate = certificates.byId(alias);
            return certificate == null ? null : certificate.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            var certificate = certificates.byId(alias);
            return certificate == null ? null : certificate.key();
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null; // not asked of an engine
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
            return null; // engines only
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return null; // a server only
        }

        @Override
        public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
            return null; // a server only
        }
    }
}
