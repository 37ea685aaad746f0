package org.mutatio.it;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A running server in a home of its own, on free loopback ports. Closing it stops it.
final class Server implements AutoCloseable {

    static final String PASSWORD = "correct horse battery";
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Pattern MAIL_ID = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}");
    private static final long PATIENCE_SECONDS = 90;

    /// What a command line answered.
    record Answer(int exit, String out) {
        Answer ok() {
            if (exit != 0) {
                throw new AssertionError("exit " + exit + ":\n" + out);
            }
            return this;
        }
    }

    private final Path home;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final List<String> environment = new ArrayList<>();
    private Optional<String> disk = Optional.empty();
    private @Nullable Process process;

    private Server(Path home) {
        this.home = home;
    }

    /// A home with the demonstration's tree of domains, not yet started.
    static Server home(String name) throws IOException {
        Path home = Distribution.WORK.resolve("home-" + name + "-" + NUMBER.incrementAndGet());
        Distribution.delete(home);
        Server server = new Server(home);
        Files.createDirectories(home.resolve("config/domains"));
        for (String port : List.of("mx", "submission", "submissions", "imap", "imaps", "lmtp", "console")) {
            server.ports.put(port, freePort());
        }
        server.write("config/mutatio.toml", """
                [smtp]
                host-name = "mail.example.test"

                [console]
                listen = "127.0.0.1:%d"

                [limits]
                trusted = ["127.0.0.0/8"]

                [[listener]]
                name = "mx"
                protocol = "smtp"
                role = "mx"
                address = "127.0.0.1:%d"
                tls = "starttls"

                [[listener]]
                name = "submission"
                protocol = "smtp"
                role = "submission"
                address = "127.0.0.1:%d"
                tls = "starttls"
                plaintext-auth = true

                [[listener]]
                name = "submissions"
                protocol = "smtp"
                role = "submission"
                address = "127.0.0.1:%d"
                tls = "implicit"

                [[listener]]
                name = "lmtp"
                protocol = "smtp"
                role = "lmtp"
                address = "127.0.0.1:%d"
                tls = "none"

                [[listener]]
                name = "imap"
                protocol = "imap"
                address = "127.0.0.1:%d"
                tls = "starttls"
                plaintext-auth = true

                [[listener]]
                name = "imaps"
                protocol = "imap"
                address = "127.0.0.1:%d"
                tls = "implicit"
                """.formatted(
                        server.port("console"),
                        server.port("mx"),
                        server.port("submission"),
                        server.port("submissions"),
                        server.port("lmtp"),
                        server.port("imap"),
                        server.port("imaps")));
        server.write("config/domains/_default.toml", "");
        server.write(
                "config/domains/example.test.toml",
                "[recipients.aliases]\nsales = [\"ann\", \"bo@shop.example.test\"]\n");
        server.write("config/domains/shop.example.test.toml", "[limits]\nmessage-size = \"1 MB\"\n");
        server.write("config/domains/us.shop.example.test.toml", "");
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    Path home() {
        return home;
    }

    int port(String name) {
        Integer port = ports.get(name);
        if (port == null) {
            throw new IllegalArgumentException("no port " + name);
        }
        return port;
    }

    InetSocketAddress address(String name) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(name));
    }

    long pid() {
        return started().pid();
    }

    private Process started() {
        Process known = process;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    void environment(String variable) {
        environment.add(variable);
    }

    String read(String file) throws IOException {
        return Files.readString(home.resolve(file), StandardCharsets.UTF_8);
    }

    /// A port for one more listener, free now.
    int newPort(String name) throws IOException {
        int port = freePort();
        ports.put(name, port);
        return port;
    }

    void write(String file, String text) throws IOException {
        Path path = home.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text, StandardCharsets.UTF_8);
    }

    /// Starts and waits for the greetings of SMTP and IMAP and the console.
    Server start() throws IOException, InterruptedException {
        Process run = builder("run")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        process = run;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (String port : List.of("mx", "imap", "console")) {
            while (!answers(port)) {
                if (!run.isAlive() || System.nanoTime() > end) {
                    throw new AssertionError(
                            "the server does not serve " + port + "; its log:\n" + Files.readString(log()));
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        return this;
    }

    /// Waits until every bundle is there and well: until then an action may be missing.
    Server ready() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (console("/ready").getResponseCode() != 200) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the server is not ready; its log:\n" + Files.readString(log()));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return this;
    }

    /// A question to the console's HTTP.
    HttpURLConnection console(String path) throws IOException {
        return (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port("console") + path).toURL().openConnection();
    }

    boolean answers(String port) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(5000);
            socket.connect(address(port), 2000);
            return port.equals("console") || socket.getInputStream().read() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    Path log() {
        return home.resolve("server.log");
    }

    /// What the log says of the mail id in a reply, and its warnings and errors of late: for a test's message.
    String saidOf(String reply) throws IOException {
        Matcher id = MAIL_ID.matcher(reply);
        String mail = id.find() ? id.group() : "no mail id";
        List<String> lines = Files.readAllLines(log()).stream()
                .filter(line -> line.contains(mail) || line.contains("level=WARN") || line.contains("level=ERROR"))
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /// Makes accounts, all with [#PASSWORD].
    Server accounts(String... addresses) throws IOException, InterruptedException {
        for (String address : addresses) {
            Answer _ = command(PASSWORD + "\n", "account", "add", address, "--password-stdin")
                    .ok();
        }
        return this;
    }

    /// `bin/mutatio ARGUMENTS --home HOME`.
    Answer command(String input, String... arguments) throws IOException, InterruptedException {
        Process command = builder(arguments).start();
        try (var to = command.outputWriter(StandardCharsets.UTF_8)) {
            to.write(input);
        }
        String out = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!command.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            command.destroyForcibly();
            throw new AssertionError("does not end: " + List.of(arguments));
        }
        return new Answer(command.exitValue(), out);
    }

    Answer mutatio(String... arguments) throws IOException, InterruptedException {
        return command("", arguments);
    }

    /// From now on `data` lies on a disk of its own, seen only by the server and what is run [#inside].
    ///
    /// @param size as `mount -t tmpfs` takes it
    Server onDisk(String size) {
        disk = Optional.of(size);
        return this;
    }

    /// Runs a program where the server's disk is seen.
    Answer inside(String... line) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(entering());
        whole.addAll(List.of(line));
        return Needs.run(home, whole);
    }

    private List<String> entering() {
        return List.of("nsenter", "-t", Long.toString(pid()), "-U", "-m", "--preserve-credentials", "--");
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> line = new ArrayList<>();
        if (disk.isPresent() && arguments[0].equals("run")) {
            // One process: each exec takes the place of the one before.
            String mount = "mkdir -p \"$MUTATIO_HOME/data\" && mount -t tmpfs -o size=" + disk.get()
                    + " tmpfs \"$MUTATIO_HOME/data\" && exec \"$0\" \"$@\"";
            line.addAll(List.of("unshare", "-r", "-m", "sh", "-c", mount));
        } else if (disk.isPresent()) {
            line.addAll(entering());
        }
        line.add(Distribution.folder().resolve("bin/mutatio").toString());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("MUTATIO_HOME", home.toString());
        environment.forEach(variable -> {
            int equals = variable.indexOf('=');
            builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
        });
        return builder;
    }

    /// SIGKILL, at once.
    void kill() throws InterruptedException {
        Process killed = started();
        killed.descendants().forEach(ProcessHandle::destroyForcibly);
        int _ = killed.destroyForcibly().waitFor();
    }

    /// SIGTERM, and waits for a clean end.
    int stop() throws InterruptedException {
        Process stopped = started();
        stopped.destroy();
        if (!stopped.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            kill();
            throw new AssertionError("did not stop on SIGTERM");
        }
        return stopped.exitValue();
    }

    boolean alive() {
        Process known = process;
        return known != null && known.isAlive();
    }

    @Override
    public void close() throws IOException {
        if (alive()) {
            try {
                int _ = stop();
            } catch (InterruptedException e) {
                throw new IOException("interrupted while the server stopped", e);
            }
        }
    }
}
