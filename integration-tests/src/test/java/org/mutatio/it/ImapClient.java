package org.mutatio.it;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// An IMAP client that sends lines and keeps every answer, literals inside; ISO-8859-1 so that no octet is
/// lost.
final class ImapClient implements AutoCloseable {

    /// @param untagged whole responses with their literals
    /// @param tagged `OK [..] text`, without the tag
    record Response(List<String> untagged, String tagged) {
        Response ok() {
            if (!tagged.startsWith("OK")) {
                throw new AssertionError(tagged + " after " + untagged);
            }
            return this;
        }

        boolean isOk() {
            return tagged.startsWith("OK");
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private int number;

    ImapClient(InetSocketAddress server) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        socket.connect(server, 10_000);
        in = new BufferedInputStream(socket.getInputStream());
        out = new BufferedOutputStream(socket.getOutputStream());
        String greeting = line();
        if (!greeting.startsWith("* OK")) {
            throw new IOException("no greeting: " + greeting);
        }
    }

    static ImapClient login(Server server, String user) throws IOException {
        ImapClient client = new ImapClient(server.address("imap"));
        String login = "LOGIN \"" + user + "\" \"" + Server.PASSWORD + "\"";
        Response answer = client.command(login);
        // A store that is being made anew answers after its patience (RFC 5530); a client asks again.
        for (int again = 0; again < 6 && answer.tagged().startsWith("NO [UNAVAILABLE]"); again++) {
            answer = client.command(login);
        }
        Response _ = answer.ok();
        return client;
    }

    /// The server says that it goes (RFC 9051 section 7.1.5).
    static final class ByeException extends EOFException {
        private static final long serialVersionUID = 1L;

        ByeException(String response) {
            super(response);
        }
    }

    Response command(String command) throws IOException {
        String tag = "a" + ++number;
        send(tag + " " + command + "\r\n");
        return await(tag);
    }

    /// APPEND with a synchronising literal.
    Response append(String mailbox, String flags, byte[] message) throws IOException {
        String tag = "a" + ++number;
        send(tag + " APPEND \"" + mailbox + "\" (" + flags + ") {" + message.length + "}\r\n");
        String go = line();
        if (!go.startsWith("+")) {
            return new Response(List.of(), go.substring(go.indexOf(' ') + 1));
        }
        out.write(message);
        send("\r\n");
        return await(tag);
    }

    private Response await(String tag) throws IOException {
        List<String> untagged = new ArrayList<>();
        while (true) {
            String response = response();
            if (response.startsWith("* BYE")) {
                throw new ByeException(response);
            }
            if (response.startsWith(tag + " ")) {
                return new Response(untagged, response.substring(tag.length() + 1));
            }
            untagged.add(response);
        }
    }

    /// How long an answer may be away; a time-out in the middle of a line would lose its beginning.
    void patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    void send(String octets) throws IOException {
        out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /// One response, with the literals in it.
    String response() throws IOException {
        StringBuilder response = new StringBuilder(line());
        while (response.length() > 2 && response.charAt(response.length() - 1) == '}') {
            int open = response.lastIndexOf("{");
            String digits = response.substring(open + 1, response.length() - 1);
            if (digits.isEmpty() || !digits.chars().allMatch(Character::isDigit)) {
                break;
            }
            byte[] literal = in.readNBytes(Integer.parseInt(digits));
            response.append("\r\n")
                    .append(new String(literal, StandardCharsets.ISO_8859_1))
                    .append(line());
        }
        return response.toString();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        while (c != '\n') {
            if (c < 0) {
                throw new EOFException("the server closed the connection after: " + line);
            }
            if (c != '\r') {
                line.append((char) c);
            }
            c = in.read();
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
