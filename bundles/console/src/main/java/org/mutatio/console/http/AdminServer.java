package org.mutatio.console.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Json;
import org.mutatio.api.admin.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The admin API on one loopback address; a virtual thread a request.
///
/// - `GET /live`, `GET /ready`: for anybody, one word; 503 as long as it is not so.
/// - `GET /actions`: the live actions with their arguments.
/// - `POST /actions/<name>`: arguments as a JSON object of texts; answers lines of JSON, `{"progress": ...}` while it
///   works and one `{"exit": ..., "text": ..., "json": ...}` at the end.
///
/// The last two want the [Token]. A browser cannot be made to send it, so a page of somebody else can do nothing here;
/// and since a request must be addressed to `localhost` or a literal address, such a page cannot even ask by a name of
/// its own that leads here (DNS rebinding).
///
/// Whatever goes out as text is [Printable].
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /// A deployed jar of 16 MiB, as base64.
    private static final int LARGEST_BODY = 24 << 20;
    private static final int SMALL_BODY = 64 << 10;
    private static final int CALLS_AT_ONCE = 16;

    /// What the JDK's server takes as system properties only, read once at its first use in this JVM; who
    /// set one himself keeps it. Without them anybody on this machine could keep connections open, half a
    /// request each, until the mail server has no file descriptor left. There is no limit of time for
    /// answers: an action may take long.
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.maxReqTime", "30", // seconds for a whole request with its body
            "jdk.httpserver.maxConnections", "200",
            "sun.net.httpserver.maxReqHeaders", "50",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "sun.net.httpserver.nodelay", "true"); // lines of progress are small

    private final HttpServer server;
    private final ExecutorService threads;
    private final ActionTable actions;
    private final Token token;
    private final Supplier<List<String>> notReady;
    private final AtomicInteger answering = new AtomicInteger();
    private final Semaphore calls = new Semaphore(CALLS_AT_ONCE);
    /// A body of 24 MiB is four times that until the action has it: one at a time.
    private final Semaphore largeBodies = new Semaphore(1);

    /// Listens from now on.
    ///
    /// @param notReady why the server is not ready, in a word each; empty: it is
    /// @throws IOException the port is in use or may not be used
    public AdminServer(InetSocketAddress address, ActionTable actions, Token token, Supplier<List<String>> notReady)
            throws IOException {
        this.actions = actions;
        this.token = token;
        this.notReady = notReady;
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        this.server = HttpServer.create(address, 50);
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("console-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            answering.incrementAndGet();
            try (exchange) {
                answer(exchange);
            } catch (IOException e) {
                LOG.debug("event=admin-connection-lost reason=\"{}\"", e.toString());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("event=admin-failed path={} reason=\"{}\"", exchange.getRequestURI(), e.toString(), e);
            } finally {
                answering.decrementAndGet();
            }
        });
        server.start();
    }

    /// Requests that are not answered yet.
    public int answering() {
        return answering.get();
    }

    /// The address it really has, for port 0.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        // RFC 9112 section 3.2: HTTP/1.1 has one, and no request has two.
        if (hosts.size() > 1 || hosts.isEmpty() && !exchange.getProtocol().equals("HTTP/1.0")) {
            send(exchange, 400, "one Host is wanted\n");
            return;
        }
        if (!hosts.isEmpty() && !here(hosts.getFirst())) {
            // RFC 9110 section 15.5.20
            send(exchange, 421, "ask by localhost or by a literal address, not by another name\n");
            return;
        }
        switch (exchange.getRequestURI().getPath()) {
            case "/live" -> {
                if (asked(exchange, "GET, HEAD")) {
                    send(exchange, 200, "live\n");
                }
            }
            case "/ready" -> {
                if (asked(exchange, "GET, HEAD")) {
                    ready(exchange);
                }
            }
            case "/actions" -> {
                if (allowed(exchange) && asked(exchange, "GET, HEAD")) {
                    send(exchange, 200, actions.list().write() + "\n", "application/json");
                }
            }
            case String path
            when path.startsWith("/actions/") -> {
                if (allowed(exchange) && asked(exchange, "POST")) {
                    call(exchange, name(exchange));
                }
            }
            default -> {
                if (allowed(exchange)) {
                    send(exchange, 404, "there is GET /live, /ready, /actions and POST /actions/NAME\n");
                }
            }
        }
    }

    /// An address in figures is nobody's name, so none that could be made to lead here later.
    private static boolean here(String host) {
        int colon = host.lastIndexOf(':');
        String name = colon >= 0 && host.indexOf(']', colon) < 0 ? host.substring(0, colon) : host;
        return name.equalsIgnoreCase("localhost")
                || name.matches("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}")
                || name.matches("\\[[0-9a-fA-F:.]+\\]");
    }

    private static boolean asked(HttpExchange exchange, String methods) throws IOException {
        if (List.of(methods.split(", ", -1)).contains(exchange.getRequestMethod())) {
            return true;
        }
        exchange.getResponseHeaders().set("Allow", methods);
        send(exchange, 405, "asked by " + methods + " only\n");
        return false;
    }

    private boolean allowed(HttpExchange exchange) throws IOException {
        if (token.in(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse(""))) {
            return true;
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        send(exchange, 401, "the token of data/admin.token is wanted\n");
        return false;
    }

    private void ready(HttpExchange exchange) throws IOException {
        List<String> missing = notReady.get();
        send(
                exchange,
                missing.isEmpty() ? 200 : 503,
                missing.isEmpty() ? "ready\n" : "not ready: " + String.join(", ", missing) + "\n");
    }

    private static String name(HttpExchange exchange) {
        String raw = exchange.getRequestURI().getRawPath().substring("/actions/".length());
        return URLDecoder.decode(raw, StandardCharsets.UTF_8).replace('/', ' ');
    }

    private void call(HttpExchange exchange, String name) throws IOException, InterruptedException {
        Optional<Action> action = actions.find(name);
        if (action.isEmpty()) {
            send(exchange, 404, "no live bundle offers the action " + name + "\n");
            return;
        }
        // Before the body is read: else any number of them would be in memory.
        if (!calls.tryAcquire()) {
            send(exchange, 503, CALLS_AT_ONCE + " calls are under way; try again\n");
            return;
        }
        boolean running = false;
        try {
            Optional<Map<String, String>> arguments = arguments(exchange);
            if (arguments.isPresent()) {
                exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
                secure(exchange);
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().flush(); // the caller is told at once that his call is accepted
                Answer answer = new Answer();
                running = true;
                run(action.get(), arguments.get(), answer);
                answer.send(exchange.getResponseBody());
            }
        } finally {
            if (!running) {
                calls.release();
            }
        }
    }

    /// On a thread of its own: it goes on when nobody reads any more.
    private void run(Action action, Map<String, String> arguments, Answer answer) {
        Thread _ = Thread.ofVirtual().name("action").start(() -> {
            try {
                ActionResult result = actions.run(action, arguments, answer::progress);
                try {
                    answer.end(result);
                } catch (RuntimeException | StackOverflowError e) { // a result that cannot be written as JSON
                    LOG.error("event=action-failed name=\"{}\" reason=\"{}\"", action.name(), e.toString(), e);
                    answer.end(ActionTable.fault(action.name(), e));
                }
            } finally {
                calls.release();
            }
        });
    }

    /// Empty: it was refused.
    private Optional<Map<String, String>> arguments(HttpExchange exchange) throws IOException {
        byte[] begin = exchange.getRequestBody().readNBytes(SMALL_BODY);
        if (begin.length < SMALL_BODY) {
            return arguments(exchange, begin);
        }
        if (!largeBodies.tryAcquire()) {
            send(exchange, 503, "another large upload is under way; try again\n");
            return Optional.empty();
        }
        try {
            byte[] more = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1 - begin.length);
            byte[] body = Arrays.copyOf(begin, begin.length + more.length);
            System.arraycopy(more, 0, body, begin.length, more.length);
            if (body.length > LARGEST_BODY) {
                send(exchange, 413, "at most " + (LARGEST_BODY >> 20) + " MiB\n");
                return Optional.empty();
            }
            return arguments(exchange, body);
        } finally {
            largeBodies.release();
        }
    }

    private static Optional<Map<String, String>> arguments(HttpExchange exchange, byte[] body) throws IOException {
        try {
            return Optional.of(arguments(new String(body, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            send(exchange, 400, e.getMessage() + "\n");
            return Optional.empty();
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
        send(exchange, status, text, "text/plain; charset=utf-8");
    }

    private static void send(HttpExchange exchange, int status, String text, String type) throws IOException {
        byte[] octets = Printable.of(text).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        secure(exchange);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, octets.length);
        exchange.getResponseBody().write(octets);
    }

    /// Not kept by a proxy, not taken for a page by a browser.
    private static void secure(HttpExchange exchange) {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    }

    /// Calls under way have a second to end.
    @Override
    public void close() {
        server.stop(1);
        threads.shutdown();
    }
}
