package org.mutatio.mime.encoding;

import java.io.IOException;
import java.io.OutputStream;

/// Quoted-printable for text: CR LF stays a line end, everything else that might be changed on the way is escaped
/// (RFC 2045 section 6.7 with EBCDIC and mbox in mind: `From ` and a dot at a line's begin too).
final class QuotedPrintableEncoder extends OutputStream {
    private static final String HEX = "0123456789ABCDEF";
    private static final int LINE = 76;

    private final OutputStream out;
    private final byte[] line = new byte[LINE + 4];
    private int length;
    private int held = -1; // a blank or CR, of which the next octet decides

    QuotedPrintableEncoder(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        int c = octet & 0xFF;
        if (c == '\n') {
            if (held == '\r') {
                held = -1;
                endLine();
                return;
            }
            release(false);
            append('\n', true);
            return;
        }
        release(false);
        if (c == ' ' || c == '\t' || c == '\r') {
            held = c;
        } else {
            boolean atStart = length == 0;
            append(c, c < 33 || c > 126 || c == '=' || atStart && (c == '.' || c == 'F'));
        }
    }

    @Override
    public void write(byte[] octets, int from, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            write(octets[from + i]);
        }
    }

    /// @param endOfLine a blank at the end of a line is escaped
    private void release(boolean endOfLine) throws IOException {
        int c = held;
        held = -1;
        if (c >= 0) {
            append(c, c == '\r' || endOfLine);
        }
    }

    private void append(int c, boolean escaped) throws IOException {
        int width = escaped ? 3 : 1;
        if (length + width > LINE - 1) { // one for the `=` of a soft line break
            line[length++] = '=';
            endLine();
        }
        if (escaped) {
            line[length++] = '=';
            line[length++] = (byte) HEX.charAt(c >> 4);
            line[length++] = (byte) HEX.charAt(c & 0xF);
        } else {
            line[length++] = (byte) c;
        }
    }

    private void endLine() throws IOException {
        if (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t')) {
            int blank = line[--length];
            append(blank, true);
        }
        line[length++] = '\r';
        line[length++] = '\n';
        out.write(line, 0, length);
        length = 0;
    }

    @Override
    public void flush() throws IOException {
        out.flush(); // the open line stays here: it may still get a soft break
    }

    @Override
    public void close() throws IOException {
        release(true);
        out.write(line, 0, length);
        length = 0;
        out.close();
    }
}
