package org.mutatio.load;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How long a server takes from its command line to its first greeting, and until it says that it is ready.
///
/// `java -cp ... org.mutatio.load.Starts --mutatio bin/mutatio --home DIR [--smtp 2525] [--console 8025] [--times 5]`;
/// the
/// ports are those of the home, on 127.0.0.1. Each start is stopped by SIGTERM before the next.
public final class Starts {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private Starts() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Map<String, String> given = new LinkedHashMap<>(Map.of("--smtp", "2525", "--console", "8025", "--times", "5"));
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
        String mutatio = given.getOrDefault("--mutatio", "");
        String home = given.getOrDefault("--home", "");
        if (mutatio.isEmpty() || home.isEmpty()) {
            out.println("usage: --mutatio bin/mutatio --home DIR [--smtp PORT] [--console PORT] [--times N]");
            System.exit(64);
        }
        List<Long> greetings = new ArrayList<>();
        List<Long> readies = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(given.getOrDefault("--times", "5")); i++) {
            long begun = System.nanoTime();
            Process server = new ProcessBuilder(mutatio, "run", "--home", home)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                greetings.add(await(server, begun, port(given, "--smtp"), "", "220 "));
                readies.add(await(server, begun, port(given, "--console"), "GET /ready HTTP/1.0\r\n\r\n", " 200 "));
            } finally {
                server.destroy();
                int _ = server.waitFor();
            }
        }
        out.println("{\"first_greeting_ms\":" + greetings + ",\"ready_ms\":" + readies + "}");
    }

    private static int port(Map<String, String> given, String option) {
        return Integer.parseInt(given.getOrDefault(option, "0"));
    }

    /// @return milliseconds since the begin, when what it said held the wanted words
    private static long await(Process server, long begun, int port, String say, String wanted)
            throws IOException, InterruptedException {
        while (server.isAlive() && System.nanoTime() - begun < PATIENCE_NANOS) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                socket.setSoTimeout(30_000);
                socket.getOutputStream().write(say.getBytes(StandardCharsets.US_ASCII));
                if (line(socket.getInputStream()).contains(wanted)) {
                    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                }
            } catch (java.net.ConnectException _) {
                // nobody listens yet
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new IOException("the server does not answer on port " + port);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        while (c >= 0 && c != '\n') {
            line.append((char) c);
            c = in.read();
        }
        return line.toString();
    }
}
