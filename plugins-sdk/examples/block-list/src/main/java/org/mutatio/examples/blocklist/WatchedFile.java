package org.mutatio.examples.blocklist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.mutatio.sdk.filter.FilterContext;

/// One file, looked at when it is asked for, at most once a second, and read again when its time or size changed. A
/// file that cannot be read any more, or has a wrong line, leaves what it said before in force.
///
/// The lock is held while the file is read, a call that finds it taken uses what is known. Only the very
/// first waits.
final class WatchedFile {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long MOST_OCTETS = 16 << 20;

    /// What was read, and from which state of the file.
    private record Known(Blocked blocked, Instant time, long size) {}

    private final Path path;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Known known;
    private volatile Instant looked = Instant.MIN;

    WatchedFile(Path path) {
        this.path = path;
    }

    /// @throws IOException the file was never read and cannot be
    Blocked current(FilterContext context) throws IOException {
        Known before = known;
        Instant now = context.now();
        boolean soon = !now.isBefore(looked) && Duration.between(looked, now).compareTo(PAUSE) < 0;
        if (before != null && soon) {
            return before.blocked();
        }
        if (before != null) {
            if (!reading.tryLock()) {
                return before.blocked();
            }
        } else {
            reading.lock();
        }
        try {
            looked = now;
            return look(context);
        } finally {
            reading.unlock();
        }
    }

    private Blocked look(FilterContext context) throws IOException {
        Known before = known;
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            Instant time = now.lastModifiedTime().toInstant();
            if (before != null && before.time().equals(time) && before.size() == now.size()) {
                return before.blocked();
            }
            if (now.size() > MOST_OCTETS) {
                throw new IOException(path + " has " + now.size() + " octets, at most " + MOST_OCTETS + " are read");
            }
            Blocked read = Blocked.parse(Files.readAllLines(path));
            known = new Known(read, time, now.size());
            context.note("read " + path + ": " + read.size() + " entries");
            return read;
        } catch (IOException | IllegalArgumentException wrong) {
            if (before == null) {
                throw new IOException("block list " + path + " cannot be used: " + wrong.getMessage(), wrong);
            }
            context.note("kept the former block list: " + wrong.getMessage());
            return before.blocked();
        }
    }
}
