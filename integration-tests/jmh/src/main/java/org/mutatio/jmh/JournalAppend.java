package org.mutatio.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mutatio.store.journal.DiskFiles;
import org.mutatio.store.journal.Entry;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.Location;
import org.mutatio.store.journal.RecordType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// A batch of 32 records of 10 KB, with its force. Each iteration has a new journal.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class JournalAppend {
    private static final int RECORDS = 32;
    private static final long SEGMENT = 64L << 20;
    private static final byte[] LETTER = Letters.of(10_240);

    private @Nullable Path folder;
    private @Nullable Journal journal;

    @Setup(Level.Iteration)
    public void open() throws IOException {
        Path made = Files.createTempDirectory(Path.of(System.getProperty("jmh.folder", ".")), "journal");
        folder = made;
        journal = Journal.open(new DiskFiles(), made, SEGMENT, false);
    }

    @Benchmark
    public List<Location> append() throws IOException {
        if (journal == null) {
            throw new IllegalStateException("not open");
        }
        return journal.append(Stream.generate(() -> new Entry(
                        RecordType.MAIL_ACCEPTED,
                        1_796_083_200_000L,
                        ByteBuffer.allocate(600),
                        ByteBuffer.wrap(LETTER),
                        null))
                .limit(RECORDS)
                .toList());
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (journal == null || folder == null) {
            return;
        }
        journal.close();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(java.util.Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
