package org.mutatio.mime;

import java.io.IOException;

/// Octets that are read at random: memory, a spool file, a rope in the store. Only
/// [Summary][org.mutatio.mime.structure.Summary] offsets are looked up in it.
public interface OctetSource {

    long size();

    /// Reads some octets.
    ///
    /// @param at offset of the first octet
    /// @return how many were read, at least 1; -1 when `at` is at the end or `length` is 0
    /// @throws IOException the medium failed
    int read(long at, byte[] into, int from, int length) throws IOException;

    /// Octets in memory; the array is not copied.
    static OctetSource of(byte[] octets) {
        return new OctetSource() {
            @Override
            public long size() {
                return octets.length;
            }

            @Override
            public int read(long at, byte[] into, int from, int length) {
                if (at < 0 || at >= octets.length || length <= 0) {
                    return -1;
                }
                int count = (int) Math.min(length, octets.length - at);
                System.arraycopy(octets, (int) at, into, from, count);
                return count;
            }
        };
    }

    /// The octets from `start` to `end`, as many as there are; meant for header blocks and small parts.
    ///
    /// @throws IOException the medium failed, or the range is longer than an array
    default byte[] slice(long start, long end) throws IOException {
        long wanted = Math.max(0, Math.min(end, size()) - start);
        if (wanted > Integer.MAX_VALUE - 16) {
            throw new IOException("a slice of " + wanted + " octets does not fit into memory");
        }
        byte[] octets = new byte[(int) wanted];
        int filled = 0;
        while (filled < octets.length) {
            int count = read(start + filled, octets, filled, octets.length - filled);
            if (count <= 0) {
                throw new IOException("octets end at " + (start + filled) + " instead of " + (start + wanted));
            }
            filled += count;
        }
        return octets;
    }
}
