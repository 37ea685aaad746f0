package org.mutatio.console.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The admin API on one loopback address; a virtual thread a request.
///
/// - `GET /live`, `GET /ready`: for anybody, one word; 503 as long as it is not so.
/// - `GET /actions`: the live actions with their arguments.
/// - `POST /actions/<name>`: arguments as a JSON object of texts; answers lines of JSON, `{"progress": ...}` while it
///   works and one `{"exit": ..., "text": ..., "json": ...}` at the end.
///
/// The last two want the [Token]. A browser cannot be made to send it, so a page of somebody else can do nothing here.
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /// A deployed jar of 16 MiB, as base64.
    private static final int LARGEST_BODY = 24 << 20;
    private static final int CALLS_AT_ONCE = 16;

    private final HttpServer server;
    private final ExecutorService threads;
    private final ActionTable actions;
    private final Token token;
    private final Supplier<List<String>> notReady;
    private final Semaphore calls = new Semaphore(CALLS_AT_ONCE);

    /// Listens from now on.
    ///
    /// @param notReady why the server is not ready, in a word each; empty: it is
    /// @throws IOException the port is in use or may not be used
    public AdminServer(InetSocketAddress address, ActionTable actions, Token token, Supplier<List<String>> notReady)
            throws IOException {
        this.actions = actions;
        this.token = token;
        this.notReady = notReady;
        this.server = HttpServer.create(address, 50);
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("console-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            } catch (IOException e) {
                LOG.debug("event=admin-connection-lost reason=\"{}\"", e.toString());
            } catch (RuntimeException e) {
                LOG.error("event=admin-failed path={} reason=\"{}\"", exchange.getRequestURI(), e.toString(), e);
            }
        });
        server.start();
    }

    /// The address it really has, for port 0.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        if (path.equals("/live") && method.equals("GET")) {
            send(exchange, 200, "live\n");
        } else if (path.equals("/ready") && method.equals("GET")) {
            List<String> missing = notReady.get();
            send(
                    exchange,
                    missing.isEmpty() ? 200 : 503,
                    missing.isEmpty() ? "ready\n" : "not ready: " + String.join(", ", missing) + "\n");
        } else if (!token.in(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse(""))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            send(exchange, 401, "the token of data/admin.token is wanted\n");
        } else if (path.equals("/actions") && method.equals("GET")) {
            send(exchange, 200, actions.list().write() + "\n");
        } else if (path.startsWith("/actions/") && method.equals("POST")) {
            call(exchange, name(exchange));
        } else {
            send(exchange, 404, "there is GET /live, /ready, /actions and POST /actions/NAME\n");
        }
    }

    private static String name(HttpExchange exchange) {
        String raw = exchange.getRequestURI().getRawPath().substring("/actions/".length());
        return URLDecoder.decode(raw, StandardCharsets.UTF_8).replace('/', ' ');
    }

    private void call(HttpExchange exchange, String name) throws IOException {
        Optional<Action> action = actions.find(name);
        if (action.isEmpty()) {
            send(exchange, 404, "no live bundle offers the action " + name + "\n");
            return;
        }
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) {
            send(exchange, 413, "at most " + (LARGEST_BODY >> 20) + " MiB\n");
            return;
        }
        Map<String, String> arguments;
        try {
            arguments = arguments(new String(body, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            send(exchange, 400, e.getMessage() + "\n");
            return;
        }
        if (!calls.tryAcquire()) {
            send(exchange, 503, CALLS_AT_ONCE + " calls are under way; try again\n");
            return;
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
            exchange.sendResponseHeaders(200, 0);
            Lines lines = new Lines(exchange.getResponseBody());
            ActionResult result = actions.run(action.get(), arguments, lines::progress);
            lines.end(result);
        } finally {
            calls.release();
        }
    }

    private static Map<String, String> arguments(String body) {
        Map<String, String> arguments = new LinkedHashMap<>();
        if (body.isBlank()) {
            return arguments;
        }
        if (!(Json.read(body) instanceof Json.Obj object)) {
            throw new IllegalArgumentException("the body is no JSON object");
        }
        object.fields().forEach((name, value) -> {
            switch (value) {
                case Json.Str text -> arguments.put(name, text.value());
                case Json.Bool flag -> arguments.put(name, Boolean.toString(flag.value()));
                case Json.Num number -> arguments.put(name, number.write());
                case Json.Null _ -> {}
                default -> throw new IllegalArgumentException(name + " is no text");
            }
        });
        return arguments;
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        boolean json = text.startsWith("[") || text.startsWith("{");
        exchange.getResponseHeaders().set("Content-Type", json ? "application/json" : "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, octets.length);
        exchange.getResponseBody().write(octets);
    }

    /// Lines of JSON, each flushed. An action may report progress from several threads, and goes on when nobody reads.
    private static final class Lines {
        private final OutputStream to;
        private final ReentrantLock lock = new ReentrantLock();

        Lines(OutputStream to) {
            this.to = to;
        }

        void progress(String line) {
            try {
                write(Json.object().with("progress", line));
            } catch (IOException e) {
                LOG.debug("event=admin-reader-gone reason=\"{}\"", e.toString());
            }
        }

        void end(ActionResult result) throws IOException {
            write(Json.object()
                    .with("exit", result.exitCode())
                    .with("text", result.text())
                    .with("json", result.json()));
        }

        private void write(Json line) throws IOException {
            lock.lock();
            try {
                to.write((line.write() + "\n").getBytes(StandardCharsets.UTF_8));
                to.flush();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Calls under way have a second to end.
    @Override
    public void close() {
        server.stop(1);
        threads.shutdown();
    }
}
