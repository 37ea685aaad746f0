package org.mutatio.smtp.session;

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
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.net.Connection;
import org.mutatio.net.Listener;
import org.mutatio.net.TlsSession;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// Says EHLO to itself, in memory: the whole way through gate, library and conversation, but for network and pipeline.
public final class SelfTalk {
    private static final String SAID = "EHLO self.test\r\nQUIT\r\n";

    private SelfTalk() {}

    /// @return BROKEN with what was answered, when it was not what it should be
    public static Health probe(ServerSettings settings) {
        var connection = new Memory();
        var server = new SmtpServer(
                settings,
                () -> _ -> new Nobody(),
                Optional::empty,
                new Meters(),
                InstantSource.system(),
                System::nanoTime);
        try {
            server.handle(connection);
        } catch (IOException | RuntimeException | LinkageError e) {
            return Health.broken("a session with ourselves failed: " + e);
        }
        String heard = connection.out.toString(StandardCharsets.UTF_8);
        boolean good = heard.startsWith("220 " + settings.hostName() + " ")
                && heard.contains("\r\n250-" + settings.hostName() + "\r\n")
                && heard.contains("\r\n221 2.0.0 ");
        return good
                ? Health.ok("EHLO and QUIT were answered")
                : Health.broken("EHLO and QUIT were answered \"" + heard.replace("\r\n", " | ") + "\"");
    }

    private static final class Memory implements Connection {
        private final ByteArrayInputStream in = new ByteArrayInputStream(SAID.getBytes(StandardCharsets.US_ASCII));
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
        private final Listener listener = new Loop();

        private record Loop() implements Listener {
            @Override
            public String name() {
                return "self";
            }

            @Override
            public String protocol() {
                return "smtp";
            }

            @Override
            public String role() {
                return "mx";
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

        @Override
        public String id() {
            return "self";
        }

        @Override
        public Listener listener() {
            return listener;
        }

        @Override
        public InetSocketAddress remote() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
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
        public void wake() {
            // never waits
        }

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
        public void handOver(java.nio.ByteBuffer state) {
            throw new IllegalStateException("nobody is there to go on");
        }

        @Override
        public boolean authenticated(String account) {
            return true;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /// Lets everybody in, and takes no mail.
    private static final class Nobody implements Session {
        @Override
        public Optional<Reply> connect() {
            return Optional.empty();
        }

        @Override
        public Optional<Reply> helo() {
            return Optional.empty();
        }

        @Override
        public void note(TraceStep step) {
            // no trace of a probe
        }

        @Override
        public Transaction begin(ReversePath sender, MailParameters parameters) {
            throw new IllegalStateException("a probe sends no mail");
        }

        @Override
        public MailId refused(String outcome, String subject, Reply reply, String reason) {
            throw new IllegalStateException("a probe is not refused");
        }

        @Override
        public void answerRead(MailId id) {
            // no mail, no answer
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
