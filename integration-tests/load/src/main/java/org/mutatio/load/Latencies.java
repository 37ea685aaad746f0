package org.mutatio.load;

import java.util.Arrays;
import java.util.Locale;

/// Some measured times. For one thread.
final class Latencies {
    private long[] nanos = new long[64];
    private int count;

    void add(long value) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = value;
    }

    int count() {
        return count;
    }

    /// @param share 0.5 for the median
    double millis(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, (long) (count * share))] / 1e6;
    }

    /// Members of a JSON object whose names begin so.
    String json(String name) {
        return String.format(
                Locale.ROOT,
                "\"%s\":%d,\"%s_p50_ms\":%.1f,\"%s_p95_ms\":%.1f,\"%s_max_ms\":%.1f",
                name,
                count,
                name,
                millis(0.5),
                name,
                millis(0.95),
                name,
                millis(1));
    }
}
