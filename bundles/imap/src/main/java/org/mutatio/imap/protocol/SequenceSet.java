package org.mutatio.imap.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mutatio.api.store.UidRange;

/// Numbers of messages as the client wrote them, `*` unresolved; RFC 9051 section 9. Immutable.
public final class SequenceSet {
    /// `*` while it is not resolved.
    static final long LARGEST = 0;

    /// `$`: what the last SEARCH saved; RFC 9051 section 6.4.4.1.
    public static final SequenceSet SAVED = new SequenceSet(new long[0]);

    /// Pairs of first and last, in the order of the client.
    private final long[] pairs;

    private SequenceSet(long[] pairs) {
        this.pairs = pairs;
    }

    static final class Builder {
        private long[] pairs = new long[4];
        private int length;

        void add(long first, long last) {
            if (length > 0 && pairs[length - 2] == first && pairs[length - 1] == last) {
                return; // a megabyte of `1,1,1` is one number
            }
            // `1,2,3,4` is a range
            if (length > 0
                    && first == last
                    && first != LARGEST
                    && pairs[length - 1] == first - 1
                    && pairs[length - 1] != LARGEST
                    && pairs[length - 2] != LARGEST
                    && pairs[length - 2] <= pairs[length - 1]) {
                pairs[length - 1] = first;
                return;
            }
            if (length == pairs.length) {
                pairs = Arrays.copyOf(pairs, length * 2);
            }
            pairs[length++] = first;
            pairs[length++] = last;
        }

        SequenceSet build() {
            return new SequenceSet(Arrays.copyOf(pairs, length));
        }
    }

    /// Reads text such as `1:3,*`.
    ///
    /// @throws IllegalArgumentException when it is none
    public static SequenceSet parse(String text) {
        if (text.equals("$")) {
            return SAVED;
        }
        Builder builder = new Builder();
        int at = 0;
        while (true) {
            int end = text.indexOf(',', at);
            String item = end < 0 ? text.substring(at) : text.substring(at, end);
            int colon = item.indexOf(':');
            long first = number(colon < 0 ? item : item.substring(0, colon));
            builder.add(first, colon < 0 ? first : number(item.substring(colon + 1)));
            if (end < 0) {
                return builder.build();
            }
            at = end + 1;
        }
    }

    private static long number(String text) {
        if (text.equals("*")) {
            return LARGEST;
        }
        if (text.isEmpty() || text.length() > 10) {
            throw new IllegalArgumentException("not a number of a message: " + text);
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw new IllegalArgumentException("not a number of a message: " + text);
            }
            value = value * 10 + (c - '0');
        }
        if (value == 0 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("not a number of a message: " + text);
        }
        return value;
    }

    public boolean saved() {
        return this == SAVED;
    }

    /// Sorted, merged, `*` replaced; a range whose ends are swapped is the same range (RFC 9051 section 9).
    ///
    /// @param largest what `*` stands for; 0 when there is no message: then `*` names nothing
    public List<UidRange> resolve(long largest) {
        int count = 0;
        long[] sorted = new long[pairs.length / 2];
        for (int i = 0; i < pairs.length; i += 2) {
            long one = pairs[i] == LARGEST ? largest : pairs[i];
            long other = pairs[i + 1] == LARGEST ? largest : pairs[i + 1];
            long first = Math.min(one, other);
            long last = Math.max(one, other);
            if (last == 0) {
                continue;
            }
            // sorted by first with last in the low half: both fit into 32 bits
            sorted[count++] = (Math.max(first, 1) << 31 << 1 | last) + Long.MIN_VALUE; // unsigned order
        }
        Arrays.sort(sorted, 0, count);
        List<UidRange> merged = new ArrayList<>();
        long first = -1;
        long last = -1;
        for (int i = 0; i < count; i++) {
            long value = sorted[i] - Long.MIN_VALUE;
            long from = value >>> 32;
            long to = value & 0xFFFF_FFFFL;
            if (first >= 0 && from <= last + 1) {
                last = Math.max(last, to);
                continue;
            }
            if (first >= 0) {
                merged.add(new UidRange(first, last));
            }
            first = from;
            last = to;
        }
        if (first >= 0) {
            merged.add(new UidRange(first, last));
        }
        return merged;
    }

    /// Whether each item names at least one number from 1 to `size`: what message numbers must do (RFC 9051 section
    /// 9, seq-number). With no message at all only `*` is forgiven.
    public boolean within(long size) {
        for (int i = 0; i < pairs.length; i += 2) {
            long one = pairs[i] == LARGEST ? size : pairs[i];
            long other = pairs[i + 1] == LARGEST ? size : pairs[i + 1];
            boolean star = pairs[i] == LARGEST || pairs[i + 1] == LARGEST;
            if (Math.min(one, other) > size || size == 0 && !star) {
                return false;
            }
        }
        return true;
    }

    /// As the client wrote it, with `1,2,3` joined.
    @Override
    public String toString() {
        if (saved()) {
            return "$";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            text.append(i == 0 ? "" : ",").append(pairs[i] == LARGEST ? "*" : Long.toString(pairs[i]));
            if (pairs[i] != pairs[i + 1]) {
                text.append(':').append(pairs[i + 1] == LARGEST ? "*" : Long.toString(pairs[i + 1]));
            }
        }
        return text.toString();
    }
}
