package org.mutatio.ports.reception;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// The client's side of TLS: believes everybody, and keeps the certificate that it was shown.
final class TestTls {
    private final SSLContext context;

    TestTls() {
        try {
            context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Believing()}, new SecureRandom());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Over a socket that is connected; the handshake is done.
    SSLSocket over(Socket socket, String serverName, String... protocols) throws IOException {
        var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "127.0.0.1", socket.getPort(), true);
        var parameters = tls.getSSLParameters();
        if (!serverName.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        if (protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return tls;
    }

    /// With settings of the test's own; the handshake is done. A session of one port is offered at the
    /// others too.
    SSLSocket over(Socket socket, Consumer<SSLParameters> settings) throws IOException {
        var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "server.test", 1, true);
        var parameters = tls.getSSLParameters();
        settings.accept(parameters);
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return tls;
    }

    static X509Certificate shown(SSLSocket tls) throws IOException {
        return (X509Certificate) tls.getSession().getPeerCertificates()[0];
    }

    private static final class Believing extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
