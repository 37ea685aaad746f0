package org.mutatio.store.trace;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.Traces;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.event.StoredTrace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `data/trace/<day>/lines` has a line for each trace: mail id, where the trace lies, and the words one may search
/// for; `data/trace/<day>/refused` has the traces of what was not kept (length, then CBOR). Neither is forced or
/// waited for; their loss loses no mail. Retention is deleting a day's folder.
///
/// Threads: anybody offers, one thread writes; what does not fit into the queue, or into a gigabyte a day,
/// is only counted.
public final class LocalTraces implements Traces, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalTraces.class);
    private static final int MOST_WAITING = 4_096;
    private static final long MOST_OCTETS_A_DAY = 1L << 30;
    private static final String LINES = "lines";
    private static final String REFUSED = "refused";

    /// Reads the trace of a mail that was kept.
    @FunctionalInterface
    public interface Kept {
        Optional<Trace> find(MailId id) throws IOException;
    }

    /// @param octets the trace itself; null for one that lies in the journal
    @SuppressWarnings("ArrayRecordComponent") // octets of a format
    private record Waiting(String day, String line, byte @Nullable [] octets) {}

    private final Path folder;
    private final InstantSource clock;
    private final Duration retention;
    private final Kept kept;
    private final EventCodec codec;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean closing;
    private volatile long written;
    private final java.util.concurrent.atomic.AtomicLong offered = new java.util.concurrent.atomic.AtomicLong();

    public LocalTraces(Path folder, InstantSource clock, Duration retention, Kept kept, EventCodec codec)
            throws IOException {
        this.folder = folder;
        this.clock = clock;
        this.retention = retention;
        this.kept = kept;
        this.codec = codec;
        Files.createDirectories(folder);
        thread = Thread.ofPlatform().name("mutatio-store-traces").daemon().start(this::run);
    }

    /// The words of a trace that lies in the journal.
    public void index(Trace trace) {
        offer(new Waiting(day(trace.began()), line(trace, true), null));
    }

    @Override
    public void record(Trace trace) {
        ByteBuffer octets = codec.writeTrace(StoredTrace.of(trace));
        byte[] copy = new byte[octets.remaining()];
        octets.get(copy);
        offer(new Waiting(day(trace.began()), line(trace, false), copy));
    }

    private void offer(Waiting waiting) {
        if (closing || !queue.offer(waiting)) {
            dropped.increment();
        } else {
            offered.incrementAndGet();
        }
    }

    public long dropped() {
        return dropped.sum();
    }

    private static String day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC).toString();
    }

    /// `J` or `R`, mail id, epoch milliseconds, then words between tabs, lower case.
    private static String line(Trace trace, boolean journal) {
        StringBuilder line = new StringBuilder(journal ? "J\t" : "R\t");
        line.append(trace.id().text()).append('\t').append(trace.began().toEpochMilli());
        word(line, trace.messageId().orElse(""));
        word(line, trace.sender());
        word(line, trace.client());
        int most = 0;
        for (String recipient : trace.recipients()) {
            if (most++ < 1_000) {
                word(line, recipient);
            }
        }
        return line.append('\t').toString();
    }

    private static void word(StringBuilder line, String word) {
        line.append('\t');
        String plain = plain(word);
        for (int i = 0; i < plain.length() && i < 500; i++) {
            char c = plain.charAt(i);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
    }

    private static String plain(String word) {
        String trimmed = word.strip().toLowerCase(Locale.ROOT);
        return trimmed.length() > 2 && trimmed.startsWith("<") && trimmed.endsWith(">")
                ? trimmed.substring(1, trimmed.length() - 1)
                : trimmed;
    }

    private void run() {
        String day = "";
        OutputStream lines = OutputStream.nullOutputStream();
        DataOutputStream refused = new DataOutputStream(OutputStream.nullOutputStream());
        long octets = 0;
        try {
            while (!(closing && queue.isEmpty())) {
                Waiting next = queue.poll(100, TimeUnit.MILLISECONDS);
                if (next == null) {
                    lines.flush();
                    refused.flush();
                    written = offered.get();
                    continue;
                }
                try {
                    if (!next.day().equals(day)) {
                        lines.close();
                        refused.close();
                        Path today = Files.createDirectories(folder.resolve(next.day()));
                        lines = append(today.resolve(LINES));
                        octets = Files.exists(today.resolve(REFUSED)) ? Files.size(today.resolve(REFUSED)) : 0;
                        refused = new DataOutputStream(append(today.resolve(REFUSED)));
                        day = next.day();
                    }
                    String line = next.line();
                    byte[] trace = next.octets();
                    if (trace != null) {
                        if (octets > MOST_OCTETS_A_DAY) {
                            dropped.increment();
                            continue;
                        }
                        line += octets;
                        refused.writeInt(trace.length);
                        refused.write(trace);
                        octets += trace.length + 4L;
                    }
                    lines.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                    if (queue.isEmpty()) {
                        lines.flush();
                        refused.flush();
                        written = offered.get();
                    }
                } catch (IOException e) {
                    dropped.increment();
                    day = "";
                }
            }
            lines.close();
            refused.close();
        } catch (InterruptedException | IOException e) {
            LOG.warn("event=traces.writer-ended reason=\"{}\"", e.toString());
        }
    }

    private static OutputStream append(Path file) throws IOException {
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), 16 * 1024);
    }

    /// Lets the writer catch up with what was offered before, at most a second, so that one finds what one
    /// just caused.
    private void settle() {
        long wanted = offered.get();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (written < wanted && System.nanoTime() < end) {
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public Optional<Trace> find(MailId id) {
        try {
            Optional<Trace> mail = kept.find(id);
            if (mail.isPresent()) {
                return mail;
            }
            settle();
            // The id holds its own day; a long session may have begun the day before.
            for (int back = 0; back <= 1; back++) {
                Path day = folder.resolve(day(id.time().minus(Duration.ofDays(back))));
                List<Found> found = search(day, "R\t" + id.text() + "\t", Instant.EPOCH, 1);
                if (!found.isEmpty()) {
                    return Optional.of(read(day, found.getFirst().at()));
                }
            }
        } catch (IOException e) {
            LOG.warn("event=trace.unreadable id={} reason=\"{}\"", id, e.toString());
        }
        return Optional.empty();
    }

    private record Found(MailId id, boolean journal, long time, long at) {}

    @Override
    public List<Trace> find(Query query) {
        settle();
        List<Trace> traces = new ArrayList<>();
        String word = "\t" + plain(query.text()) + "\t";
        LocalDate last = LocalDate.ofInstant(query.since(), ZoneOffset.UTC);
        LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        while (!day.isBefore(last) && traces.size() < query.most()) {
            Path path = folder.resolve(day.toString());
            try {
                List<Found> found = new ArrayList<>(search(path, word, query.since(), query.most()));
                found.sort(Comparator.comparingLong(Found::time).reversed());
                for (Found one : found) {
                    if (traces.size() < query.most()) {
                        if (one.journal()) {
                            kept.find(one.id()).ifPresent(traces::add);
                        } else {
                            traces.add(read(path, one.at()));
                        }
                    }
                }
            } catch (IOException e) {
                LOG.warn("event=trace.unreadable day={} reason=\"{}\"", day, e.toString());
            }
            day = day.minusDays(1);
        }
        return traces;
    }

    /// The newest lines of a day that have the words.
    private static List<Found> search(Path day, String words, Instant since, int most) throws IOException {
        Path lines = day.resolve(LINES);
        if (!Files.exists(lines)) {
            return List.of();
        }
        java.util.ArrayDeque<Found> found = new java.util.ArrayDeque<>();
        try (BufferedReader reader = Files.newBufferedReader(lines, StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            while (line != null) {
                if (line.contains(words) && line.length() > 30 && MailId.valid(line.substring(2, 28))) {
                    int tab = line.indexOf('\t', 29);
                    long time = tab < 0 ? 0 : Long.parseLong(line, 29, tab, 10);
                    boolean journal = line.charAt(0) == 'J';
                    if (time >= since.toEpochMilli()) {
                        String at = line.substring(line.lastIndexOf('\t') + 1);
                        found.addLast(new Found(
                                new MailId(line.substring(2, 28)),
                                journal,
                                time,
                                journal || at.isEmpty() ? 0 : Long.parseLong(at)));
                        if (found.size() > most) {
                            found.removeFirst();
                        }
                    }
                }
                line = reader.readLine();
            }
        }
        return List.copyOf(found);
    }

    private Trace read(Path day, long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(day.resolve(REFUSED).toFile(), "r")) {
            file.seek(at);
            byte[] octets = new byte[Math.min(file.readInt(), 4 << 20)];
            file.readFully(octets);
            return codec.readTrace(octets).toTrace();
        }
    }

    /// Blanks the lines of mails that were erased, in place: the writer may be at the end of the file.
    public void blank(Set<String> mails) throws IOException {
        settle();
        try (Stream<Path> days = Files.list(folder)) {
            for (Path day : days.toList()) {
                Path lines = day.resolve(LINES);
                if (Files.exists(lines)) {
                    blank(lines, mails);
                }
            }
        }
    }

    private static void blank(Path lines, Set<String> mails) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(lines.toFile(), "rw")) {
            long at = 0;
            boolean changed = false;
            // Octets, not characters: what is written over must be as long.
            try (java.io.InputStream in =
                    new java.io.BufferedInputStream(Files.newInputStream(lines, StandardOpenOption.READ))) {
                java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
                for (int octet = in.read(); octet >= 0; octet = in.read()) {
                    if (octet != '\n') {
                        line.write(octet);
                        continue;
                    }
                    String text = line.toString(StandardCharsets.ISO_8859_1);
                    if (text.startsWith("J\t") && text.length() >= 28 && mails.contains(text.substring(2, 28))) {
                        file.seek(at);
                        file.write(" ".repeat(line.size()).getBytes(StandardCharsets.US_ASCII));
                        changed = true;
                    }
                    at += line.size() + 1L;
                    line.reset();
                }
            }
            if (changed) {
                file.getFD().sync();
            }
        }
    }

    /// Deletes the days that are older than the retention.
    public void dropOld() throws IOException {
        LocalDate oldest = LocalDate.ofInstant(clock.instant().minus(retention), ZoneOffset.UTC);
        try (Stream<Path> days = Files.list(folder)) {
            for (Path day : days.toList()) {
                if (String.valueOf(day.getFileName()).compareTo(oldest.toString()) < 0) {
                    Files.deleteIfExists(day.resolve(LINES));
                    Files.deleteIfExists(day.resolve(REFUSED));
                    Files.deleteIfExists(day);
                }
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
