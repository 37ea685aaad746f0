package org.mutatio.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
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

    private final String address;
    private final String token;

    private AdminClient(String address, String token) {
        this.address = address;
        this.token = token;
    }

    /// What an action answered.
    record Result(int exit, String text, Object json) {}

    /// @throws ExitException 69: no server runs there
    static AdminClient of(Home home) throws ExitException {
        String address = home.address().orElse("");
        String token = home.token().orElse("");
        if (address.isEmpty() || token.isEmpty()) {
            throw notRunning(home);
        }
        return new AdminClient(address, token);
    }

    static ExitException notRunning(Home home) {
        return new ExitException(
                ExitException.UNAVAILABLE,
                "no server runs on " + home.folder() + "; start it with: mutatio start --home " + home.folder());
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

    List<ActionDescription> actions() throws IOException {
        HttpURLConnection connection = open("/actions");
        connection.setReadTimeout(CONNECT_MILLIS);
        if (connection.getResponseCode() != 200) {
            throw new IOException("the server answered " + connection.getResponseCode());
        }
        try (InputStream in = connection.getInputStream()) {
            return ActionDescription.list(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /// Runs an action to its end; long ones say how far they are.
    Result call(String action, Map<String, String> arguments, Consumer<String> progress) throws IOException {
        HttpURLConnection connection = open(
                "/actions/" + URLEncoder.encode(action, StandardCharsets.UTF_8).replace("+", "%20"));
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream to = connection.getOutputStream()) {
            to.write(JsonText.write(arguments).getBytes(StandardCharsets.UTF_8));
        }
        int code = connection.getResponseCode();
        InputStream stream = code == 200 ? connection.getInputStream() : connection.getErrorStream();
        if (stream == null) {
            throw new IOException("the server answered " + code);
        }
        try (BufferedReader in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            if (code != 200) {
                throw new IOException("the server answered " + code + ": " + in.readLine());
            }
            String line = in.readLine();
            while (line != null) {
                if (JsonText.read(line) instanceof Map<?, ?> fields) {
                    if (fields.get("progress") instanceof String step) {
                        progress.accept(step);
                    } else {
                        Object exit = fields.get("exit");
                        Object json = fields.get("json");
                        return new Result(
                                exit instanceof Number number ? number.intValue() : 70,
                                String.valueOf(fields.get("text")),
                                json == null ? Map.of() : json);
                    }
                }
                line = in.readLine();
            }
        }
        throw new IOException("the server ended before the answer did; see its log");
    }
}
