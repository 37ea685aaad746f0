package org.mutatio.router.folder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.mutatio.toml.TomlFile;

/// The files `*.toml` of one folder; names that begin with a dot are editors' and ours in the making.
public final class PolicyFolder {

    private static final int MOST_FILES = 100_000;

    private final Path folder;

    public PolicyFolder(Path folder) {
        this.folder = folder;
    }

    public Path path() {
        return folder;
    }

    /// When, how large and which (inode) each file is: equal stamps mean equal files, as far as one sees from outside.
    ///
    /// @throws IOException the folder cannot be read: that is not the same as an empty one
    public Map<String, String> stamps() throws IOException {
        Map<String, String> stamps = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (!wanted(name)) {
                    continue;
                }
                if (stamps.size() >= MOST_FILES) { // to leave some out would be to refuse the mail of their domains
                    throw new IOException("there are more than " + MOST_FILES + " files in it");
                }
                try {
                    BasicFileAttributes seen = Files.readAttributes(entry, BasicFileAttributes.class);
                    if (!seen.isDirectory()) {
                        stamps.put(name, seen.lastModifiedTime().toMillis() + " " + seen.size() + " " + seen.fileKey());
                    }
                } catch (NoSuchFileException e) {
                    stamps.remove(name); // gone between listing and looking
                }
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        return stamps;
    }

    /// Octets by name.
    public Map<String, byte[]> read() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : stamps().keySet()) {
            try (InputStream from = Files.newInputStream(folder.resolve(name))) {
                files.put(name, from.readNBytes(TomlFile.MOST_OCTETS + 1));
            } catch (NoSuchFileException e) {
                files.remove(name); // gone between listing and reading
            }
        }
        return files;
    }

    static boolean wanted(String name) {
        return !name.startsWith(".") && name.toLowerCase(Locale.ROOT).endsWith(".toml");
    }

    /// Writes a file whole or not at all: a reader sees the old or the new octets, also after a crash.
    public void write(String name, String text) throws IOException {
        Files.createDirectories(folder);
        replace(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    public void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
        forceFolder(folder);
    }

    static void replace(Path file, byte[] octets) throws IOException {
        Path folder = java.util.Objects.requireNonNull(file.getParent());
        Path fresh = folder.resolve("." + file.getFileName() + ".new");
        try (var channel = java.nio.channels.FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var from = java.nio.ByteBuffer.wrap(octets);
            while (from.hasRemaining()) {
                channel.write(from);
            }
            channel.force(true);
        }
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            keepMode(file, fresh);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(folder);
    }

    private static void keepMode(Path from, Path to) throws IOException {
        try {
            Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
        } catch (UnsupportedOperationException e) {
            return; // no such file system: nothing to keep
        }
    }

    private static void forceFolder(Path folder) throws IOException {
        try (var channel = java.nio.channels.FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
