package org.mutatio.mime.encoding;

import java.io.InputStream;
import java.util.Arrays;

/// Base64 (RFC 2045 section 6.8): ignores what is not of the alphabet, ends at the first padding in its place (lists
/// append footers behind it); a group that is cut off gives the octets it can.
final class Base64Decoder extends Decoder {
    private static final byte[] DIGITS = new byte[256];

    static {
        Arrays.fill(DIGITS, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            DIGITS[alphabet.charAt(i)] = (byte) i;
        }
    }

    private int held;
    private int digits; // of the current group
    private boolean done;

    Base64Decoder(InputStream source) {
        super(source);
    }

    @Override
    boolean isDone() {
        return done;
    }

    @Override
    void take(byte[] octets, int length) {
        for (int at = 0; at < length && !done; at++) {
            int octet = octets[at] & 0xFF;
            int digit = DIGITS[octet];
            if (digit < 0) {
                if (octet == '=' && digits >= 2) {
                    done = true;
                    end();
                }
                continue;
            }
            held = held << 6 | digit;
            if (++digits == 4) {
                emit(held >> 16);
                emit(held >> 8);
                emit(held);
                digits = 0;
                held = 0;
            }
        }
    }

    @Override
    void end() {
        if (digits >= 2) {
            emit(held >> (digits == 2 ? 4 : 10));
        }
        if (digits == 3) {
            emit(held >> 2);
        }
        digits = 0;
    }
}
