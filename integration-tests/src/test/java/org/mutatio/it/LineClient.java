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

/// An SMTP client that says one command at a time and tells apart where a connection ended.
final class LineClient implements AutoCloseable {

    /// Closed on between the first octet of the message and its reply.
    static final class CutException extends IOException {
        private static final long serialVersionUID = 1L;

        CutException(IOException cause) {
            super(cause);
        }
    }

    /// A reply other than success and 421.
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String reply) {
            super(reply);
        }
    }

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    LineClient(InetSocketAddress server) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        try {
            socket.connect(server, 10_000);
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// @throws EOFException told to come again later
    void greet() throws IOException {
        require(read(), "220");
        require(say("EHLO swap.test"), "250");
    }

    private static void require(String reply, String code) throws IOException {
        if (reply.startsWith("421")) {
            throw new EOFException(reply);
        }
        if (!reply.startsWith(code)) {
            throw new RefusedException(reply);
        }
    }

    /// @return false: 421 or closed on before the message; to be sent again
    boolean send(String recipient, long number, byte[] body) throws IOException {
        try {
            require(say("MAIL FROM:<swap@sender.test>"), "250");
            require(say("RCPT TO:<" + recipient + ">"), "250");
            require(say("DATA"), "354");
        } catch (RefusedException e) {
            throw e;
        } catch (IOException _) {
            return false;
        }
        try {
            out.write(("From: swap@sender.test\r\nMessage-ID: <swap-" + number + "@sender.test>\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            String reply = say(".");
            if (!reply.startsWith("250")) {
                throw new RefusedException(reply);
            }
            return true;
        } catch (RefusedException e) {
            throw e;
        } catch (IOException e) {
            throw new CutException(e);
        }
    }

    private String say(String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return read();
    }

    /// The last line of a reply.
    private String read() throws IOException {
        while (true) {
            StringBuilder line = new StringBuilder();
            int c = in.read();
            while (c != '\n') {
                if (c < 0) {
                    throw new EOFException("closed after \"" + line + "\"");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
                c = in.read();
            }
            if (line.length() < 4 || line.charAt(3) != '-') {
                return line.toString();
            }
        }
    }

    /// Says QUIT, and does not mind when nobody listens any more.
    @Override
    public void close() throws IOException {
        try (socket) {
            if (!socket.isClosed()) {
                String _ = say("QUIT");
            }
        } catch (IOException _) {
            // It was said to somebody who had gone: the messages before were answered.
        }
    }
}
