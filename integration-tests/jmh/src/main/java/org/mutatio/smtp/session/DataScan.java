package org.mutatio.smtp.session;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.mutatio.jmh.Letters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The end of a message of 10 KB, in buffers of 8 KiB.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DataScan {
    private static final int BUFFER = 8 * 1024;

    private final byte[] data = (new String(Letters.of(10_240), StandardCharsets.US_ASCII).replace("\r\n.", "\r\n..")
                    + ".\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    /// @return octets of the message
    @Benchmark
    public long scan() {
        long[] taken = {0};
        MessageScanner scanner = new MessageScanner(true, BareLineEnds.REFUSE, (_, _, length) -> taken[0] += length);
        int at = 0;
        while (at < data.length && !scanner.ended()) {
            at = scanner.take(data, at, Math.min(at + BUFFER, data.length));
        }
        return scanner.ended() ? taken[0] : -1;
    }
}
