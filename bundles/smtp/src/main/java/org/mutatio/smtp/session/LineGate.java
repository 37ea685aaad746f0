package org.mutatio.smtp.session;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.smtp.protocol.Verb;

/// Stands before SubEthaSMTP's reader: waits for a line, keeps it, and hands the library nothing but the verb of a
/// command that is registered, or `XBAD`.
///
/// A line ends with CR LF and with nothing else (RFC 5321 section 2.3.8). The library never sees an argument: its
/// reader ends at 998 characters and its log would show passwords; our commands ask [#heard]. So nothing of a message
/// can get into the library's buffer either.
final class LineGate extends InputStream {
    /// RFC 5321 section 4.5.3.1.4 wants 512 and more for each extension.
    static final int LONGEST_LINE = 8 * 1024;
    /// RFC 4954 section 4.
    static final int LONGEST_RESPONSE = 12 * 1024 + 2;

    /// A line that goes on for so long is no mistake.
    private static final int PATIENCE = 1024 * 1024;

    private static final Reply TOO_LONG = Reply.of(500, "5.5.2", "line too long");
    private static final Heard CONTROL =
            new Heard.Bad(Reply.of(500, "5.5.2", "control character in a command"), "control character");

    /// RFC 3030 section 2: octets follow a BDAT. How many a line says that cannot be read is unknown, and they must not
    /// run as commands.
    private static final Heard BAD_CHUNK =
            new Heard.Over(Reply.of(501, "5.5.4", "write BDAT size [LAST]; closing"), "malformed BDAT");

    private final Intake intake;
    private final Pace pace;
    private final LongSupplier nanos;
    private long sessionEnd;
    private final BooleanSupplier inTransaction;
    private long transactionEnd = Long.MAX_VALUE; // of the one that is open

    private byte[] handed = new byte[0];
    private int handedAt;
    private Heard heard = new Heard.Gone(false);
    private boolean shut;

    LineGate(Intake intake, Pace pace, LongSupplier nanos, BooleanSupplier inTransaction) {
        this.intake = intake;
        this.pace = pace;
        this.nanos = nanos;
        this.inTransaction = inTransaction;
        this.sessionEnd = nanos.getAsLong() + pace.session().toNanos();
    }

    /// What lies behind the verb that the library was given last.
    Heard heard() {
        return heard;
    }

    /// From now on the library finds the end of its input.
    void shut() {
        shut = true;
    }

    /// The session ends then, at the latest.
    void endBy(long deadline) {
        sessionEnd = Math.min(sessionEnd, deadline);
    }

    /// A line that the library shall not see.
    Heard aside() {
        return line(LONGEST_LINE, TOO_LONG);
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        if (handedAt == handed.length && !next()) {
            return -1;
        }
        int count = Math.min(length, handed.length - handedAt);
        System.arraycopy(handed, handedAt, into, from, count);
        handedAt += count;
        return count;
    }

    private boolean next() {
        if (shut) {
            return false;
        }
        heard = line(LONGEST_LINE, TOO_LONG);
        Verb verb = switch (heard) {
            case Heard.Line(var text) -> Verb.of(text);
            case Heard.Bad _, Heard.Over _ -> Verb.XBAD;
            case Heard.Gone _ -> null;
        };
        if (verb == null) {
            shut = true;
            return false;
        }
        handed = (verb.name() + "\r\n").getBytes(StandardCharsets.US_ASCII);
        handedAt = 0;
        return true;
    }

    /// A line of an AUTH exchange; RFC 4954 section 4.
    Heard response() {
        return line(LONGEST_RESPONSE, Reply.of(500, "5.5.6", "response too long"));
    }

    private Heard line(int longest, Reply tooLong) {
        long now = nanos.getAsLong();
        long commandEnd = now + pace.command().toNanos();
        long lineEnd = Long.MAX_VALUE;
        boolean between = !inTransaction.getAsBoolean();
        if (between) {
            transactionEnd = Long.MAX_VALUE;
        } else if (transactionEnd == Long.MAX_VALUE) {
            transactionEnd = now + pace.message().toNanos();
        }
        long whole = between ? sessionEnd : transactionEnd;
        long handOverEnd = now + pace.handOver().toNanos();
        int scanned = 0; // octets of this line that were looked at
        long dropped = 0; // octets of a line too long
        boolean chunk = false; // the line too long began with BDAT
        boolean bare = false;
        boolean cr = false;
        while (true) {
            byte[] octets = intake.octets();
            int at = intake.at();
            int end = intake.end();
            for (int i = at + scanned; i < end; i++) {
                byte octet = octets[i];
                if (octet == '\n') {
                    if (cr) {
                        int length = i - at - 1;
                        Heard line = dropped > 0 || length > longest
                                ? new Heard.Bad(tooLong, "line of " + (dropped + length) + " octets")
                                : text(octets, at, length, bare);
                        chunk = dropped > 0 ? chunk : chunk(octets, at, length);
                        intake.take(i + 1 - at);
                        return chunk && line instanceof Heard.Bad ? BAD_CHUNK : line;
                    }
                    bare = true;
                } else if (cr) {
                    bare = true;
                }
                cr = octet == '\r';
            }
            scanned = end - at;
            if (scanned > longest + 1) { // its CR may be there already
                chunk = dropped > 0 ? chunk : chunk(octets, at, scanned);
                dropped += scanned;
                intake.take(scanned);
                scanned = 0;
                if (dropped > PATIENCE) {
                    return new Heard.Over(Reply.of(421, "4.7.0", "line too long; closing"), "endless line");
                }
            }
            boolean begun = scanned > 0 || dropped > 0;
            if (begun && lineEnd == Long.MAX_VALUE) {
                lineEnd = nanos.getAsLong() + pace.line().toNanos();
            }
            long deadline = Math.min(Math.min(commandEnd, lineEnd), whole);
            Intake.Filled filled = intake.await(deadline);
            if (filled == Intake.Filled.HAND_OVER && !between) {
                // A transaction that is open may go on for a while.
                filled = intake.more(Math.min(deadline, handOverEnd));
                if (filled == Intake.Filled.TIMEOUT) {
                    filled = Intake.Filled.HAND_OVER;
                }
            }
            switch (filled) {
                case OCTETS -> {}
                case TIMEOUT -> {
                    return timedOut(nanos.getAsLong() >= whole, between, bare);
                }
                case HAND_OVER -> {
                    return new Heard.Over(Reply.of(421, "4.3.2", "closing for maintenance; come back"), "hand-over");
                }
                case CLOSED -> {
                    return new Heard.Gone(!begun);
                }
                case LOST -> {
                    return new Heard.Gone(false);
                }
            }
        }
    }

    private static Heard timedOut(boolean whole, boolean between, boolean bare) {
        if (bare) {
            return new Heard.Over(Reply.of(421, "4.4.2", "time-out: lines end with CR LF"), "line without CR LF");
        }
        if (!whole) {
            return new Heard.Over(Reply.of(421, "4.4.2", "time-out waiting for a command"), "idle");
        }
        return between
                ? new Heard.Over(Reply.of(421, "4.4.2", "session took too long"), "session limit")
                : new Heard.Over(Reply.of(421, "4.4.2", "the message took too long"), "transaction limit");
    }

    private static boolean chunk(byte[] octets, int from, int length) {
        String begin = new String(octets, from, Math.min(length, 5), StandardCharsets.ISO_8859_1);
        return begin.regionMatches(true, 0, "BDAT", 0, 4)
                && (length < 5 || !Character.isLetterOrDigit(begin.charAt(4)));
    }

    private static Heard text(byte[] octets, int from, int length, boolean bare) {
        if (bare) {
            return new Heard.Bad(Reply.of(500, "5.5.2", "bare CR or LF in a command"), "bare CR or LF");
        }
        boolean ascii = true;
        for (int i = from; i < from + length; i++) {
            byte octet = octets[i];
            if (octet < 0) {
                ascii = false;
            } else if (octet < ' ' && octet != '\t' || octet == 127) {
                return CONTROL;
            }
        }
        if (ascii) {
            return new Heard.Line(new String(octets, from, length, StandardCharsets.ISO_8859_1));
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets, from, length))
                    .toString();
            // U+0080 to U+009F: a terminal obeys them, and no reply may repeat them.
            return text.chars().anyMatch(c -> c >= 0x80 && c < 0xa0) ? CONTROL : new Heard.Line(text);
        } catch (CharacterCodingException _) {
            return new Heard.Bad(Reply.of(500, "5.5.2", "a command is ASCII or UTF-8"), "not UTF-8");
        }
    }
}
