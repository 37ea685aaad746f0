package org.mutatio.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Segments of records in `data/journal`.
///
/// Threads: [#append] belongs to the committer; reading is open to all. On disk at each step: [#append] writes the
/// batch with one gathering write, forces once and only then answers. A write that fails or is short is cut off again
/// and the cut is forced; if even that fails the segment is sealed where it was durable and the next batch begins
/// another. A force that fails leaves the state of the disk unknown: that ends the process ([ForceFailedException])
/// before any answer.
public final class Journal implements AutoCloseable {

    /// A frame and what headers mostly need, so that one opening of the file is enough.
    private static final int READ_AT_ONCE = 2_048;
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    static final int SEGMENT_HEADER = 64;
    private static final long SEGMENT_MAGIC = 0x4D55_5441_5449_4F31L; // MUTATIO1
    private static final byte[] ZERO = new byte[Frame.HASH];
    private static final short SKIPPED = 1;
    private static final int SALT_AT = 56;
    private static final int SCAN_BUFFER = 1 << 20;
    private static final String NEW = ".seg.new";

    /// The outcome of a force is not known.
    public static final class ForceFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        ForceFailedException(IOException cause) {
            super("fsync of the journal failed", cause);
        }
    }

    /// Something in the journal that cannot be read though more follows.
    ///
    /// @param afterSequence the last whole record before it
    /// @param beforeSequence the first whole record behind it: those between are lost
    /// @param end offset at which what can be read goes on
    public record Damage(
            String segment, long offset, long end, long afterSequence, long beforeSequence, String reason) {}

    /// Records that were damaged and set aside: known to be lost.
    ///
    /// @param end offset behind the hole
    /// @param afterSequence the last whole record before it
    /// @param beforeSequence the first whole record behind it
    public record Loss(String segment, long offset, long end, long afterSequence, long beforeSequence) {}

    private final Files files;
    private final Path folder;
    private final long segmentSize;
    /// First sequence of each segment to its file.
    private final NavigableMap<Long, Path> segments = new ConcurrentSkipListMap<>();
    /// Salt of each segment that was asked for.
    private final Map<Long, Integer> salts = new ConcurrentHashMap<>();
    private final List<Damage> damages = new ArrayList<>();
    /// By the sequence of the first record behind each.
    private final NavigableMap<Long, Loss> losses = new ConcurrentSkipListMap<>();
    private final SecureRandom random = new SecureRandom();

    private Files.@org.jspecify.annotations.Nullable Appender current;
    private long currentSegment;
    private long durable;
    private byte[] former = ZERO;
    private volatile long last;
    /// The record before which numbers were left out; 0: none. Its segment says so.
    private long skipping;

    private Journal(Files files, Path folder, long segmentSize) {
        this.files = files;
        this.folder = folder;
        this.segmentSize = segmentSize;
    }

    /// Opens the folder, finds the end, cuts a torn tail off, and forces what is there.
    ///
    /// @param powerCut the page cache was lost: of the last batch any part may be missing, also its beginning.
    ///     None of it
    ///     was answered, so all of it from its first bad place on is cut; without a power cut that is damage
    /// @throws NewerFormatException a record that this release does not know; nothing was touched
    public static Journal open(Files files, Path folder, long segmentSize, boolean powerCut) throws IOException {
        Journal journal = new Journal(files, folder, segmentSize);
        journal.open(powerCut);
        return journal;
    }

    private void open(boolean powerCut) throws IOException {
        files.createFolders(folder);
        for (Path file : files.list(folder)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(".seg")) {
                segments.put(HexFormat.fromHexDigitsToLong(name.substring(0, name.length() - 4)), file);
            } else if (name.endsWith(NEW)) {
                files.delete(file); // of a rewrite that was cut off
            }
        }
        if (segments.isEmpty()) {
            return;
        }
        // Only the last segment can have a torn tail; a last one without a whole header holds nothing
        // durable.
        while (!segments.isEmpty()) {
            long first = segments.lastKey();
            Path file = segment(first);
            if (files.size(file) >= SEGMENT_HEADER && headerGood(file, first)) {
                break;
            }
            if (files.size(file) > SEGMENT_HEADER) {
                throw new IOException(
                        "the header of the last segment " + file + " is damaged: move it away to go on without");
            }
            files.delete(file);
            files.forceFolder(folder);
            segments.remove(first);
        }
        if (segments.isEmpty()) {
            return;
        }
        long first = segments.lastKey();
        Path file = segment(first);
        if (powerCut) {
            cutTornBatch(first, file);
        }
        Tail tail = new Tail();
        long end = scanSegment(first, file, 0, tail::take);
        last = tail.sequence > 0 ? tail.sequence : first - 1;
        former = tail.hash != null ? tail.hash : headerFormer(file);
        current = files.append(file, end);
        currentSegment = first;
        durable = end;
        files.force(file);
        files.forceFolder(folder);
    }

    /// After a power cut: all good records behind a bad place belong to the batch that begins at or before it. A
    /// batch is only written once the one before it is durable, so that one was never answered.
    private void cutTornBatch(long first, Path file) throws IOException {
        Window window = new Window(first, file);
        long size = files.size(file);
        long at = SEGMENT_HEADER;
        long expected = first;
        Optional<Frame> good = whole(window, at, size, expected);
        while (good.isPresent()) {
            at += good.get().recordLength();
            expected = good.get().sequence() + 1;
            good = whole(window, at, size, expected);
        }
        long behind = findFrame(window, past(window, at, size), size, expected);
        boolean found = behind >= 0;
        while (behind >= 0) {
            if (window.frame(behind) instanceof Frame.Read.Good(Frame frame) && frame.batch() > expected) {
                return; // a later batch was begun: what is bad here was durable once
            }
            behind = findFrame(window, past(window, behind, size), size, expected);
        }
        if (found) {
            LOG.info("event=journal.batch-cut segment={} at={} after={}", file.getFileName(), at, expected - 1);
            files.append(file, at).close();
        }
    }

    /// The record there, when all of it is good.
    private static Optional<Frame> whole(Window window, long at, long size, long expected) throws IOException {
        return at + Frame.LENGTH <= size
                        && window.frame(at) instanceof Frame.Read.Good(Frame frame)
                        && frame.sequence() >= expected
                        && at + frame.recordLength() <= size
                        && (window.crc(at + Frame.LENGTH, frame.headerLength()) == frame.headerCrc()
                                        && window.crc(at + Frame.LENGTH + frame.headerLength(), frame.octetsLength())
                                                == frame.octetsCrc()
                                || window.standIn(at, frame).isPresent())
                ? Optional.of(frame)
                : Optional.empty();
    }

    /// Remembers the last record seen.
    private final class Tail {
        private long sequence;
        private byte @org.jspecify.annotations.Nullable [] hash;

        void take(JournalRecord record) throws IOException {
            sequence = record.sequence();
            ByteBuffer frame = ByteBuffer.allocate(Frame.LENGTH);
            files.read(segment(record.location().segment()), record.location().offset(), frame);
            hash = Hashes.sha256(frame.flip());
        }
    }

    private Path segment(long first) throws IOException {
        Path file = segments.get(first);
        if (file == null) {
            throw new IOException("segment " + first + " is not there any more");
        }
        return file;
    }

    /// A segment's first octets; zeros behind the end of a short file.
    private ByteBuffer header(Path file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(SEGMENT_HEADER);
        files.read(file, 0, header);
        return header.clear();
    }

    private boolean headerGood(Path file, long first) throws IOException {
        ByteBuffer header = header(file);
        return header.getLong(0) == SEGMENT_MAGIC
                && header.getLong(16) == first
                && header.getInt(SEGMENT_HEADER - 4)
                        == Frame.crc(header.duplicate().limit(SEGMENT_HEADER - 4));
    }

    private byte[] headerFormer(Path file) throws IOException {
        byte[] hash = new byte[Frame.HASH];
        header(file).get(24, hash);
        return hash;
    }

    /// Sequence of the last durable record; 0 when there is none.
    public long last() {
        return last;
    }

    /// First sequence that is still kept; 1 at the beginning.
    public long firstKept() {
        return segments.isEmpty() ? 1 : segments.firstKey();
    }

    public List<Damage> damages() {
        synchronized (damages) {
            return List.copyOf(damages);
        }
    }

    /// Closes the segment that is being written, so that all records lie in closed ones. By the thread that appends.
    public void closeSegment() throws IOException {
        if (current != null && durable > SEGMENT_HEADER) {
            Files.Appender _ = roll();
        }
    }

    /// Goes on above a number, in a segment of its own: after a restore no number is handed out twice. By the thread
    /// that appends.
    public void skipTo(long sequence) throws IOException {
        long before = last;
        if (before < sequence) {
            if (current == null && !segments.isEmpty()) {
                // Sealed: a refused batch may lie at its end, whose numbers are known for that by the next segment's.
                Files.Appender _ = roll();
            }
            last = sequence;
            skipping = sequence + 1;
            try {
                Files.Appender _ = roll();
            } catch (IOException e) {
                last = before;
                skipping = 0;
                throw e;
            }
        }
    }

    /// Whether the numbers before a sequence were skipped on purpose.
    public boolean skipped(long sequence) throws IOException {
        Path file = segments.get(sequence);
        if (file == null) {
            return false;
        }
        return header(file).getShort(10) == SKIPPED;
    }

    private int salt(long segment) throws IOException {
        Integer known = salts.get(segment);
        if (known == null) {
            known = header(segment(segment)).getInt(SALT_AT);
            salts.put(segment, known);
        }
        return known;
    }

    private boolean missing(@org.jspecify.annotations.Nullable Long following, long expected) throws IOException {
        return following != null && following > expected && !skipped(following);
    }

    /// Appends a batch and makes it durable.
    ///
    /// @return where each record begins, in order; their sequences are `last() - n + 1` to `last()`
    ///     afterwards
    /// @throws ForceFailedException end the process
    /// @throws IOException nothing of the batch was kept
    public List<Location> append(List<Entry> batch) throws IOException {
        Files.Appender appender = current;
        if (appender == null || durable >= segmentSize) {
            appender = roll();
        }
        List<ByteBuffer> octets = new ArrayList<>(batch.size() * 3);
        List<Location> locations = new ArrayList<>(batch.size());
        long sequence = last;
        long at = durable;
        byte[] hash = former;
        for (Entry entry : batch) {
            if (at + entry.length() > Integer.MAX_VALUE) {
                throw new IOException("a batch larger than a segment can hold");
            }
            ByteBuffer known = entry.octetsSha256();
            byte[] octetsHash = new byte[Frame.HASH];
            if (known != null) {
                known.duplicate().get(octetsHash);
            } else {
                octetsHash = Hashes.sha256(entry.octets());
            }
            Frame frame = new Frame(
                    ++sequence,
                    entry.type(),
                    entry.time(),
                    entry.header().remaining(),
                    entry.octets().remaining(),
                    Frame.crc(entry.header().duplicate()),
                    Frame.crc(entry.octets().duplicate()),
                    Hashes.sha256(entry.header()),
                    octetsHash,
                    hash,
                    locations.size());
            ByteBuffer head = ByteBuffer.allocate(Frame.LENGTH);
            frame.write(head, salt(currentSegment));
            head.flip();
            hash = Hashes.sha256(head);
            octets.add(head);
            octets.add(entry.header().duplicate());
            if (entry.octets().hasRemaining()) {
                octets.add(entry.octets().duplicate());
            }
            locations.add(new Location(currentSegment, (int) at));
            at += entry.length();
        }
        try {
            appender.write(octets);
        } catch (IOException e) {
            cutBack(appender);
            throw e;
        }
        try {
            appender.force();
        } catch (IOException e) {
            throw new ForceFailedException(e);
        }
        durable = at;
        former = hash;
        last = sequence;
        return locations;
    }

    private void cutBack(Files.Appender appender) throws IOException {
        try {
            appender.truncate(durable);
        } catch (IOException e) {
            // Sealed where it was durable: nothing is ever appended behind a torn record.
            LOG.warn("event=segment.sealed segment={} at={} reason=\"{}\"", currentSegment, durable, e.toString());
            current = null;
            appender.close();
        }
    }

    private Files.Appender roll() throws IOException {
        Files.Appender old = current;
        long first = last + 1;
        Path file = folder.resolve(HexFormat.of().toHexDigits(first) + ".seg");
        if (segments.containsKey(first)) {
            // A segment that was sealed before its first record: its name is taken; it holds nothing but its mark.
            if (skipped(first)) {
                skipping = first;
            }
            files.delete(file);
            Path _ = segments.remove(first);
            Object _ = salts.remove(first);
        }
        Files.Appender appender = files.append(file, 0);
        int salt = random.nextInt() | 1; // never 0
        try {
            ByteBuffer header = ByteBuffer.allocate(SEGMENT_HEADER);
            header.putLong(SEGMENT_MAGIC)
                    .putShort((short) 1)
                    .putShort(skipping == first ? SKIPPED : 0)
                    .putInt(0);
            header.putLong(first).put(former).putInt(salt);
            header.putInt(
                    SEGMENT_HEADER - 4, Frame.crc(header.duplicate().flip().limit(SEGMENT_HEADER - 4)));
            appender.write(List.of(header.clear()));
        } catch (IOException e) {
            withdraw(appender, file, e);
            throw e;
        }
        try {
            appender.force();
            files.forceFolder(folder);
        } catch (IOException e) {
            appender.close();
            throw new ForceFailedException(e);
        }
        if (old != null) {
            old.close();
        }
        segments.put(first, file);
        salts.put(first, salt);
        current = appender;
        currentSegment = first;
        durable = SEGMENT_HEADER;
        return appender;
    }

    /// Takes a segment away that could not be begun: were it to lie there while the one before it goes on, the next
    /// start would take that one's records for those of a refused batch.
    private void withdraw(Files.Appender appender, Path file, IOException cause) throws ForceFailedException {
        try {
            appender.close();
            files.delete(file);
        } catch (IOException e) {
            cause.addSuppressed(e);
            throw new ForceFailedException(cause);
        }
    }

    /// All records from a sequence on, in order. A bad place with valid records behind it is damage: noted,
    /// passed over.
    ///
    /// @throws NewerFormatException a record that this release does not know
    public void scan(long from, JournalRecord.Visitor visitor) throws IOException {
        Long start = segments.floorKey(from);
        for (var segment : segments.tailMap(start == null ? 0L : start, true).entrySet()) {
            scanSegment(segment.getKey(), segment.getValue(), from, visitor);
        }
    }

    /// All records of one segment.
    public void scanSegment(long first, JournalRecord.Visitor visitor) throws IOException {
        long _ = scanSegment(first, segment(first), 0, visitor);
    }

    /// @return the end of the last whole record
    private long scanSegment(long first, Path file, long from, JournalRecord.Visitor visitor) throws IOException {
        // Before the size is read: a segment that is rolled away from meanwhile may still be growing now.
        Long following = segments.higherKey(first);
        long size = files.size(file);
        Window window = new Window(first, file);
        long at = SEGMENT_HEADER;
        long expected = first;
        while (at + Frame.LENGTH <= size) {
            Frame.Read read = window.frame(at);
            if (read instanceof Frame.Read.Unknown(int version, int type)) {
                throw new NewerFormatException("record type " + type + " of format " + version + " in " + file
                        + " is of a newer release: start that one; nothing was changed");
            }
            Optional<Hole> hole = read instanceof Frame.Read.Bad ? window.hole(at) : Optional.empty();
            if (hole.isPresent() && at + hole.get().length() <= size) {
                lose(new Loss(
                        String.valueOf(file.getFileName()),
                        at,
                        at + hole.get().length(),
                        expected - 1,
                        hole.get().before()));
                expected = hole.get().before();
                at += hole.get().length();
                continue;
            }
            String reason = "";
            if (read instanceof Frame.Read.Good(Frame frame)) {
                // Of a batch that was refused and could not be cut off: its numbers are the next segment's.
                if (following != null && frame.sequence() >= following) {
                    return at;
                }
                if (at + frame.recordLength() <= size && frame.sequence() >= expected) {
                    // Copied before the octets are read: those may lie in the window that takes this one's place.
                    ByteBuffer header = copy(window.at(at + Frame.LENGTH, frame.headerLength()));
                    boolean headerGood = Frame.crc(header.duplicate()) == frame.headerCrc();
                    boolean octetsGood = window.crc(at + Frame.LENGTH + frame.headerLength(), frame.octetsLength())
                            == frame.octetsCrc();
                    Optional<JournalRecord.Header> found = headerGood && octetsGood
                            ? Optional.of(new JournalRecord.Header(header, false))
                            : window.standIn(at, frame).map(standing -> new JournalRecord.Header(standing, true));
                    if (found.isPresent()) {
                        if (frame.sequence() >= from) {
                            visitor.visit(new JournalRecord(frame, new Location(first, (int) at), found.get()));
                        }
                        expected = frame.sequence() + 1;
                        at += frame.recordLength();
                        continue;
                    }
                    reason = headerGood ? "octets damaged" : "header damaged";
                } else {
                    reason = "record longer than its segment, or out of order";
                }
            } else if (read instanceof Frame.Read.Bad(String why)) {
                reason = why;
            }
            long next = findFrame(window, past(window, at, size), size, expected);
            if (next >= 0
                    && following != null
                    && window.frame(next) instanceof Frame.Read.Good(Frame behind)
                    && behind.sequence() >= following) {
                next = -1; // what follows is of a refused batch, too: all of it is the tail
            }
            String name = String.valueOf(file.getFileName());
            if (next < 0) {
                // A torn tail; a sealed segment has one too, and then the next goes on where it was durable.
                if (missing(following, expected)) {
                    note(new Damage(name, at, size, expected - 1, Objects.requireNonNull(following), reason));
                }
                return at;
            }
            if (window.frame(next) instanceof Frame.Read.Good(Frame found)) {
                note(new Damage(name, at, next, expected - 1, found.sequence(), reason));
            }
            at = next;
        }
        if (missing(following, expected)) {
            String name = String.valueOf(file.getFileName());
            note(new Damage(name, at, size, expected - 1, Objects.requireNonNull(following), "its end is missing"));
        }
        return at;
    }

    private void lose(Loss loss) {
        Object _ = losses.put(loss.beforeSequence(), loss);
    }

    /// What was set aside, as far as it was read by now.
    public List<Loss> losses() {
        return List.copyOf(losses.values());
    }

    /// Whether the records directly before a sequence were set aside.
    public boolean lost(long sequence) {
        return losses.containsKey(sequence);
    }

    /// Puts a hole in the place of damaged records of a closed segment. The segment is written anew beside itself and
    /// then takes its own name, so that hard links of it (backups) stay as they are, and a crash leaves
    /// the old one or the new one. Places of other records stay.
    ///
    /// @param aside file that keeps the segment as it was
    /// @throws IOException it cannot be done: says why, nothing was changed
    public void setAside(Damage damage, Path aside) throws IOException {
        long first = HexFormat.fromHexDigitsToLong(
                damage.segment().substring(0, damage.segment().length() - 4));
        Path file = segment(first);
        if (segments.higherKey(first) == null) {
            throw new IOException("segment " + damage.segment() + " is still written to");
        }
        long size = files.size(file);
        boolean tail = damage.end() >= size;
        long length = tail ? Math.max(Frame.LENGTH, size - damage.offset()) : damage.end() - damage.offset();
        if (length < Frame.LENGTH) {
            throw new IOException("the bad place of segment " + damage.segment() + " at " + damage.offset()
                    + " is too small to be marked");
        }
        if (!java.nio.file.Files.exists(aside)) {
            files.createFolders(Objects.requireNonNull(aside.getParent()));
            Path _ = java.nio.file.Files.copy(file, aside);
            files.force(aside);
            files.forceFolder(Objects.requireNonNull(aside.getParent()));
        }
        Hole hole = new Hole(damage.afterSequence(), damage.beforeSequence(), length);
        rewrite(file, List.of(new Patch(damage.offset(), length, hole.mark(salt(first)))));
        synchronized (damages) {
            boolean _ = damages.remove(damage);
        }
        lose(new Loss(
                damage.segment(),
                damage.offset(),
                damage.offset() + length,
                damage.afterSequence(),
                damage.beforeSequence()));
    }

    /// Other octets for a part of a segment: some, and zeros.
    record Patch(long offset, long length, ByteBuffer octets) {}

    /// @param patches by ascending offsets
    private void rewrite(Path file, List<Patch> patches) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        files.delete(fresh);
        long size = files.size(file);
        try (Files.Appender to = files.append(fresh, 0)) {
            long at = 0;
            for (Patch patch : patches) {
                copy(file, at, patch.offset(), to);
                to.write(List.of(patch.octets().duplicate()));
                zeros(patch.length() - patch.octets().remaining(), to);
                at = patch.offset() + patch.length();
            }
            copy(file, at, size, to);
            to.force();
        }
        // The time says when its records were written: traces are kept by it.
        Path _ = java.nio.file.Files.setLastModifiedTime(
                fresh, java.nio.file.attribute.FileTime.fromMillis(files.modified(file)));
        files.force(fresh);
        files.rename(fresh, file);
        files.forceFolder(Objects.requireNonNull(file.getParent()));
    }

    /// A record whose parts are to be blanked.
    ///
    /// @param standIn header that is there instead
    public record Blank(Location location, long sequence, ByteBuffer standIn) {}

    /// Blanks both parts of records of one closed segment, which is written anew beside itself and then takes
    /// its own name: hard links of it (backups) stay as they are, a crash leaves the old one or the new one.
    /// Places, frames and the time of the file stay. Only what an event Erased names may be blanked.
    ///
    /// @return whether there was something to blank
    public boolean blank(long first, List<Blank> blanks) throws IOException {
        if (segments.higherKey(first) == null) {
            throw new IOException("segment " + first + " is still written to");
        }
        return blank(segment(first), blanks);
    }

    /// The same in a copy of a segment; records that are not there as the segment had them are left.
    public boolean blank(Path file, List<Blank> blanks) throws IOException {
        int salt = header(file).getInt(SALT_AT);
        StandIn.Reading reading = reading(file);
        long size = files.size(file);
        List<Patch> patches = new ArrayList<>();
        for (Blank blank : blanks.stream()
                .sorted(java.util.Comparator.comparingInt(
                        blank -> blank.location().offset()))
                .toList()) {
            long at = blank.location().offset();
            if (at + Frame.LENGTH > size
                    || !(Frame.read(reading.at(at, Frame.LENGTH), salt) instanceof Frame.Read.Good(Frame frame))
                    || frame.sequence() != blank.sequence()
                    || at + frame.recordLength() > size
                    || StandIn.read(reading, at + Frame.LENGTH, frame, salt).isPresent()) {
                continue;
            }
            long room = frame.recordLength() - Frame.LENGTH;
            if (StandIn.length(blank.standIn()) > room) {
                throw new IOException("record " + frame.sequence() + " is too small for what is to stand in for it");
            }
            patches.add(new Patch(at + Frame.LENGTH, room, StandIn.octets(salt, frame.sequence(), blank.standIn())));
        }
        if (!patches.isEmpty()) {
            rewrite(file, patches);
        }
        return !patches.isEmpty();
    }

    private void copy(Path file, long from, long to, Files.Appender into) throws IOException {
        for (long at = from; at < to; ) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(SCAN_BUFFER, to - at));
            int read = files.read(file, at, buffer);
            if (read <= 0) {
                throw new IOException(file + " ends at " + at + " instead of " + to);
            }
            into.write(List.of(buffer.flip()));
            at += read;
        }
    }

    private static void zeros(long length, Files.Appender into) throws IOException {
        for (long left = length; left > 0; ) {
            int step = (int) Math.min(SCAN_BUFFER, left);
            into.write(List.of(ByteBuffer.allocate(step)));
            left -= step;
        }
    }

    private void note(Damage damage) {
        synchronized (damages) {
            if (!damages.contains(damage) && damages.size() < 10_000) {
                damages.add(damage);
                LOG.error(
                        "event=journal.damage segment={} offset={} after={} before={} reason=\"{}\"",
                        damage.segment(),
                        damage.offset(),
                        damage.afterSequence(),
                        damage.beforeSequence(),
                        damage.reason());
            }
        }
    }

    /// From where on to search for what follows a bad place: behind the record when its frame says how long it is (what
    /// a mail holds is not searched for records), else from the next octet on.
    private static long past(Window window, long at, long size) throws IOException {
        return at + Frame.LENGTH <= size && window.frame(at) instanceof Frame.Read.Good(Frame frame)
                ? at + frame.recordLength()
                : at + 1;
    }

    /// The next whole record behind a bad place; -1: none, so the bad place is a tail.
    private static long findFrame(Window window, long from, long size, long expected) throws IOException {
        for (long at = from; at + Frame.LENGTH <= size; at++) {
            ByteBuffer octets = window.at(at, 4);
            if (octets.getInt(octets.position()) == Frame.MAGIC
                    && window.frame(at) instanceof Frame.Read.Good(Frame frame)
                    && frame.sequence() >= expected
                    && at + frame.recordLength() <= size
                    && (window.crc(at + Frame.LENGTH, frame.headerLength()) == frame.headerCrc()
                            || window.standIn(at, frame).isPresent())) {
                return at;
            }
        }
        return -1;
    }

    private static ByteBuffer copy(ByteBuffer octets) {
        ByteBuffer copy = ByteBuffer.allocate(octets.remaining());
        copy.put(octets.duplicate());
        return copy.flip();
    }

    private StandIn.Reading reading(Path file) {
        return (offset, length) -> {
            ByteBuffer octets = ByteBuffer.allocate(length);
            files.read(file, offset, octets);
            return octets.flip();
        };
    }

    /// A sliding view of a file, for scanning. What it gives is good until it is asked again.
    private final class Window {
        private final Path file;
        private final int salt;
        private ByteBuffer buffer = ByteBuffer.allocate(SCAN_BUFFER).limit(0);
        private long start;

        Window(long segment, Path file) throws IOException {
            this.file = file;
            this.salt = salt(segment);
        }

        Frame.Read frame(long offset) throws IOException {
            return Frame.read(at(offset, Frame.LENGTH), salt);
        }

        Optional<Hole> hole(long offset) throws IOException {
            return Hole.read(at(offset, Hole.MARK), salt);
        }

        /// What stands in for the header of a record whose parts were blanked. Read from the file, not from here: it
        /// may have been blanked since the window was filled.
        Optional<ByteBuffer> standIn(long offset, Frame frame) throws IOException {
            return StandIn.read(reading(file), offset + Frame.LENGTH, frame, salt);
        }

        ByteBuffer at(long offset, int length) throws IOException {
            if (offset < start || offset + length > start + buffer.limit()) {
                if (length > buffer.capacity()) {
                    buffer = ByteBuffer.allocate(length);
                }
                buffer.clear();
                start = offset;
                files.read(file, offset, buffer);
                buffer.flip();
            }
            int from = (int) (offset - start);
            return buffer.duplicate().position(from).limit(Math.min(buffer.limit(), from + length));
        }

        int crc(long offset, long length) throws IOException {
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            long left = length;
            long at = offset;
            while (left > 0) {
                int step = (int) Math.min(left, SCAN_BUFFER);
                ByteBuffer part = at(at, step);
                if (part.remaining() < step) {
                    return ~(int) crc.getValue();
                }
                crc.update(part);
                at += step;
                left -= step;
            }
            return (int) crc.getValue();
        }
    }

    /// Reads one record's frame and header; checks both.
    public JournalRecord read(Location location) throws IOException {
        Path file = file(location);
        ByteBuffer begin = ByteBuffer.allocate(READ_AT_ONCE);
        files.read(file, location.offset(), begin);
        begin.flip();
        if (begin.remaining() < Frame.LENGTH
                || !(Frame.read(begin, salt(location.segment())) instanceof Frame.Read.Good(Frame frame))) {
            throw new IOException("damaged frame at " + describe(location));
        }
        ByteBuffer header;
        if (frame.headerLength() <= begin.remaining() - Frame.LENGTH) {
            header = begin.slice(Frame.LENGTH, frame.headerLength());
        } else {
            header = ByteBuffer.allocate(frame.headerLength());
            files.read(file, location.offset() + (long) Frame.LENGTH, header);
            header.flip();
        }
        if (Frame.crc(header.duplicate()) == frame.headerCrc()) {
            return new JournalRecord(frame, location, new JournalRecord.Header(header, false));
        }
        ByteBuffer standing = StandIn.read(
                        reading(file), location.offset() + (long) Frame.LENGTH, frame, salt(location.segment()))
                .orElseThrow(() ->
                        new IOException("damaged header of record " + frame.sequence() + " at " + describe(location)));
        return new JournalRecord(frame, location, new JournalRecord.Header(standing, true));
    }

    /// A record's second part.
    ///
    /// @throws IOException it is damaged, was erased, or its segment is gone
    public ByteBuffer octets(JournalRecord record) throws IOException {
        if (record.blanked()) {
            throw new IOException("record " + record.sequence() + " was erased");
        }
        ByteBuffer octets = ByteBuffer.allocate(record.octetsLength());
        files.read(file(record.location()), record.octetsAt(), octets);
        octets.flip();
        if (Frame.crc(octets.duplicate()) != record.octetsCrc()) {
            throw new IOException("damaged octets of record " + record.sequence());
        }
        return octets;
    }

    /// The file that holds a location.
    public Path file(Location location) throws IOException {
        return segment(location.segment());
    }

    /// The file of a segment.
    public Path segmentFile(long first) throws IOException {
        return segment(first);
    }

    private static String describe(Location location) {
        return HexFormat.of().toHexDigits(location.segment()) + ".seg:" + location.offset();
    }

    /// Closed segments with the range of sequences in each, oldest first; the one being written is not
    /// among them.
    public List<Closed> closed() {
        List<Closed> closed = new ArrayList<>();
        Long previous = null;
        for (Long first : segments.keySet()) {
            if (previous != null) {
                closed.add(new Closed(previous, first - 1));
            }
            previous = first;
        }
        return closed;
    }

    /// @param first sequence of its first record
    /// @param last sequence of its last record
    public record Closed(long first, long last) {}

    /// When a closed segment was last written: none of its records is younger.
    public long youngest(long first) throws IOException {
        return files.modified(segment(first));
    }

    /// Reads all records up to a sequence and checks what a plain scan does not: the SHA-256 of both parts and the
    /// chain from frame to frame.
    ///
    /// @param problems told each that is found
    public void verifyChain(long upTo, JournalRecord.Visitor visitor, java.util.function.Consumer<String> problems)
            throws IOException {
        byte[][] expected = new byte[1][];
        scan(firstKept(), record -> {
            if (record.sequence() > upTo) {
                return;
            }
            Path file = segment(record.location().segment());
            ByteBuffer octets = ByteBuffer.allocate(Frame.LENGTH);
            files.read(file, record.location().offset(), octets);
            octets.flip();
            byte[] hash = Hashes.sha256(octets);
            if (Frame.read(octets, salt(record.location().segment())) instanceof Frame.Read.Good(Frame frame)) {
                byte[] wanted = expected[0];
                if (wanted != null && !lost(record.sequence()) && !Frame.same(wanted, frame.former())) {
                    problems.accept("record " + record.sequence() + " does not name the frame before it");
                }
                if (record.blanked()) {
                    if (!zeros(
                            file,
                            record.location().offset() + Frame.LENGTH + StandIn.length(record.header()),
                            record.end())) {
                        problems.accept("record " + record.sequence() + " was erased and is not blank");
                    }
                } else if (!Frame.same(Hashes.sha256(record.header()), frame.headerSha256())) {
                    problems.accept("record " + record.sequence() + ": hash of the header is wrong");
                }
                if (!record.blanked()
                        && !Frame.same(hash(file, record.octetsAt(), record.octetsLength()), frame.octetsSha256())) {
                    problems.accept("record " + record.sequence() + ": hash of the octets is wrong");
                }
            }
            expected[0] = hash;
            visitor.visit(record);
        });
    }

    private boolean zeros(Path file, long from, long to) throws IOException {
        for (long at = from; at < to; ) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(SCAN_BUFFER, to - at));
            if (files.read(file, at, buffer) < buffer.capacity()) {
                return false;
            }
            if (buffer.flip().mismatch(ByteBuffer.allocate(buffer.remaining())) >= 0) {
                return false;
            }
            at += buffer.capacity();
        }
        return true;
    }

    private byte[] hash(Path file, long at, long length) throws IOException {
        java.security.MessageDigest digest = Hashes.sha256();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(length, SCAN_BUFFER));
        long left = length;
        while (left > 0) {
            buffer.clear().limit((int) Math.min(left, buffer.capacity()));
            int read = files.read(file, at + length - left, buffer);
            if (read <= 0) {
                break;
            }
            digest.update(buffer.flip());
            left -= read;
        }
        return digest.digest();
    }

    /// Deletes a closed segment that nobody needs any more.
    public void delete(long first) throws IOException {
        Path file = segments.get(first);
        if (file != null && first != currentSegment) {
            segments.remove(first);
            Object _ = salts.remove(first);
            files.delete(file);
            files.forceFolder(folder);
        }
    }

    @Override
    public void close() throws IOException {
        Files.Appender appender = current;
        current = null;
        if (appender != null) {
            appender.close();
        }
    }
}
