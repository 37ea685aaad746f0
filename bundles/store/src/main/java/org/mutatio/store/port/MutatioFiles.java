package org.mutatio.store.port;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Names and lines of our own format; docs/export.md.
final class MutatioFiles {
    static final String ACCOUNT = "account";
    static final String ACCOUNT_HEAD = "mutatio account 1";
    static final String INDEX = "index";
    static final String INDEX_HEAD = "mutatio mailbox 1";
    static final String END = "end";
    static final String NONE = "-";
    private static final int STEP = 64 * 1024;

    private MutatioFiles() {}

    /// Reads lines of UTF-8 that end with LF, with or without CR before it.
    static final class Lines implements AutoCloseable {
        private static final int LONGEST = 64 * 1024;

        private final InputStream in;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private long number;

        Lines(Path file) throws IOException {
            in = open(file);
        }

        /// @return empty at the end
        Optional<String> next() throws IOException {
            line.reset();
            number++;
            int c = in.read();
            if (c < 0) {
                return Optional.empty();
            }
            while (c >= 0 && c != '\n') {
                if (line.size() >= LONGEST) {
                    throw new IOException("line " + number + " is longer than " + LONGEST + " octets");
                }
                line.write(c);
                c = in.read();
            }
            String text = line.toString(StandardCharsets.UTF_8);
            return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
        }

        /// Of the line that was read last, from 1.
        long number() {
            return number;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /// A file that is no link, and nothing that waits for a writer.
    static InputStream open(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException("a symbolic link, which is not followed");
        }
        if (Files.exists(file) && !FileNames.plain(file)) {
            throw new IOException("no plain file");
        }
        return new BufferedInputStream(
                Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS), STEP);
    }

    /// All octets of a file.
    static void transfer(Path file, IncomingMessage.Sink to) throws IOException {
        byte[] buffer = new byte[STEP];
        try (InputStream in = open(file)) {
            int read = in.read(buffer);
            while (read >= 0) {
                to.accept(ByteBuffer.wrap(buffer, 0, read));
                read = in.read(buffer);
            }
        }
    }

    static void line(OutputStream to, String... fields) throws IOException {
        to.write(String.join("\t", fields).getBytes(StandardCharsets.UTF_8));
        to.write('\n');
    }
}
