package org.mutatio.mime.encoding;

import java.io.InputStream;

/// The lines between `begin 644 name` and `end`, as uuencode writes them. Without `begin` there is nothing; a line
/// that is too short gives zero bits, a longer one than it says is cut.
final class UuDecoder extends Decoder {
    private static final int MAX_LINE = 128;

    private final byte[] line = new byte[MAX_LINE];
    private int length;
    private boolean inside;
    private boolean done;

    UuDecoder(InputStream source) {
        super(source);
    }

    @Override
    boolean isDone() {
        return done;
    }

    @Override
    void take(byte[] octets, int count) {
        for (int at = 0; at < count && !done; at++) {
            if (octets[at] == '\n') {
                endLine();
            } else if (length < MAX_LINE) {
                line[length++] = octets[at];
            }
        }
    }

    private void endLine() {
        int end = length;
        length = 0;
        if (end > 0 && line[end - 1] == '\r') {
            end--;
        }
        if (!inside) {
            inside = startsWith("begin ", end);
            return;
        }
        if (end == 3 && startsWith("end", end)) {
            done = true;
            return;
        }
        int wanted = end == 0 ? 0 : value(0, end);
        for (int at = 1, given = 0; given < wanted; at += 4, given += 3) {
            int bits = value(at, end) << 18 | value(at + 1, end) << 12 | value(at + 2, end) << 6 | value(at + 3, end);
            emit(bits >> 16);
            if (given + 1 < wanted) {
                emit(bits >> 8);
            }
            if (given + 2 < wanted) {
                emit(bits);
            }
        }
    }

    private boolean startsWith(String word, int end) {
        if (end < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (line[i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int value(int at, int end) {
        return at < end ? (line[at] - ' ') & 0x3F : 0;
    }

    @Override
    void end() {
        if (length > 0 && !done) {
            endLine();
        }
    }
}
