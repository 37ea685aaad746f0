package org.mutatio.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/// The real file system.
public final class DiskFiles implements Files {

    @Override
    public Appender append(Path file, long length) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.size() > length) {
                channel.truncate(length);
                channel.force(true);
            }
            channel.position(length);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new ChannelAppender(channel);
    }

    @Override
    public int read(Path file, long at, ByteBuffer into) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int sum = 0;
            while (into.hasRemaining()) {
                int read = channel.read(into, at + sum);
                if (read < 0) {
                    break;
                }
                sum += read;
            }
            return sum;
        }
    }

    @Override
    public long size(Path file) throws IOException {
        return java.nio.file.Files.size(file);
    }

    @Override
    public long modified(Path file) throws IOException {
        return java.nio.file.Files.getLastModifiedTime(file).toMillis();
    }

    @Override
    public boolean exists(Path file) {
        return java.nio.file.Files.exists(file);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        java.nio.file.Files.deleteIfExists(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        java.nio.file.Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        java.nio.file.Files.createDirectories(folder);
    }

    /// Not `file:`: there an interrupted thread closes the channel for everybody (tried).
    @Override
    public String database(Path file) {
        return "async:" + file.toAbsolutePath();
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        try (Stream<Path> all = java.nio.file.Files.list(folder)) {
            return all.sorted().toList();
        } catch (NoSuchFileException _) {
            return List.of();
        }
    }

    private static final class ChannelAppender implements Appender {
        private final FileChannel channel;

        ChannelAppender(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(List<ByteBuffer> octets) throws IOException {
            ByteBuffer[] all = octets.toArray(ByteBuffer[]::new);
            int first = 0;
            while (first < all.length) {
                channel.write(all, first, Math.min(all.length - first, 1024));
                while (first < all.length && !all[first].hasRemaining()) {
                    first++;
                }
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void truncate(long length) throws IOException {
            channel.truncate(length);
            channel.position(length);
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
