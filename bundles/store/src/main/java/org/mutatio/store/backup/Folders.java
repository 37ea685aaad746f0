package org.mutatio.store.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.mutatio.store.journal.Hashes;

/// Files copied so that they are whole and on the disk, or not there.
final class Folders {

    private Folders() {}

    /// Links a file, or copies it where that cannot be done; and hashes it.
    ///
    /// @return SHA-256 in hex
    static String bring(Path from, Path to, boolean link) throws IOException {
        Files.createDirectories(parent(to));
        if (link && linked(from, to)) {
            return sha256(to);
        }
        Path fresh = parent(to).resolve("." + to.getFileName() + ".new");
        String hash = copy(from, fresh);
        replace(fresh, to);
        return hash;
    }

    private static boolean linked(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
            return true;
        } catch (java.nio.file.FileAlreadyExistsException e) {
            Files.delete(to); // of a copy that was not finished
            return linked(from, to);
        } catch (java.nio.file.NoSuchFileException e) {
            throw e;
        } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
            return false; // another file system, or one that knows no links
        }
    }

    private static String copy(Path from, Path to) throws IOException {
        MessageDigest digest = Hashes.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(from), digest);
                OutputStream out = Files.newOutputStream(to)) {
            long _ = in.transferTo(out);
        }
        force(to);
        return HexFormat.of().formatHex(digest.digest());
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest = Hashes.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            long _ = in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static void replace(Path fresh, Path file) throws IOException {
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(parent(file));
    }

    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// The names in a folder and in those above it, up to the outermost and the one that holds it.
    static void forceUpTo(Path folder, Path outermost) throws IOException {
        Path at = folder;
        while (at.startsWith(outermost)) {
            force(at);
            at = parent(at);
        }
        force(at);
    }

    static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }
}
