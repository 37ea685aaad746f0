package org.mutatio.imap.talk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Speaks IMAP by hand. Octets are chars (ISO-8859-1); every wait ends after some seconds.
public final class Client {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MemoryConnection connection;
    private final byte[] heard = new byte[64 * 1024];
    private int from;
    private int to;
    private int tags;

    Client(MemoryConnection connection) {
        this.connection = connection;
    }

    public MemoryConnection connection() {
        return connection;
    }

    /// Sends octets as they are.
    public Client raw(String octets) {
        try {
            connection.clientSays(octets.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// Sends a line.
    public Client say(String line) {
        return raw(line + "\r\n");
    }

    private int octet() {
        if (from == to) {
            try {
                int count = connection.clientHears(heard, PATIENCE);
                if (count < 0) {
                    return -1;
                }
                from = 0;
                to = count;
            } catch (IOException e) {
                throw new AssertionError("the server said nothing for " + PATIENCE, e);
            }
        }
        return heard[from++] & 0xFF;
    }

    /// The next line, without its end; empty at the end of the conversation.
    public Optional<String> next() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int octet = octet();
            if (octet < 0) {
                return line.size() == 0 ? Optional.empty() : Optional.of(line.toString(StandardCharsets.ISO_8859_1));
            }
            if (octet == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                if (!text.endsWith("\r")) {
                    throw new AssertionError("a bare LF from the server: " + text);
                }
                return Optional.of(text.substring(0, text.length() - 1));
            }
            line.write(octet);
        }
    }

    public String line() {
        return next().orElseThrow(() -> new AssertionError("the server hung up"));
    }

    public String octets(long count) {
        StringBuilder octets = new StringBuilder();
        for (long i = 0; i < count; i++) {
            int octet = octet();
            if (octet < 0) {
                throw new AssertionError("the server hung up inside a literal");
            }
            octets.append((char) octet);
        }
        return octets.toString();
    }

    /// A whole response: its line, and literals with what follows them.
    public String response() {
        return response(line());
    }

    private String response(String begin) {
        StringBuilder whole = new StringBuilder(begin);
        String line = begin;
        while (true) {
            int open = line.lastIndexOf('{');
            if (open < 0 || !line.endsWith("}") || !digits(line.substring(open + 1, line.length() - 1))) {
                return whole.toString();
            }
            whole.append("\r\n").append(octets(Long.parseLong(line.substring(open + 1, line.length() - 1))));
            line = line();
            whole.append(line);
        }
    }

    private static boolean digits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// Sends a command with a tag of its own and takes all responses; the last one is the tagged one, without the
    /// tag.
    public List<String> command(String command) {
        String tag = "t" + ++tags;
        say(tag + " " + command);
        return answers(tag);
    }

    /// All responses up to the tagged one.
    public List<String> answers(String tag) {
        List<String> responses = new ArrayList<>();
        while (true) {
            String response = response();
            if (response.startsWith(tag + " ")) {
                responses.add(response.substring(tag.length() + 1));
                return responses;
            }
            responses.add(response);
        }
    }

    /// The same, which must end with OK.
    public List<String> ok(String command) {
        List<String> responses = command(command);
        if (!responses.getLast().startsWith("OK")) {
            throw new AssertionError(command + " was answered " + responses);
        }
        return responses;
    }

    /// Appends a message by a literal that waits.
    public List<String> append(String arguments, byte[] message) {
        String tag = "t" + ++tags;
        say(tag + " APPEND " + arguments + " {" + message.length + "}");
        String go = line();
        if (!go.startsWith("+")) {
            throw new AssertionError("APPEND was answered " + go);
        }
        raw(new String(message, StandardCharsets.ISO_8859_1) + "\r\n");
        return answers(tag);
    }

    /// A small message.
    public List<String> append(String mailbox, String subject) {
        return append(
                mailbox,
                ("From: Bo <bo@example.com>\r\nSubject: " + subject + "\r\n\r\nbody of " + subject + "\r\n")
                        .getBytes(StandardCharsets.UTF_8));
    }

    public void hangUp() {
        connection.clientCloses();
    }
}
