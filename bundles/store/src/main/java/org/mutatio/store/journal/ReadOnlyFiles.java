package org.mutatio.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The real file system, of which nothing is changed: what a start would cut off or delete only looks so from here.
/// Used by one thread.
public final class ReadOnlyFiles implements Files {
    private final Files disk = new DiskFiles();
    /// Length up to which a file is seen; 0 for one that would be deleted.
    private final Map<Path, Long> seen = new TreeMap<>();

    /// Octets that a start would cut off, by file.
    public Map<Path, Long> cut() throws IOException {
        Map<Path, Long> cut = new TreeMap<>();
        for (Map.Entry<Path, Long> file : seen.entrySet()) {
            long behind = disk.size(file.getKey()) - file.getValue();
            if (behind > 0) {
                cut.put(file.getKey(), behind);
            }
        }
        return cut;
    }

    @Override
    public Appender append(Path file, long length) {
        seen.put(file, length);
        return new Shut(file);
    }

    @Override
    public int read(Path file, long at, ByteBuffer into) throws IOException {
        Long length = seen.get(file);
        if (length == null || length - at >= into.remaining()) {
            return disk.read(file, at, into);
        }
        int limit = into.limit();
        into.limit(into.position() + (int) Math.max(0, length - at));
        int read = disk.read(file, at, into);
        into.limit(limit);
        return read;
    }

    @Override
    public long size(Path file) throws IOException {
        return Math.min(seen.getOrDefault(file, Long.MAX_VALUE), disk.size(file));
    }

    @Override
    public long modified(Path file) throws IOException {
        return disk.modified(file);
    }

    @Override
    public boolean exists(Path file) {
        return disk.exists(file);
    }

    @Override
    public String database(Path file) {
        return disk.database(file);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        return disk.list(folder);
    }

    @Override
    public void forceFolder(Path folder) {}

    @Override
    public void force(Path file) {}

    @Override
    public void createFolders(Path folder) {}

    @Override
    public void delete(Path file) {
        seen.put(file, 0L);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        throw readOnly(from);
    }

    private static IOException readOnly(Path file) {
        return new IOException(file + " is only read");
    }

    private record Shut(Path file) implements Appender {
        @Override
        public void write(List<ByteBuffer> octets) throws IOException {
            throw readOnly(file);
        }

        @Override
        public void force() throws IOException {
            throw readOnly(file);
        }

        @Override
        public void truncate(long length) throws IOException {
            throw readOnly(file);
        }

        @Override
        public void close() {}
    }
}
