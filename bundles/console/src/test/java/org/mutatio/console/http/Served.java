package org.mutatio.console.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.Json;

/// The admin API on a port of its own, and a client of it.
final class Served implements AutoCloseable {
    static {
        // The JDK's server reads it once in a JVM: a slow client is to be seen within the patience of a test. In
        // service it is 30 s.
        System.setProperty("sun.net.httpserver.maxReqTime", "2");
        System.setProperty("sun.net.httpserver.timerMillis", "100");
    }

    final List<Action> actions = new CopyOnWriteArrayList<>();
    final List<String> missing = new CopyOnWriteArrayList<>();
    final String token;
    final int port;
    private final AdminServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    Served(Path folder) throws IOException {
        Token made = Token.make(new SecureRandom());
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
        this.server = new AdminServer(anyPort, new ActionTable(() -> actions), made, () -> missing);
        this.port = server.address().getPort();
        made.publish(folder, "127.0.0.1:" + port);
        this.token = Files.readString(folder.resolve("admin.token")).strip();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
    }

    HttpRequest.Builder authorized(String path) {
        return request(path).header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<InputStream> open(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    HttpRequest.Builder post(String action, String body) {
        return authorized("/actions/" + action.replace(" ", "%20")).POST(HttpRequest.BodyPublishers.ofString(body));
    }

    /// The lines of an action's answer.
    List<Json> call(String action, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = send(post(action, body));
        if (response.statusCode() != 200) {
            throw new IOException(response.statusCode() + " " + response.body());
        }
        return response.body().lines().map(Json::read).toList();
    }

    Json last(String action, String body) throws IOException, InterruptedException {
        return call(action, body).getLast();
    }

    /// Sends octets as they are, without an end, and reads until the server closes.
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                long _ = socket.getInputStream().transferTo(answer);
            } catch (SocketException e) {
                // A reset is a close, too: the server had not read all of it.
                assertTrue(String.valueOf(e.getMessage()).contains("reset"), e.toString());
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /// The first line of what it answers to a head that is complete.
    String status(String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head.replace("\n", "\r\n") + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            StringBuilder line = new StringBuilder();
            int c = socket.getInputStream().read();
            while (c >= 0 && c != '\r') {
                line.append((char) c);
                c = socket.getInputStream().read();
            }
            return line.toString();
        }
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
