package org.mutatio.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/// A process that holds a home as the server does, and answers each action by what it was asked: the command line's
/// manners towards a server are seen without one.
final class FakeServer {

    private static final String TOKEN = "the token";

    private FakeServer() {}

    /// @param arguments the home
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path data = Files.createDirectories(Path.of(arguments[0]).resolve("data"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", FakeServer::answer);
        server.start();
        try (FileChannel pid = FileChannel.open(
                        data.resolve("mutatio.pid"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = pid.lock()) {
            pid.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            Files.writeString(data.resolve("admin.token"), TOKEN);
            Files.writeString(
                    data.resolve("admin.address"),
                    "127.0.0.1:" + server.getAddress().getPort());
            System.out.println("ready " + lock.isValid());
            Thread.currentThread().join();
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                send(exchange, 401, "no\n");
            } else if (exchange.getRequestURI().getPath().equals("/actions")) {
                try (InputStream shipped = Main.class.getResourceAsStream("commands.json")) {
                    send(exchange, 200, new String(shipped.readAllBytes(), StandardCharsets.UTF_8));
                }
            } else {
                act(exchange);
            }
        }
    }

    private static void act(HttpExchange exchange) throws IOException {
        String action = URLDecoder.decode(
                exchange.getRequestURI().getRawPath().substring("/actions/".length()), StandardCharsets.UTF_8);
        String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        switch (action) {
            case "queue drop" -> send(exchange, 404, "no bundle offers it\n");
            case "queue hold" -> send(exchange, 503, "64 calls at once\n");
            case "deploy" -> send(exchange, 200, progress("checking") + progress("starting") + result(0, asked));
            case "explain" -> send(exchange, 200, result(66, "no mail \u009b31m\u007f"));
            case "rollback" -> send(exchange, 200, progress("half of the way"));
            case "status" -> exchange.sendResponseHeaders(413, -1);
            default -> send(exchange, 200, result(0, asked));
        }
    }

    private static String progress(String text) throws IOException {
        return JsonText.write(Map.of("progress", text)) + "\n";
    }

    private static String result(int exit, String text) throws IOException {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("exit", exit);
        answer.put("text", text + "\n");
        answer.put("json", exit == 0 ? Map.of("asked", text) : Map.of("error", text));
        return JsonText.write(answer) + "\n";
    }

    private static void send(HttpExchange exchange, int code, String body) throws IOException {
        byte[] octets = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, octets.length);
        exchange.getResponseBody().write(octets);
    }
}
