package org.mutatio.mime.encoding;

import java.io.InputStream;

/// Quoted-printable (RFC 2045 section 6.7): takes blanks at the ends of lines away (they come from transport),
/// accepts small hex digits and LF alone, and leaves a broken escape as it stands.
final class QuotedPrintableDecoder extends Decoder {
    private static final int MAX_BLANKS = 1_000; // a longer run is no padding: lines have 998 octets at most

    private final byte[] blanks = new byte[MAX_BLANKS]; // may turn out to be the end of a line
    private int blankCount;
    private int escape; // 0: none, 1: behind `=`, 2: behind `=` and one hex digit, 3: behind `=` and blanks or CR
    private int first; // that hex digit

    QuotedPrintableDecoder(InputStream source) {
        super(source);
    }

    @Override
    void take(byte[] octets, int length) {
        for (int at = 0; at < length; at++) {
            octet(octets[at] & 0xFF);
        }
    }

    private void octet(int c) {
        switch (escape) {
            case 1 -> {
                if (Character.digit(c, 16) >= 0) {
                    escape = 2;
                    first = c;
                } else if (c == '\n') {
                    escape = 0; // a soft line break
                } else if (c == ' ' || c == '\t' || c == '\r') {
                    escape = 3;
                    blank(c);
                } else {
                    escape = 0;
                    emit('=');
                    plain(c);
                }
            }
            case 2 -> {
                escape = 0;
                int low = Character.digit(c, 16);
                if (low >= 0) {
                    emit(Character.digit(first, 16) << 4 | low);
                } else {
                    emit('=');
                    emit(first);
                    plain(c);
                }
            }
            case 3 -> {
                if (c == '\n') {
                    escape = 0;
                    blankCount = 0;
                } else if ((c == ' ' || c == '\t' || c == '\r') && blankCount < MAX_BLANKS) {
                    blank(c);
                } else {
                    escape = 0;
                    emit('=');
                    flushBlanks();
                    plain(c);
                }
            }
            default -> plain(c);
        }
    }

    private void plain(int c) {
        switch (c) {
            case '=' -> {
                flushBlanks();
                escape = 1;
            }
            case ' ', '\t', '\r' -> {
                if (blankCount == MAX_BLANKS) {
                    flushBlanks();
                }
                blank(c);
            }
            case '\n' -> {
                boolean carriageReturn = blankCount > 0 && blanks[blankCount - 1] == '\r';
                blankCount = 0;
                if (carriageReturn) {
                    emit('\r');
                }
                emit('\n');
            }
            default -> {
                flushBlanks();
                emit(c);
            }
        }
    }

    private void blank(int c) {
        blanks[blankCount++] = (byte) c;
    }

    private void flushBlanks() {
        for (int i = 0; i < blankCount; i++) {
            emit(blanks[i]);
        }
        blankCount = 0;
    }

    @Override
    void end() {
        if (escape == 2) {
            emit('=');
            emit(first);
        }
        escape = 0;
        blankCount = 0; // blanks at the end of the last line; a lone `=` there is a soft break
    }
}
