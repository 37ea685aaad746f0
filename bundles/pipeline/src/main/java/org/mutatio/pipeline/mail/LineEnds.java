package org.mutatio.pipeline.mail;

import java.io.ByteArrayOutputStream;

/// A bare CR or LF never leaves us; RFC 5321 section 2.3.8.
public final class LineEnds {

    private LineEnds() {}

    /// With CR LF for each CR or LF that stands alone; the same array when there is none.
    public static byte[] normalise(byte[] octets) {
        int bare = 0;
        for (int i = 0; i < octets.length; i++) {
            if (bare(octets, i)) {
                bare++;
            }
        }
        if (bare == 0) {
            return octets;
        }
        ByteArrayOutputStream clean = new ByteArrayOutputStream(octets.length + bare);
        for (int i = 0; i < octets.length; i++) {
            if (bare(octets, i)) {
                clean.write('\r');
                clean.write('\n');
            } else {
                clean.write(octets[i]);
            }
        }
        return clean.toByteArray();
    }

    private static boolean bare(byte[] octets, int at) {
        return octets[at] == '\n' && (at == 0 || octets[at - 1] != '\r')
                || octets[at] == '\r' && (at + 1 == octets.length || octets[at + 1] != '\n');
    }
}
