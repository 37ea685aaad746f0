package org.mutatio.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// The zip as an administrator gets it, unpacked once for all tests.
final class Distribution {

    static final Path ROOT =
            Path.of(System.getProperty("project.root", "..")).toAbsolutePath().normalize();
    static final Path WORK = Path.of(System.getProperty("work", "target/work")).toAbsolutePath();
    private static final Path FOLDER = unpack();

    private Distribution() {}

    /// `.../mutatio-0.1.0`, with `bin/mutatio` in it.
    static Path folder() {
        return FOLDER;
    }

    static Path zip() {
        return Path.of(System.getProperty(
                "distribution.zip",
                ROOT.resolve("distribution/target/mutatio-0.1.0.zip").toString()));
    }

    private static Path unpack() {
        try {
            Path to = WORK.resolve("unpacked");
            delete(to);
            Files.createDirectories(to);
            try (InputStream file = Files.newInputStream(zip());
                    ZipInputStream in = new ZipInputStream(file)) {
                ZipEntry entry = in.getNextEntry();
                while (entry != null) {
                    Path target = to.resolve(entry.getName()).normalize();
                    if (!target.startsWith(to)) {
                        throw new IOException("entry leaves the folder: " + entry.getName());
                    }
                    if (entry.isDirectory()) {
                        Files.createDirectories(target);
                    } else {
                        Files.createDirectories(target.getParent());
                        Files.copy(in, target);
                        if (entry.getName().contains("/bin/")) {
                            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                        }
                    }
                    entry = in.getNextEntry();
                }
            }
            try (Stream<Path> tops = Files.list(to)) {
                List<Path> all = tops.toList();
                if (all.size() != 1) {
                    throw new IOException("the zip should hold one folder, not " + all);
                }
                return all.getFirst();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("no distribution: run mvn package first", e);
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
