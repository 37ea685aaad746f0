package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.net.Connection;
import org.mutatio.net.Listener;
import org.mutatio.net.TlsSession;

/// Speaks a transcript with a real server session over a connection of ours, in one thread: whenever the server waits,
/// what it said so far is compared, and the next lines of the client are given to it.
///
/// - `C: text` a line of the client; several in a row come in one packet
/// - `R: text` octets as they are, with `\r`, `\n`, `\0`, `\xHH`, `\\`
/// - `S: 250 2.1.0 *` a line of the server; `*` stands for anything
/// - `S: 250...` all lines of one reply
/// - `! wait 5 m` time passes; `! handover`, `! eof`, `! reset`; `! fill 1000 x` that many octets
final class Talk {
    final FakePipeline pipeline = new FakePipeline();
    final Meters meters = new Meters();
    private ServerSettings settings = ServerSettings.of("mx.example.com");
    private String role = "mx";
    private boolean startTls = true;
    private boolean tls;
    private boolean plaintextAuth;
    private boolean accountFull;
    private int packet = Integer.MAX_VALUE;
    private boolean noPipeline;
    private @Nullable Pipeline real;
    private Map<String, String> listenerSettings = Map.of();
    private String client = "192.0.2.7";

    Talk role(String name) {
        role = name;
        return this;
    }

    Talk settings(java.util.function.UnaryOperator<ServerSettings> change) {
        settings = change.apply(settings);
        return this;
    }

    Talk encrypted() {
        tls = true;
        return this;
    }

    Talk withoutStartTls() {
        startTls = false;
        return this;
    }

    Talk plaintextAuth() {
        plaintextAuth = true;
        return this;
    }

    Talk accountFull() {
        accountFull = true;
        return this;
    }

    Talk withoutPipeline() {
        noPipeline = true;
        return this;
    }

    /// Another pipeline in place of the fake one.
    Talk over(Pipeline other) {
        real = other;
        return this;
    }

    Talk listener(Map<String, String> more) {
        listenerSettings = more;
        return this;
    }

    Talk client(String address) {
        client = address;
        return this;
    }

    /// Reads give at most so many octets.
    Talk packet(int most) {
        packet = most;
        return this;
    }

    Talk given(Consumer<FakePipeline> change) {
        change.accept(pipeline);
        return this;
    }

    /// Speaks it, from the greeting on.
    Talk talk(String transcript) {
        List<Step> steps = new ArrayList<>();
        for (String line : transcript.lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                steps.add(Step.of(line));
            }
        }
        run(steps);
        return this;
    }

    /// All at once, and the server's octets back.
    String throwAt(byte[] octets) {
        var wire = new Wire(List.of(new Step('R', new String(octets, StandardCharsets.ISO_8859_1), octets)));
        wire.lenient = true;
        serve(wire);
        return wire.said();
    }

    private void run(List<Step> steps) {
        var wire = new Wire(steps);
        serve(wire);
        wire.finish();
        assertEquals(0, pipeline.openSpools, "spools left open");
        assertEquals(0, pipeline.openTransactions, "transactions left open");
        assertEquals(0, pipeline.openSessions, "pipeline sessions left open");
    }

    private void serve(Wire wire) {
        var server = new SmtpServer(
                settings,
                () -> {
                    if (noPipeline) {
                        throw new org.mutatio.current.AbsentServiceException("no live Pipeline came");
                    }
                    Pipeline other = real;
                    return other == null ? pipeline : other;
                },
                () -> Optional.of(new FakeSasl()),
                meters,
                InstantSource.fixed(Instant.parse("2026-11-25T12:00:00Z")),
                () -> wire.nanos);
        try {
            server.handle(wire);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertEquals(0, server.sessions());
    }

    double counted(String name, String labels) {
        return meters.samples().stream()
                .filter(sample -> sample.name().equals(name) && sample.labels().equals(labels))
                .mapToDouble(MeterSource.Sample::value)
                .sum();
    }

    private static final class Step {
        private final char kind;
        private final String text;
        private final byte[] octets;

        Step(char kind, String text, byte[] octets) {
            this.kind = kind;
            this.text = text;
            this.octets = octets;
        }

        @Override
        public String toString() {
            return kind + ": " + text;
        }

        static Step of(String line) {
            if (line.length() < 2) {
                fail("not a line of a transcript: " + line);
            }
            char kind = line.charAt(0);
            String text = line.length() > 3 ? line.substring(3) : "";
            if (kind == '!') {
                text = line.substring(1).strip();
            }
            byte[] octets = switch (kind) {
                case 'C' -> (text + "\r\n").getBytes(StandardCharsets.UTF_8);
                case 'R' -> unescape(text);
                case 'S', '!' -> new byte[0];
                default -> throw new AssertionError("not a line of a transcript: " + line);
            };
            if (kind == '!' && text.startsWith("fill ")) {
                String[] words = text.split(" ", -1);
                octets = new byte[Integer.parseInt(words[1])];
                Arrays.fill(octets, (byte) words[2].charAt(0));
                kind = 'R';
            }
            return new Step(kind, text, octets);
        }
    }

    static byte[] unescape(String text) {
        var octets = new ByteArrayOutputStream();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '\\') {
                octets.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            switch (text.charAt(i++)) {
                case 'r' -> octets.write('\r');
                case 'n' -> octets.write('\n');
                case '0' -> octets.write(0);
                case '\\' -> octets.write('\\');
                case 'x' -> {
                    octets.write(Integer.parseInt(text.substring(i, i + 2), 16));
                    i += 2;
                }
                default -> fail("unknown escape in " + text);
            }
        }
        return octets.toByteArray();
    }

    private static boolean matches(String line, String pattern) {
        if (!pattern.contains("*")) {
            return line.equals(pattern);
        }
        int at = 0;
        String[] parts = pattern.split("\\*", -1);
        for (int i = 0; i < parts.length; i++) {
            int found = i == 0 ? (line.startsWith(parts[0]) ? 0 : -1) : line.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return parts[parts.length - 1].isEmpty() || line.endsWith(parts[parts.length - 1]);
    }

    /// The connection: gives the script's octets when it is asked, checks what was said before.
    private final class Wire implements Connection {
        private final List<Step> steps;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final StringBuilder log = new StringBuilder();
        private int step;
        private int compared; // octets of out
        private byte[] pending = new byte[0];
        private int pendingAt;
        private boolean ended;
        private boolean reset;
        private boolean handOver;
        private boolean encrypted = tls;
        private boolean closed;
        private boolean lenient;
        private long nanos = 1;

        Wire(List<Step> steps) {
            this.steps = steps;
        }

        String said() {
            return out.toString(StandardCharsets.ISO_8859_1);
        }

        private void compare() {
            while (step < steps.size() && steps.get(step).kind == 'S') {
                expect(steps.get(step++).text);
            }
        }

        private void expect(String pattern) {
            String line = line();
            if (pattern.endsWith("...")) {
                String code = pattern.substring(0, 3);
                while (line.startsWith(code + "-")) {
                    line = line();
                }
                assertTrue(line.startsWith(code + " "), () -> problem("expected a whole reply " + code));
                return;
            }
            String said = line;
            assertTrue(
                    matches(said, pattern), () -> problem("expected \"" + pattern + "\" but heard \"" + said + "\""));
        }

        private String line() {
            String all = out.toString(StandardCharsets.UTF_8);
            int end = all.indexOf("\r\n", compared);
            if (end < 0) {
                fail(problem("the server said nothing more, but should have: " + steps.get(step - 1)));
            }
            String line = all.substring(compared, end);
            compared = end + 2;
            log.append("S: ").append(line).append('\n');
            return line;
        }

        private String problem(String what) {
            return what + "\n--- so far\n" + log + "--- not compared\n"
                    + out.toString(StandardCharsets.UTF_8).substring(compared);
        }

        private void nothingMore() {
            String all = out.toString(StandardCharsets.UTF_8);
            boolean closesEarly = step < steps.size() && steps.get(step).text.equals("eof");
            if (!lenient && !closesEarly && all.length() > compared) {
                fail(problem("the server said more than expected"));
            }
        }

        void finish() {
            compare();
            nothingMore();
            if (step < steps.size()) {
                fail(problem("the server ended before " + steps.get(step)));
            }
        }

        /// Makes octets pending, or a state.
        ///
        /// @return TIMEOUT when time passed
        private boolean advance() {
            compare();
            nothingMore();
            var packetOctets = new ByteArrayOutputStream();
            boolean waited = false;
            while (step < steps.size() && !waited) {
                Step next = steps.get(step);
                if (next.kind == 'S') {
                    break;
                }
                if (next.kind == '!') {
                    if (packetOctets.size() > 0) {
                        break;
                    }
                    step++;
                    log.append("! ").append(next.text).append('\n');
                    switch (next.text) {
                        case "handover" -> handOver = true;
                        case "eof" -> ended = true;
                        case "reset" -> reset = true;
                        default -> {
                            nanos += org.mutatio.sdk.settings.Durations.parse(next.text.substring("wait ".length()))
                                    .toNanos();
                            waited = true;
                        }
                    }
                    if (handOver || ended || reset) {
                        break;
                    }
                    continue;
                }
                step++;
                log.append(next.kind).append(": ").append(next.text).append('\n');
                packetOctets.writeBytes(next.octets);
            }
            if (packetOctets.size() > 0) {
                pending = packetOctets.toByteArray();
                pendingAt = 0;
            } else if (step == steps.size() && !waited) {
                ended = true;
            }
            return waited;
        }

        private boolean empty() {
            return pendingAt == pending.length;
        }

        @Override
        public Input awaitInput(Duration deadline) throws IOException {
            if (closed) {
                return Input.CLOSED;
            }
            if (handOver) {
                return Input.HAND_OVER;
            }
            if (!empty()) {
                return Input.READY;
            }
            if (deadline.isZero()) {
                return peekEnd() ? Input.CLOSED : Input.TIMEOUT;
            }
            long end = nanos + deadline.toNanos();
            while (empty() && !ended && !reset && !handOver) {
                advance();
                if (nanos >= end && empty()) {
                    return Input.TIMEOUT;
                }
            }
            if (handOver) {
                return Input.HAND_OVER;
            }
            return ended && empty() ? Input.CLOSED : Input.READY;
        }

        /// Whether the client closes before it could have read what is about to be said.
        private boolean peekEnd() {
            return ended || step < steps.size() && steps.get(step).text.equals("eof");
        }

        private int read(byte[] into, int from, int length) throws IOException {
            if (empty() && !ended && !reset && advance()) {
                throw new SocketTimeoutException("nothing came");
            }
            if (empty() && reset) {
                throw new SocketException("Connection reset");
            }
            if (empty()) {
                if (ended) {
                    return -1;
                }
                throw new SocketTimeoutException("nothing came");
            }
            int count = Math.min(Math.min(length, packet), pending.length - pendingAt);
            System.arraycopy(pending, pendingAt, into, from, count);
            pendingAt += count;
            return count;
        }

        private final Socket socket = new Socket() {
            @Override
            public InputStream getInputStream() {
                return new InputStream() {
                    @Override
                    public int read() {
                        throw new UnsupportedOperationException();
                    }

                    @Override
                    public int read(byte[] into, int from, int length) throws IOException {
                        return Wire.this.read(into, from, length);
                    }
                };
            }

            @Override
            public OutputStream getOutputStream() {
                return out;
            }
        };

        @Override
        public Socket socket() {
            return socket;
        }

        @Override
        public String id() {
            return "TESTTESTTEST";
        }

        @Override
        public Listener listener() {
            return new FakeListener();
        }

        @Override
        public InetSocketAddress remote() {
            return new InetSocketAddress(java.net.InetAddress.ofLiteral(client), 4711);
        }

        @Override
        public InetSocketAddress local() {
            return new InetSocketAddress(java.net.InetAddress.ofLiteral("192.0.2.1"), 25);
        }

        @Override
        public void wake() {
            // one thread
        }

        @Override
        public int available() {
            return pending.length - pendingAt;
        }

        @Override
        public void startTls() throws IOException {
            compare();
            if (!empty()) {
                closed = true;
                throw new IOException("octets behind STARTTLS");
            }
            encrypted = true;
        }

        @Override
        public void startCompression() throws IOException {
            throw new IOException("not here");
        }

        @Override
        public Optional<TlsSession> tls() {
            return encrypted ? Optional.of(new FakeTls()) : Optional.empty();
        }

        @Override
        public boolean authenticated(String account) {
            return !accountFull;
        }

        @Override
        public void handOver(java.nio.ByteBuffer state) {
            throw new IllegalStateException("nobody is there to go on");
        }

        @Override
        public void close() {
            closed = true;
        }

        private final class FakeListener implements Listener {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public String protocol() {
                return "smtp";
            }

            @Override
            public String role() {
                return role;
            }

            @Override
            public boolean implicitTls() {
                return tls;
            }

            @Override
            public boolean startTls() {
                return startTls && !tls;
            }

            @Override
            public boolean plaintextAuth() {
                return plaintextAuth;
            }

            @Override
            public Map<String, String> settings() {
                return listenerSettings;
            }
        }
    }

    private static final class FakeTls implements TlsSession {
        @Override
        public String protocol() {
            return "TLSv1.3";
        }

        @Override
        public String cipher() {
            return "TLS_AES_256_GCM_SHA384";
        }

        @Override
        public Optional<String> serverName() {
            return Optional.empty();
        }

        @Override
        public Optional<ByteBuffer> channelBinding(String type) {
            return Optional.empty();
        }
    }

    /// What a client saw last, for tests without a transcript.
    static @Nullable String lastLine(String said) {
        List<String> lines = said.lines().toList();
        return lines.isEmpty() ? null : lines.getLast();
    }
}
