package org.mutatio.store.recovery;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// What the files beside the journal say of the last run: `lock` (one process at a time; the kernel frees it with the
/// process), `running` (the boot id; absent after a clean stop), `halts` (times at which a failed write ended a run).
public final class Running implements AutoCloseable {

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final long TEN_MINUTES = 600_000;

    private final Path data;
    private final FileChannel channel;
    private final FileLock lock;
    private final boolean clean;
    private final boolean sameBoot;

    private Running(Path data, FileChannel channel, FileLock lock) throws IOException {
        this.data = data;
        this.channel = channel;
        this.lock = lock;
        Path marker = data.resolve("running");
        this.clean = !Files.exists(marker);
        String boot = bootId();
        this.sameBoot = clean
                || Files.readString(marker, StandardCharsets.US_ASCII).strip().equals(boot);
        Files.writeString(marker, boot + "\n", StandardCharsets.US_ASCII);
        force(marker);
        force(data);
    }

    /// @throws IOException another process has the data; says so
    public static Running begin(Path data) throws IOException {
        Files.createDirectories(data);
        FileChannel channel =
                FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("another store of this process uses " + data, e);
        }
        if (lock == null) {
            channel.close();
            throw new IOException("another server runs on " + data + "; stop it first, nothing was changed");
        }
        return new Running(data, channel, lock);
    }

    /// Whether the index can be trusted, without beginning a run.
    public static boolean trusted(Path data) throws IOException {
        Path marker = data.resolve("running");
        return !Files.exists(marker)
                || Files.readString(marker, StandardCharsets.US_ASCII).strip().equals(bootId());
    }

    private static String bootId() throws IOException {
        // macOS has none: every unclean stop then counts as a power cut, which is slower and safe.
        return Files.exists(BOOT_ID)
                ? Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip()
                : "unknown-" + ProcessHandle.current().pid();
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// The last run ended by itself.
    public boolean clean() {
        return clean;
    }

    /// No power cut and no kernel crash since the last run: the page cache is whole, the index can be
    /// trusted.
    public boolean sameBoot() {
        return sameBoot;
    }

    /// Notes that a failed write ends this run.
    public static void noteHalt(Path data, long now) throws IOException {
        List<String> lines = new ArrayList<>(halts(data));
        lines.add(Long.toString(now));
        while (lines.size() > 10) {
            lines.removeFirst();
        }
        Path file = data.resolve("halts");
        Files.write(file, lines, StandardCharsets.US_ASCII);
        force(file);
    }

    private static List<String> halts(Path data) throws IOException {
        Path file = data.resolve("halts");
        return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.US_ASCII) : List.of();
    }

    /// Three halts within ten minutes: the disk is not to be trusted with more.
    public static boolean readOnly(Path data, long now) throws IOException {
        return halts(data).stream()
                        .filter(line -> now - Long.parseLong(line) < TEN_MINUTES)
                        .count()
                >= 3;
    }

    /// `store verify` was run: writing may go on.
    public static void forgetHalts(Path data) throws IOException {
        Files.deleteIfExists(data.resolve("halts"));
    }

    /// A clean end: the next start trusts the index.
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(data.resolve("running"));
        force(data);
        lock.release();
        channel.close();
    }

    /// An end that is not clean: only the lock goes.
    public void abandon() throws IOException {
        lock.release();
        channel.close();
    }
}
