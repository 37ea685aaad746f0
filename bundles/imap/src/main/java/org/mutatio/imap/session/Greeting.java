package org.mutatio.imap.session;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.mutatio.net.Connection;
import org.mutatio.net.Listener;
import org.mutatio.net.TlsSession;
import org.mutatio.sdk.health.Health;

/// The proof that this version speaks IMAP at all: a whole conversation in memory.
public final class Greeting {
    private static final String SAID = "p1 CAPABILITY\r\np2 LOGOUT\r\n";

    private Greeting() {}

    public static Health probe(ImapServer server) {
        Memory memory = new Memory(SAID.getBytes(StandardCharsets.US_ASCII));
        try {
            server.handle(memory);
        } catch (IOException e) {
            return Health.broken("a conversation in memory failed: " + e.getMessage());
        }
        String heard = memory.out.toString(StandardCharsets.US_ASCII);
        boolean well = heard.startsWith("* OK [CAPABILITY IMAP4rev2 ")
                && heard.contains("\r\np1 OK ")
                && heard.contains("\r\np2 OK ");
        return well
                ? Health.ok("greets and says good-bye; " + server.sessions() + " sessions")
                : Health.broken("greeted in a way that no client understands");
    }

    /// A connection whose client has said everything already.
    private static final class Memory implements Connection {
        private final ByteArrayInputStream in;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final Socket socket = new Socket() {
            @Override
            public InputStream getInputStream() {
                return in;
            }

            @Override
            public OutputStream getOutputStream() {
                return out;
            }
        };

        Memory(byte[] said) {
            in = new ByteArrayInputStream(said);
        }

        @Override
        public String id() {
            return "probe";
        }

        @Override
        public Listener listener() {
            return new Plain();
        }

        @Override
        public InetSocketAddress remote() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        }

        @Override
        public InetSocketAddress local() {
            return remote();
        }

        @Override
        public Socket socket() {
            return socket;
        }

        @Override
        public Input awaitInput(Duration deadline) {
            return in.available() > 0 ? Input.READY : Input.CLOSED;
        }

        @Override
        public void wake() {}

        @Override
        public int available() {
            return in.available();
        }

        @Override
        public void startTls() throws IOException {
            throw new IOException("no TLS in memory");
        }

        @Override
        public void startCompression() throws IOException {
            throw new IOException("no compression in memory");
        }

        @Override
        public Optional<TlsSession> tls() {
            return Optional.empty();
        }

        @Override
        public boolean authenticated(String account) {
            return false;
        }

        @Override
        public void handOver(java.nio.ByteBuffer state) {
            throw new IllegalStateException("nobody is there to go on");
        }

        @Override
        public void close() {}
    }

    private record Plain() implements Listener {
        @Override
        public String name() {
            return "probe";
        }

        @Override
        public String protocol() {
            return "imap";
        }

        @Override
        public String role() {
            return "";
        }

        @Override
        public boolean implicitTls() {
            return false;
        }

        @Override
        public boolean startTls() {
            return false;
        }

        @Override
        public boolean plaintextAuth() {
            return false;
        }

        @Override
        public Map<String, String> settings() {
            return Map.of();
        }
    }
}
