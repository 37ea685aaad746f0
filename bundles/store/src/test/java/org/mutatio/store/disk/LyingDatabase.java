package org.mutatio.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.mutatio.store.disk.LyingDisk.Step;

/// H2's files on a [LyingDisk]: `lying:/path` writes to `async:/path` and tells the disk whose folder holds it.
public final class LyingDatabase extends FilePathWrapper {

    static final String SCHEME = "lying";
    private static final Map<Path, LyingDisk> DISKS = new ConcurrentHashMap<>();

    static {
        FilePath.register(new LyingDatabase());
    }

    /// @return H2's name for a file of the disk
    static String name(Path file, Path root, LyingDisk disk) {
        DISKS.put(root.toAbsolutePath(), disk);
        return SCHEME + ":async:" + file.toAbsolutePath();
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        Path file = Path.of(name.substring((SCHEME + ":async:").length()));
        LyingDisk disk = DISKS.entrySet().stream()
                .filter(known -> file.startsWith(known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new IOException("no lying disk holds " + file));
        if (!mode.equals("r") && !getBase().exists()) {
            disk.step(new Step.Create(file));
        }
        return new Channel(disk, file, Objects.requireNonNull(getBase().open(mode)));
    }

    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // by position: as H2's own do
    private static final class Channel extends FileBaseDefault {
        private final LyingDisk disk;
        private final Path file;
        private final FileChannel real;

        Channel(LyingDisk disk, Path file, FileChannel real) {
            this.disk = disk;
            this.file = file;
            this.real = real;
        }

        @Override
        public int read(ByteBuffer into, long at) throws IOException {
            return real.read(into, at);
        }

        @Override
        public int write(ByteBuffer from, long at) throws IOException {
            byte[] octets = new byte[from.remaining()];
            from.duplicate().get(octets);
            disk.write(new Step.Write(file, at, octets), length -> {
                ByteBuffer left = ByteBuffer.wrap(octets, 0, length);
                while (left.hasRemaining()) {
                    int _ = real.write(left, at + left.position());
                }
            });
            from.position(from.limit());
            return octets.length;
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        protected void implTruncate(long length) throws IOException {
            disk.step(new Step.Truncate(file, length));
            FileChannel _ = real.truncate(length);
        }

        @Override
        public void force(boolean meta) throws IOException {
            disk.step(new Step.Force(file));
            real.force(meta);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return real.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            real.close();
        }
    }
}
