package org.mutatio.load;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The least an IMAP client must know to read as fast as a server writes; RFC 9051. Used by one thread.
final class ImapClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 600_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private byte[] line = new byte[512];
    private int length;
    private long octets;

    /// Connects and reads the greeting.
    ImapClient(InetSocketAddress server) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(server, 10_000);
            in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            String greeting = line();
            if (!greeting.startsWith("* OK")) {
                throw new IOException("not greeted: " + greeting);
            }
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    void login(String user, String password) throws IOException {
        String _ = command("LOGIN " + quoted(user) + " " + quoted(password));
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /// @return the lines before the answer, literals left out
    /// @throws IOException the answer is not OK
    String command(String text) throws IOException {
        write("a " + text + "\r\n");
        StringBuilder untagged = new StringBuilder();
        while (true) {
            readLine();
            long literal = literal();
            if (literal >= 0) {
                in.skipNBytes(literal);
                octets += literal;
            } else if (length > 1 && line[0] == 'a' && line[1] == ' ') {
                String answer = text();
                if (!answer.startsWith("a OK")) {
                    throw new IOException(text + ": " + answer);
                }
                return untagged.toString();
            } else if (untagged.length() < 4096) {
                untagged.append(text()).append('\n');
            }
        }
    }

    /// Begins IDLE (RFC 2177); from here on only [#line].
    void idle() throws IOException {
        write("a IDLE\r\n");
        String answer = line();
        while (answer.startsWith("* ")) {
            answer = line();
        }
        if (!answer.startsWith("+")) {
            throw new IOException("IDLE: " + answer);
        }
    }

    /// The next line, without CR LF.
    String line() throws IOException {
        readLine();
        return text();
    }

    /// Octets read so far.
    long octets() {
        return octets;
    }

    private String text() {
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }

    private void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void readLine() throws IOException {
        length = 0;
        int c = in.read();
        while (c != '\n') {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, length * 2);
            }
            line[length++] = (byte) c;
            c = in.read();
        }
        octets += length + 1;
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
    }

    /// @return the size of the literal that follows the line, or -1
    private long literal() {
        if (length == 0 || line[length - 1] != '}') {
            return -1;
        }
        long size = 0;
        long digit = 1;
        int at = length - 2;
        while (at >= 0 && line[at] >= '0' && line[at] <= '9') {
            size += digit * (line[at] - '0');
            digit *= 10;
            at--;
        }
        return at >= 0 && line[at] == '{' && digit > 1 ? size : -1;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
