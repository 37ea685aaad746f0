package org.mutatio.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Talks to the admin API of the server that runs on a home. `HttpURLConnection` since it starts in a
/// tenth of the time.
final class AdminClient {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int CHUNK = 1 << 16;

    private final Home home;
    private final String address;
    private final String token;

    private AdminClient(Home home, String address, String token) {
        this.home = home;
        this.address = address;
        this.token = token;
    }

    /// What an action answered.
    record Result(int exit, String text, Object json) {

        /// Of `{"exit": ..., "text": ..., "json": ...}`.
        static Result of(Object answer) {
            Map<?, ?> fields = answer instanceof Map<?, ?> object ? object : Map.of();
            Object json = fields.get("json");
            return new Result(
                    fields.get("exit") instanceof Number number ? number.intValue() : ExitException.PROTOCOL,
                    String.valueOf(fields.get("text")),
                    json == null ? Map.of() : json);
        }
    }

    /// @throws ExitException 69: no server runs there; 75: one does, but it does not listen yet
    static AdminClient of(Home home) throws ExitException {
        if (!home.served()) {
            throw notRunning(home);
        }
        String address = home.address().orElse("");
        String token = home.token().orElse("");
        if (address.isEmpty() || token.isEmpty()) {
            throw new ExitException(
                    ExitException.TEMPORARY,
                    "the server on " + home.folder() + " does not listen for commands yet; try again, or see "
                            + home.data().resolve("log/mutatio.log"));
        }
        return new AdminClient(home, address, token);
    }

    static ExitException notRunning(Home home) {
        return new ExitException(
                ExitException.UNAVAILABLE,
                "no server runs for " + home.folder() + "; start it with: mutatio start --home " + home.folder());
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + address + path).toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setRequestProperty("Authorization", "Bearer " + token);
        return connection;
    }

    /// Whether it answers that it is ready.
    boolean ready() {
        try {
            HttpURLConnection connection = open("/ready");
            connection.setReadTimeout(CONNECT_MILLIS);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// @throws ExitException 69: it was killed just now; 75: it does not answer
    List<ActionDescription> actions() throws ExitException {
        try {
            HttpURLConnection connection = open("/actions");
            connection.setReadTimeout(CONNECT_MILLIS);
            int code = connection.getResponseCode();
            if (code != 200) {
                throw refused(code, "");
            }
            try (InputStream in = connection.getInputStream()) {
                return ActionDescription.list(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// Runs an action to its end; long ones say how far they are.
    ///
    /// @throws ExitException no answer: 69, 75, 76
    Result call(String action, Map<String, String> arguments, Consumer<String> progress) throws ExitException {
        try {
            HttpURLConnection connection = open("/actions/"
                    + URLEncoder.encode(action, StandardCharsets.UTF_8).replace("+", "%20"));
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            // Streamed: a request that is not streamed is silently sent once more when the connection breaks, and what
            // it changes would be done twice.
            connection.setChunkedStreamingMode(CHUNK);
            connection.setRequestProperty("Content-Type", "application/json");
            try (OutputStream to = connection.getOutputStream()) {
                JsonText.write(arguments, to);
            }
            int code = connection.getResponseCode();
            InputStream stream = code == 200 ? connection.getInputStream() : connection.getErrorStream();
            if (stream == null) {
                throw refused(code, "");
            }
            try (BufferedReader in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                if (code != 200) {
                    String why = in.readLine();
                    throw refused(code, why == null ? "" : ": " + why);
                }
                return result(in, progress);
            }
        } catch (HttpRetryException e) {
            throw refused(e.responseCode(), "");
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static Result result(BufferedReader in, Consumer<String> progress) throws IOException, ExitException {
        String line = in.readLine();
        while (line != null) {
            if (JsonText.read(line) instanceof Map<?, ?> fields) {
                if (fields.get("progress") instanceof String step) {
                    progress.accept(step);
                } else {
                    return Result.of(fields);
                }
            }
            line = in.readLine();
        }
        throw new ExitException(ExitException.TEMPORARY, "the server ended before its answer did; see its log");
    }

    private ExitException refused(int code, String why) {
        return switch (code) {
            case 401 ->
                new ExitException(
                        ExitException.TEMPORARY,
                        "the token in " + home.data().resolve("admin.token")
                                + " is not that of the server at " + address
                                + ", which was perhaps started again just now; try again");
            case 404 -> new ExitException(ExitException.UNAVAILABLE, "the server cannot do this now" + why);
            case 413 -> new ExitException(ExitException.DATA, "too much for the server" + why);
            case 503 -> new ExitException(ExitException.TEMPORARY, "the server is busy" + why);
            default -> new ExitException(ExitException.PROTOCOL, "the server answered " + code + why);
        };
    }

    /// A stale address looks like a refused connection, whatever the lock said a moment ago.
    private ExitException broken(IOException e) throws ExitException {
        if (!home.served()) {
            return notRunning(home);
        }
        if (e instanceof ConnectException || e instanceof SocketTimeoutException) {
            return new ExitException(
                    ExitException.TEMPORARY,
                    "the server on " + home.folder() + " does not answer at " + address + " (" + e.getMessage()
                            + "); try again, or see " + home.data().resolve("log/mutatio.log"));
        }
        return new ExitException(
                ExitException.TEMPORARY, "the connection to the server broke (" + e.getMessage() + "); see its log");
    }
}
