package org.mutatio.store.port;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.mutatio.api.store.Flags;
import org.mutatio.mime.header.MailDate;

/// Parts one mbox file into messages, octet by octet; keeps a line's beginning and the block of status fields.
///
/// A message begins at a line `From ` with a time of day in it, at the file's beginning or behind an empty line; a line
/// `>*From ` loses one `>` (mboxrd). Lines end with LF.
final class MboxSplitter {
    private static final int LONGEST_FROM = 1_000;
    private static final int LONGEST_STATUS = 16 * 1024;
    private static final String FROM = "From ";

    private final InputStream in;
    private final Path file;
    private final Instant written;
    private long line;
    /// The line that parts the next message from the one before, read already.
    private String next = "";

    /// @param written date of a message whose `From ` line has none that can be read
    MboxSplitter(InputStream in, Path file, Instant written) {
        this.in = in;
        this.file = file;
        this.written = written;
    }

    void split(AccountFolder.Visitor visitor, PortReport report) throws IOException, StoppedException {
        line = 1;
        Start start = start();
        boolean empty = start.text().isEmpty() && start.end() < 0;
        if (!start.from()) {
            if (!empty) {
                report.problem(file.toString(), "does not begin with a line `From ` and a date: no mbox");
            }
            return;
        }
        next = start.text();
        while (!next.isEmpty()) {
            Message message = new Message(next, file + ":" + line);
            next = "";
            message.head();
            visitor.visit(message.incoming());
            message.rest();
        }
    }

    /// The beginning of a line, as far as it must be looked at.
    ///
    /// @param end the octet that ended it (LF, or -1 at the end of the file); 0: the line goes on
    private record Start(String text, boolean from, int end) {}

    /// Reads a line if it may be a `From ` line, else only so much that it is known to be none.
    private Start start() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (true) {
            int c = in.read();
            if (c < 0 || c == '\n') {
                boolean from = text.size() > FROM.length() && isFrom(text);
                return new Start(latin(text), from, c);
            }
            text.write(c);
            if (text.size() <= FROM.length() && c != FROM.charAt(text.size() - 1) || text.size() > LONGEST_FROM) {
                return new Start(latin(text), false, 0);
            }
        }
    }

    private static String latin(ByteArrayOutputStream text) {
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    /// `From bo@example.net Thu Feb  5 11:51:00 2026`: two digits, a colon, two digits.
    private static boolean isFrom(ByteArrayOutputStream text) {
        byte[] octets = text.toByteArray();
        for (int i = FROM.length() + 2; i + 2 < octets.length; i++) {
            if (octets[i] == ':'
                    && digit(octets[i - 1])
                    && digit(octets[i - 2])
                    && digit(octets[i + 1])
                    && digit(octets[i + 2])) {
                return true;
            }
        }
        return false;
    }

    private static boolean digit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    /// One message, from behind its `From ` line to the next one.
    private final class Message {
        private final String from;
        private final String source;
        private int system;
        private final TreeSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        private boolean given;
        private boolean ended;

        Message(String from, String source) {
            this.from = from;
            this.source = source;
        }

        /// Our three status fields are taken out; in another order or place they are somebody else's: taken for what
        /// they say, and left where they are.
        void head() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            in.mark(LONGEST_STATUS + 1);
            StringBuilder fields = new StringBuilder();
            int behindOurs = 0;
            int number = 0;
            boolean ours = true;
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            while (head.size() < LONGEST_STATUS) {
                int c = in.read();
                if (c < 0) {
                    break;
                }
                head.write(c);
                if (c != '\n') {
                    text.write(c);
                    continue;
                }
                String field = latin(text).stripTrailing();
                text.reset();
                if (field.isEmpty()) {
                    break;
                }
                fields.append(field).append('\n');
                number++;
                ours &= number <= 3 && field.startsWith(OURS[number - 1]);
                if (number == 3 && ours) {
                    behindOurs = head.size();
                    break; // those that follow are the message's own
                }
            }
            fields.toString().lines().forEach(this::status);
            in.reset();
            if (behindOurs > 0) {
                in.skipNBytes(behindOurs);
                line += 3;
            }
        }

        private void status(String field) {
            int colon = field.indexOf(':');
            if (colon < 0) {
                return;
            }
            String value = field.substring(colon + 1).strip();
            switch (field.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "status" -> system |= value.contains("R") ? Flags.SEEN : 0;
                case "x-status" -> {
                    system |= value.contains("A") ? Flags.ANSWERED : 0;
                    system |= value.contains("F") ? Flags.FLAGGED : 0;
                    system |= value.contains("T") ? Flags.DRAFT : 0;
                    system |= value.contains("D") ? Flags.DELETED : 0;
                }
                case "x-mozilla-status" -> {
                    int bits = hex(value);
                    system |= (bits & 1) != 0 ? Flags.SEEN : 0;
                    system |= (bits & 2) != 0 ? Flags.ANSWERED : 0;
                    system |= (bits & 4) != 0 ? Flags.FLAGGED : 0;
                    // Thunderbird leaves what was deleted in the file until it is compacted.
                    system |= (bits & 8) != 0 ? Flags.DELETED : 0;
                }
                case "x-keywords" -> keywords.addAll(FlagWords.read(value).keywords());
                default -> {}
            }
        }

        private static int hex(String value) {
            return value.length() == 4 && value.chars().allMatch(c -> Character.digit(c, 16) >= 0)
                    ? Integer.parseInt(value, 16)
                    : 0;
        }

        IncomingMessage incoming() {
            return new IncomingMessage(
                    source, OptionalLong.empty(), date(), new Flags(system, keywords), Optional.empty(), this::content);
        }

        private Instant date() {
            String[] words = from.strip().split(" +", 3);
            return Optional.of(words.length == 3 ? words[2] : "")
                    .flatMap(MailDate::parse)
                    .map(OffsetDateTime::toInstant)
                    .orElse(written);
        }

        /// Nobody wanted the content, or not all of it.
        void rest() throws IOException {
            if (!given) {
                content(_ -> {});
            }
        }

        private void content(IncomingMessage.Sink to) throws IOException {
            given = true;
            Guarded sink = new Guarded(to);
            LineEnds.Crlf out = new LineEnds.Crlf(sink);
            boolean emptyBefore = false; // an empty line, held back: the last one belongs to the mbox
            while (!ended) {
                line++;
                Start start = start();
                if (start.from() && emptyBefore) {
                    next = start.text();
                    break;
                }
                if (emptyBefore && (start.end() >= 0 || !start.text().isEmpty())) {
                    out.put((byte) '\n');
                }
                emptyBefore = false;
                if (start.end() == '\n' && start.text().isEmpty()) {
                    emptyBefore = true;
                    continue;
                }
                if (start.end() < 0 && start.text().isEmpty()) {
                    break;
                }
                ended = line(start, out);
            }
            out.flush();
            if (sink.failed != null) {
                throw sink.failed;
            }
        }

        /// @return whether the file ended
        private boolean line(Start start, LineEnds.Crlf out) throws IOException {
            int quotes = 0;
            int at = 0;
            String text = start.text();
            int end = start.end();
            if (text.startsWith(">")) {
                // Held back until it is known whether it is a quoted one.
                int c = '>';
                while (c == '>') {
                    quotes++;
                    c = in.read();
                }
                while (c >= 0 && at < FROM.length() && c == FROM.charAt(at)) {
                    at++;
                    c = at < FROM.length() ? in.read() : c;
                }
                boolean quoted = at == FROM.length();
                for (int i = quoted ? 1 : 0; i < quotes; i++) {
                    out.put((byte) '>');
                }
                for (int i = 0; i < at; i++) {
                    out.put((byte) FROM.charAt(i));
                }
                if (quoted) {
                    c = in.read();
                }
                if (c < 0) {
                    return true;
                }
                out.put((byte) c);
                end = c == '\n' ? c : 0;
            } else {
                for (byte octet : text.getBytes(StandardCharsets.ISO_8859_1)) {
                    out.put(octet);
                }
                if (end == '\n') {
                    out.put((byte) '\n');
                }
            }
            while (end == 0) {
                int c = in.read();
                if (c < 0) {
                    return true;
                }
                out.put((byte) c);
                end = c == '\n' ? c : 0;
            }
            return end < 0;
        }
    }

    private static final String[] OURS = {"Status:", "X-Status:", "X-Keywords:"};

    /// The message is read to its end even when nobody can take it: what stayed unread would be the next one.
    private static final class Guarded implements IncomingMessage.Sink {
        private final IncomingMessage.Sink to;
        private @org.jspecify.annotations.Nullable IOException failed;

        Guarded(IncomingMessage.Sink to) {
            this.to = to;
        }

        @Override
        public void accept(java.nio.ByteBuffer octets) throws IOException {
            if (failed == null) {
                try {
                    to.accept(octets);
                } catch (IOException e) {
                    failed = e;
                }
            }
        }
    }
}
