package org.mutatio.smtp.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Finds the end of a message, takes out stuffed dots, notices bare CR and LF, in one pass; RFC 5321 section 4.5.2 and
/// section 2.3.8.
///
/// Only CR LF dot CR LF ends it, where the first CR LF may be the one of the DATA command itself. Octets go on in runs
/// as long as possible: a buffer without a stuffed dot is one run. The state lies between octets, so it does not
/// matter how they are cut into buffers.
final class MessageScanner {

    /// Takes runs of the message.
    interface Sink {
        void take(byte[] octets, int from, int length);
    }

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] CR = {'\r'};
    private static final byte[] LF = {'\n'};

    private enum State {
        TEXT,
        /// The last octet was a CR; it went on already.
        CR,
        /// Behind CR LF.
        LINE_START,
        /// Behind CR LF dot; the dot was held back.
        DOT,
        /// Behind CR LF dot CR; both were held back.
        DOT_CR,
        ENDED
    }

    private final boolean dotted;
    private final BareLineEnds bareLineEnds;
    private final Sink sink;
    private State state;
    private boolean bareSeen;

    /// @param dotted DATA; false: BDAT, where dots mean nothing and the caller counts (RFC 3030 section 2)
    MessageScanner(boolean dotted, BareLineEnds bareLineEnds, Sink sink) {
        this.dotted = dotted;
        this.bareLineEnds = bareLineEnds;
        this.sink = sink;
        this.state = State.LINE_START;
    }

    /// Whether CR LF dot CR LF was seen.
    boolean ended() {
        return state == State.ENDED;
    }

    /// Whether a CR or LF stood alone; BDAT: ask after [#finish].
    boolean bareSeen() {
        return bareSeen;
    }

    /// No octets follow (BDAT LAST): a CR at the very end stands alone.
    void finish() {
        if (state == State.CR) {
            bareCr();
        }
        state = State.ENDED;
    }

    /// @return where the message ended, or `to`
    int take(byte[] octets, int from, int to) {
        int run = from; // what goes on next begins here
        int at = from;
        while (at < to) {
            switch (state) {
                case TEXT -> {
                    at = nextLineEnd(octets, at, to);
                    if (at < to) {
                        if (octets[at] == '\r') {
                            state = State.CR;
                        } else {
                            run = bareLf(octets, run, at);
                        }
                        at++;
                    }
                }
                case CR -> {
                    if (octets[at] == '\n') {
                        state = State.LINE_START;
                        at++;
                    } else {
                        pass(octets, run, at);
                        run = at;
                        bareCr();
                        state = State.TEXT;
                    }
                }
                case LINE_START -> {
                    if (dotted && octets[at] == '.') {
                        pass(octets, run, at);
                        at++;
                        run = at;
                        state = State.DOT;
                    } else {
                        state = State.TEXT;
                    }
                }
                case DOT -> {
                    if (octets[at] == '\r') {
                        at++;
                        run = at;
                        state = State.DOT_CR;
                    } else {
                        state = State.TEXT; // the dot was a stuffed one: it is gone
                    }
                }
                case DOT_CR -> {
                    if (octets[at] == '\n') {
                        state = State.ENDED;
                        return at + 1;
                    }
                    sink.take(CR, 0, 1);
                    bareCr();
                    run = at;
                    state = State.TEXT;
                }
                case ENDED -> {
                    return at;
                }
            }
        }
        pass(octets, run, to);
        return to;
    }

    private void pass(byte[] octets, int from, int to) {
        if (to > from) {
            sink.take(octets, from, to - from);
        }
    }

    /// The CR itself went on already.
    private void bareCr() {
        bareSeen |= bareLineEnds != BareLineEnds.KEEP;
        if (bareLineEnds == BareLineEnds.NORMALISE) {
            sink.take(LF, 0, 1);
        }
    }

    private int bareLf(byte[] octets, int run, int at) {
        bareSeen |= bareLineEnds != BareLineEnds.KEEP;
        if (bareLineEnds == BareLineEnds.NORMALISE) {
            pass(octets, run, at);
            sink.take(CR, 0, 1);
            return at;
        }
        return run;
    }

    /// Where the next CR or LF is: eight octets at a time. The usual trick for a zero octet in a word, on the word
    /// exclusive-or'ed with CR and with LF.
    private static int nextLineEnd(byte[] octets, int from, int to) {
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long word = (long) LONGS.get(octets, at);
            long cr = word ^ 0x0D0D_0D0D_0D0D_0D0DL;
            long lf = word ^ 0x0A0A_0A0A_0A0A_0A0AL;
            long found = ((cr - 0x0101_0101_0101_0101L) & ~cr | (lf - 0x0101_0101_0101_0101L) & ~lf)
                    & 0x8080_8080_8080_8080L;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >> 3);
            }
        }
        while (at < to && octets[at] != '\r' && octets[at] != '\n') {
            at++;
        }
        return at;
    }
}
