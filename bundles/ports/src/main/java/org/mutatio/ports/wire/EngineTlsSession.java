package org.mutatio.ports.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLKeyException;
import org.mutatio.net.TlsSession;

/// What a finished handshake left.
final class EngineTlsSession implements TlsSession {
    private static final String EXPORTER_LABEL = "EXPORTER-Channel-Binding"; // RFC 9266 section 2
    private static final int EXPORTER_LENGTH = 32;

    private final ExtendedSSLSession session;

    EngineTlsSession(SSLEngine engine) {
        this.session = (ExtendedSSLSession) engine.getSession();
    }

    @Override
    public String protocol() {
        return session.getProtocol();
    }

    @Override
    public String cipher() {
        return session.getCipherSuite();
    }

    @Override
    public Optional<String> serverName() {
        return session.getRequestedServerNames().stream()
                .filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                .findFirst();
    }

    @Override
    public Optional<ByteBuffer> channelBinding(String type) {
        return switch (type) {
            case "tls-exporter" -> exporter();
            case "tls-server-end-point" -> endPoint();
            default -> Optional.empty();
        };
    }

    /// RFC 9266 section 4.2: under TLS 1.2 it needs the extended master secret, whose use JSSE does not tell, so
    /// that only TLS 1.3 gives one here.
    private Optional<ByteBuffer> exporter() {
        if (!protocol().equals("TLSv1.3")) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    readOnly(session.exportKeyingMaterialData(EXPORTER_LABEL, new byte[0], EXPORTER_LENGTH)));
        } catch (SSLKeyException | UnsupportedOperationException | IllegalStateException _) {
            return Optional.empty(); // the provider gives none: the mechanism is then offered without it
        }
    }

    /// RFC 5929 section 4.1: the certificate's hash by its own signature's function, but never MD5 or SHA-1.
    private Optional<ByteBuffer> endPoint() {
        var own = session.getLocalCertificates();
        if (own == null || own.length == 0 || !(own[0] instanceof X509Certificate certificate)) {
            return Optional.empty();
        }
        var signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        var digest =
                signature.startsWith("SHA384") ? "SHA-384" : signature.startsWith("SHA512") ? "SHA-512" : "SHA-256";
        try {
            return Optional.of(readOnly(MessageDigest.getInstance(digest).digest(certificate.getEncoded())));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("every JDK has " + digest, e);
        }
    }

    private static ByteBuffer readOnly(byte[] octets) {
        return ByteBuffer.wrap(octets).asReadOnlyBuffer();
    }
}
