package org.mutatio.jmh;

import java.util.concurrent.TimeUnit;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Header, parts and summary of a message of 10 KB.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MimeScan {
    private final byte[] message = Letters.of(10_240);

    @Benchmark
    public Summary scan() {
        return StructureScanner.scan(message);
    }
}
