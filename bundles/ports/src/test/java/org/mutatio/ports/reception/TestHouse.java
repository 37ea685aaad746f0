package org.mutatio.ports.reception;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.mutatio.net.Connection;
import org.mutatio.ports.limit.Limits;
import org.mutatio.ports.limit.Networks;
import org.mutatio.vault.ChannelVault;

/// A house with one listener `test` on a port that the system chose.
final class TestHouse implements AutoCloseable {
    static final Limits ROOMY = new Limits(20, 100, 40, 500, 18_000, Networks.of(List.of("127.0.0.0/8", "::1/128")));
    static final Timeouts SHORT =
            new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(5));

    final TestHandlers handlers = new TestHandlers();
    final ChannelVault vault;
    final House house;

    TestHouse(Path home, Limits limits, Timeouts timeouts, ChannelVault vault) throws IOException {
        this.vault = vault;
        this.house = new House(
                home, "localhost", limits, timeouts, handlers, vault, InstantSource.system(), new SecureRandom());
    }

    TestHouse(Path home) throws IOException {
        this(home, ROOMY, SHORT, new ChannelVault());
    }

    static ListenerSettings settings(String name, String tls) {
        return ListenerSettings.of(name, "smtp", "mx", "127.0.0.1:0", tls, "", false, false, List.of(), Map.of());
    }

    /// @return the port
    int open(ListenerSettings settings) {
        house.listeners().open(settings);
        return house.listeners().states().stream()
                .filter(state -> state.name().equals(settings.name()))
                .findFirst()
                .orElseThrow()
                .port();
    }

    static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    /// Greets, then says each line again until `QUIT`; knows `STARTTLS`, `DEFLATE`, `WHO` and `LOGIN name`.
    static void echo(Connection connection) throws IOException {
        var out = connection.socket().getOutputStream();
        var in = connection.socket().getInputStream();
        say(out, "hello " + connection.listener().name());
        while (true) {
            switch (connection.awaitInput(Duration.ofSeconds(10))) {
                case TIMEOUT -> {
                    say(out, "timeout");
                    return;
                }
                case HAND_OVER -> {
                    say(out, "hand over");
                    return;
                }
                case CLOSED -> {
                    return;
                }
                case READY -> {}
            }
            var line = line(in);
            switch (line) {
                case "QUIT" -> {
                    say(out, "bye");
                    return;
                }
                case "STARTTLS" -> {
                    say(out, "go ahead");
                    connection.startTls();
                }
                case "DEFLATE" -> {
                    say(out, "go ahead");
                    connection.startCompression();
                }
                case "WHO" ->
                    say(
                            out,
                            connection.remote().getAddress().getHostAddress() + ":"
                                    + connection.remote().getPort() + " "
                                    + connection
                                            .tls()
                                            .map(tls -> tls.protocol())
                                            .orElse("plain"));
                default -> {
                    if (line.startsWith("LOGIN ")) {
                        say(out, connection.authenticated(line.substring(6)) ? "in" : "too many");
                    } else {
                        say(out, line);
                    }
                }
            }
        }
    }

    static void say(java.io.OutputStream out, String text) throws IOException {
        out.write((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    static String line(java.io.InputStream in) throws IOException {
        var line = new StringBuilder();
        for (var octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("ended in a line");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        vault.beginClosing();
        house.close();
        vault.close();
    }
}
