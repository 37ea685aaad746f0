package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/// Files of which there is the old one or the new one after a kill or a power cut, never a part.
public final class WholeFile {

    private WholeFile() {}

    /// Written beside it, forced and renamed. Its folder is made when it is not there.
    public static void write(Path file, byte[] octets) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a root is no file");
        Files.createDirectories(folder);
        Path fresh = folder.resolve(file.getFileName() + ".new");
        Files.write(fresh, octets);
        force(fresh); // or a power cut could leave the name with nothing in it
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(folder);
    }

    /// A file's octets, or a folder's names, are on the disk when this returns.
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
