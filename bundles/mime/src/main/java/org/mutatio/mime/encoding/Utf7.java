package org.mutatio.mime.encoding;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;

/// UTF-7 (RFC 2152), for reading old mail only; the JDK has none.
final class Utf7 extends Charset {
    static final Charset CHARSET = new Utf7();

    private Utf7() {
        super("UTF-7", new String[0]);
    }

    @Override
    public boolean contains(Charset other) {
        return false;
    }

    @Override
    public boolean canEncode() {
        return false;
    }

    @Override
    public CharsetEncoder newEncoder() {
        throw new UnsupportedOperationException("UTF-7 is only read");
    }

    @Override
    public CharsetDecoder newDecoder() {
        return new Decoder();
    }

    private static final class Decoder extends CharsetDecoder {
        private boolean shifted;
        private boolean fresh; // nothing since the `+`
        private int held;
        private int bits;

        Decoder() {
            super(CHARSET, 1, 1);
        }

        @Override
        protected void implReset() {
            shifted = false;
            fresh = false;
            held = 0;
            bits = 0;
        }

        @Override
        protected CoderResult decodeLoop(ByteBuffer in, CharBuffer out) {
            while (in.hasRemaining()) {
                if (!out.hasRemaining()) {
                    return CoderResult.OVERFLOW;
                }
                int octet = in.get() & 0xFF;
                int digit = shifted ? digit(octet) : -1;
                if (digit >= 0) {
                    fresh = false;
                    held = held << 6 | digit;
                    bits += 6;
                    if (bits >= 16) {
                        bits -= 16;
                        out.put((char) (held >>> bits));
                        held &= (1 << bits) - 1;
                    }
                    continue;
                }
                if (shifted) {
                    shifted = false;
                    if (octet == '-') {
                        if (fresh) {
                            out.put('+'); // `+-`
                        }
                        continue;
                    }
                }
                if (octet == '+') {
                    shifted = true;
                    fresh = true;
                    held = 0;
                    bits = 0;
                } else {
                    out.put(octet > 0x7F ? '\uFFFD' : (char) octet);
                }
            }
            return CoderResult.UNDERFLOW;
        }

        private static int digit(int c) {
            if (c >= 'A' && c <= 'Z') {
                return c - 'A';
            }
            if (c >= 'a' && c <= 'z') {
                return c - 'a' + 26;
            }
            if (c >= '0' && c <= '9') {
                return c - '0' + 52;
            }
            return c == '+' ? 62 : c == '/' ? 63 : -1;
        }
    }
}
