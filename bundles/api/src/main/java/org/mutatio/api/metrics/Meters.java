package org.mutatio.api.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/// A bundle's counters, gauges and histograms. Making a meter twice gives the same one. Beyond 1,000 series one named
/// `mutatio_series_dropped_total` counts instead, so that no label can eat the memory.
public final class Meters implements MeterSource {

    private static final int MOST_SERIES = 1_000;
    /// Upper bounds of the histograms' buckets, in seconds.
    private static final double[] BOUNDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
    };

    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();
    private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();

    /// Only grows.
    public static final class Counter {
        private final LongAdder count = new LongAdder();

        public void add() {
            count.increment();
        }

        public void add(long more) {
            count.add(more);
        }

        public long value() {
            return count.sum();
        }
    }

    /// Durations, in buckets.
    public static final class Histogram {
        private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
        private final LongAdder nanos = new LongAdder();

        private Histogram() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        public void observe(long elapsedNanos) {
            double seconds = elapsedNanos / 1e9;
            int at = 0;
            while (at < BOUNDS.length && seconds > BOUNDS[at]) {
                at++;
            }
            buckets[at].increment();
            nanos.add(elapsedNanos);
        }

        public long count() {
            long sum = 0;
            for (LongAdder bucket : buckets) {
                sum += bucket.sum();
            }
            return sum;
        }
    }

    /// @param labels pairs of name and value: `counter("mutatio_rejects_total", "stage", "rcpt")`
    public Counter counter(String name, String... labels) {
        String key = key(name, labels);
        Counter known = counters.get(key);
        if (known != null) {
            return known;
        }
        return room() ? counters.computeIfAbsent(key, _ -> new Counter()) : new Counter();
    }

    public Histogram histogram(String name, String... labels) {
        String key = key(name, labels);
        Histogram known = histograms.get(key);
        if (known != null) {
            return known;
        }
        return room() ? histograms.computeIfAbsent(key, _ -> new Histogram()) : new Histogram();
    }

    public void gauge(String name, DoubleSupplier value, String... labels) {
        if (room()) {
            gauges.put(key(name, labels), value);
        }
    }

    private boolean room() {
        if (counters.size() + gauges.size() + histograms.size() < MOST_SERIES) {
            return true;
        }
        dropped.increment();
        return false;
    }

    private static String key(String name, String... labels) {
        if (labels.length == 0) {
            return name;
        }
        StringBuilder key = new StringBuilder(name).append('{');
        for (int i = 0; i + 1 < labels.length; i += 2) {
            if (i > 0) {
                key.append(',');
            }
            key.append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1].replace("\"", "'"))
                    .append('"');
        }
        return key.append('}').toString();
    }

    @Override
    public List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        counters.forEach((key, counter) -> samples.add(sample(key, "", (double) counter.value())));
        gauges.forEach((key, gauge) -> samples.add(sample(key, "", gauge.getAsDouble())));
        histograms.forEach((key, histogram) -> {
            long sum = 0;
            for (int i = 0; i < BOUNDS.length; i++) {
                sum += histogram.buckets[i].sum();
                samples.add(bucket(key, String.valueOf(BOUNDS[i]), (double) sum));
            }
            sum += histogram.buckets[BOUNDS.length].sum();
            samples.add(bucket(key, "+Inf", (double) sum));
            samples.add(sample(key, "_count", (double) sum));
            samples.add(sample(key, "_sum", histogram.nanos.sum() / 1e9));
        });
        if (dropped.sum() > 0) {
            samples.add(new Sample("mutatio_series_dropped_total", "", (double) dropped.sum()));
        }
        return samples;
    }

    private static Sample sample(String key, String suffix, double value) {
        int brace = key.indexOf('{');
        return brace < 0
                ? new Sample(key + suffix, "", value)
                : new Sample(key.substring(0, brace) + suffix, key.substring(brace + 1, key.length() - 1), value);
    }

    private static Sample bucket(String key, String bound, double value) {
        Sample plain = sample(key, "_bucket", value);
        String le = "le=\"" + bound + "\"";
        return new Sample(plain.name(), plain.labels().isEmpty() ? le : plain.labels() + "," + le, value);
    }
}
