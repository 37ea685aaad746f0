package org.mutatio.store.octets;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// The room for octets on their way in: an eighth of the heap in memory, else files in `data/spool`, which is emptied
/// at the start and needs no fsync.
public final class SpoolSpace {

    static final int IN_MEMORY = 64 * 1024;

    /// Begins the names of this process's files: a store that was replaced in place leaves messages on their way in,
    /// which the next one takes.
    private static final String PROCESS = ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(start -> start.toEpochMilli() + "-")
                    .orElse("");

    private final Path folder;
    private final long budget;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong number = new AtomicLong();
    /// Tells this store's files from those of the one before.
    private final String instance = Long.toHexString(System.nanoTime());

    public SpoolSpace(Path folder, long budget) throws IOException {
        this.folder = folder;
        this.budget = budget;
        Files.createDirectories(folder);
        try (DirectoryStream<Path> old = Files.newDirectoryStream(folder)) {
            for (Path file : old) {
                if (!String.valueOf(file.getFileName()).startsWith(PROCESS)) {
                    Files.delete(file);
                }
            }
        }
    }

    public LocalSpool open() {
        return new LocalSpool(this);
    }

    boolean reserve(int octets) {
        if (used.addAndGet(octets) <= budget) {
            return true;
        }
        used.addAndGet(-octets);
        return false;
    }

    void release(int octets) {
        used.addAndGet(-octets);
    }

    Path file() {
        return folder.resolve(PROCESS + instance + "-" + number.incrementAndGet() + ".spool");
    }

    public long inMemory() {
        return used.get();
    }
}
