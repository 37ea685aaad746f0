package org.mutatio.jmh;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.mutatio.imap.protocol.Command;
import org.mutatio.imap.protocol.CommandParser;
import org.mutatio.imap.protocol.Lexer;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.wire.Incoming;
import org.mutatio.net.Connection;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A FETCH as clients send it, from octets to a command.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ImapParse {
    private static final byte[] LINE = ("a12 FETCH 1:500,700,900:* (UID FLAGS INTERNALDATE RFC822.SIZE"
                    + " BODY.PEEK[HEADER.FIELDS (From To Cc Subject Date Message-ID)])\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final Lexer lexer;
    private final CommandParser parser;

    public ImapParse() {
        Socket socket = new Fed();
        Connection connection = (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (_, method, _) -> switch (method.getName()) {
                    case "socket" -> socket;
                    case "available" -> LINE.length;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        lexer = new Lexer(new Incoming(connection, () -> {}), () -> {}, new Lexer.Budget(8192, 65_536, 65_536));
        parser = new CommandParser(lexer);
    }

    private static final class Fed extends Socket {
        private final InputStream in = new Endless();

        @Override
        public InputStream getInputStream() {
            return in;
        }
    }

    /// The line, over and over.
    private static final class Endless extends InputStream {
        private int at;

        @Override
        public int read() {
            int octet = LINE[at];
            at = (at + 1) % LINE.length;
            return octet;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int many = Math.min(length, LINE.length - at);
            System.arraycopy(LINE, at, into, offset, many);
            at = (at + many) % LINE.length;
            return many;
        }
    }

    @Benchmark
    public Command parse() throws IOException, RefusedException {
        lexer.begin();
        String _ = lexer.tag();
        lexer.sp();
        return parser.arguments(lexer.keyword(), false);
    }
}
