package org.mutatio.load;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// The least an SMTP client must know to send mail as fast as a server takes it; RFC 5321. Used by one thread.
public final class SmtpClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /// Connects, reads the greeting and says EHLO.
    ///
    /// @throws IOException no connection, or the server does not want us
    public SmtpClient(InetSocketAddress server) throws IOException {
        socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(server, PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream(), 4096);
            out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
            expect(220);
            say("EHLO load.test");
            expect(250);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// One message: MAIL, RCPT and DATA in one flight (PIPELINING), then the body.
    ///
    /// @param message lines end with CR LF, leading dots stuffed, without the final dot
    /// @return the text of the final reply
    /// @throws RefusedException a reply other than 2xx; the session goes on
    public String send(String from, String to, byte[] message) throws IOException, RefusedException {
        return send(from, List.of(to), message);
    }

    /// The same for several: kept for all of them, or refused.
    public String send(String from, List<String> recipients, byte[] message) throws IOException, RefusedException {
        write("MAIL FROM:<" + from + ">\r\n");
        for (String to : recipients) {
            write("RCPT TO:<" + to + ">\r\n");
        }
        write("DATA\r\n");
        out.flush();
        Optional<Reply> bad = bad(Optional.empty(), read());
        for (String _ : recipients) {
            bad = bad(bad, read());
        }
        Reply data = read();
        if (data.code() != 354) {
            say("RSET");
            read();
            throw new RefusedException(bad.orElse(data));
        }
        out.write(message);
        write(".\r\n");
        out.flush();
        Reply kept = read();
        if (kept.code() != 250 || bad.isPresent()) {
            throw new RefusedException(bad.orElse(kept));
        }
        return kept.text();
    }

    private static Optional<Reply> bad(Optional<Reply> before, Reply now) {
        return before.isEmpty() && now.code() >= 300 ? Optional.of(now) : before;
    }

    private void say(String line) throws IOException {
        write(line + "\r\n");
        out.flush();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void expect(int code) throws IOException {
        Reply reply = read();
        if (reply.code() != code) {
            throw new IOException("expected " + code + ", got " + reply);
        }
    }

    private Reply read() throws IOException {
        while (true) {
            String line = line();
            if (line.length() < 4 || line.charAt(3) != '-') {
                return new Reply(Integer.parseInt(line, 0, 3, 10), line.length() > 4 ? line.substring(4) : "");
            }
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        while (c != '\n') {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
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
        try (socket) {
            say("QUIT");
            read();
        }
    }

    /// A final reply.
    public record Reply(int code, String text) {
        @Override
        public String toString() {
            return code + " " + text;
        }
    }

    /// The server did not take a message.
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(Reply reply) {
            super(reply.toString());
        }
    }
}
