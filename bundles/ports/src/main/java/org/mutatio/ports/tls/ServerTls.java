package org.mutatio.ports.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Makes engines for the server's side: a [TlsProfile], the certificate by server name, session tickets.
///
/// One context for all listeners and for its whole life: the keys of its tickets are changed each hour
/// and taken for a day by JSSE, and no reload of certificates touches them. A ticket is good at every
/// listener whose profile has its suite.
public final class ServerTls {
    /// Sessions of clients that know no tickets (RFC 5077) lie here; those of the others lie with them.
    private static final int SESSIONS_KEPT = 2_000;

    private final SSLContext context;
    private final Map<TlsProfile, SSLParameters> parameters = new EnumMap<>(TlsProfile.class);

    public ServerTls(CertificateFolder certificates) {
        try {
            this.context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new BySni(certificates)}, null, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
        context.getServerSessionContext().setSessionCacheSize(SESSIONS_KEPT);
        var supported = context.getSupportedSSLParameters();
        for (var profile : TlsProfile.values()) {
            parameters.put(profile, profile.among(supported));
        }
    }

    /// A server's engine, not begun.
    ///
    /// @param serverName as the client said it, where that is known already: see [BySni]
    public SSLEngine engine(TlsProfile profile, @Nullable String serverName) {
        var engine = serverName == null ? context.createSSLEngine() : context.createSSLEngine(serverName, -1);
        engine.setUseClientMode(false);
        engine.setSSLParameters(parameters.get(profile));
        return engine;
    }

    /// Answers JSSE's questions from the certificates of the moment; an alias is a [Certificate#id].
    ///
    /// A ticket holds checksums of the chain it was made with. JSSE asks for that chain before it has
    /// read the server's name, and drops the ticket if another one is given; so the name stands in the
    /// engine as its "peer host".
    private static final class BySni extends X509ExtendedKeyManager {
        private final CertificateFolder certificates;

        BySni(CertificateFolder certificates) {
            this.certificates = certificates;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            var name = engine.getPeerHost();
            if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
                if (!verifies(session.getPeerSupportedSignatureAlgorithms(), keyType)) {
                    return null;
                }
                for (var requested : session.getRequestedServerNames()) {
                    if (requested instanceof SNIHostName host) {
                        name = host.getAsciiName();
                    }
                }
            }
            return certificates
                    .current()
                    .find(name, keyType)
                    .map(Certificate::id)
                    .orElse(null);
        }

        /// JSSE does not look before it asks, under TLS 1.2, and fails when the signature is due.
        private static boolean verifies(String[] algorithms, String keyType) {
            return algorithms.length == 0
                    || Stream.of(algorithms).anyMatch(algorithm -> switch (keyType) {
                        case "EC" -> algorithm.endsWith("withECDSA");
                        case "RSA" -> algorithm.endsWith("withRSA") || algorithm.equals("RSASSA-PSS");
                        case "EdDSA" -> algorithm.startsWith("Ed");
                        default -> true;
                    });
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
