package org.mutatio.store.port;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/// Names and addresses as names of files: whatever somebody called his mailbox, it stays below the folder, and a
/// server without a UTF-8 locale can write it.
final class FileNames {
    private static final int LONGEST = 240;

    private FileNames() {}

    /// Printable ASCII but `/`, `\`, `%` and a first dot stands for itself, all else is `%XX` of its UTF-8.
    ///
    /// @throws IOException too long for a file's name
    static String encode(String name) throws IOException {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            boolean itself = octet > ' ' - 1
                    && octet <= '~'
                    && octet != '/'
                    && octet != '\\'
                    && octet != '%'
                    && !(octet == '.' && encoded.isEmpty());
            if (itself) {
                encoded.append((char) octet);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 15, 16)));
            }
        }
        if (encoded.length() > LONGEST) {
            throw new IOException("the name is too long for a file");
        }
        return encoded.toString();
    }

    static String decode(String encoded) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int at = 0;
        while (at < encoded.length()) {
            int high = encoded.charAt(at) == '%' && at + 2 < encoded.length()
                    ? Character.digit(encoded.charAt(at + 1), 16)
                    : -1;
            int low = high < 0 ? -1 : Character.digit(encoded.charAt(at + 2), 16);
            if (low >= 0) {
                octets.write(high << 4 | low);
                at += 3;
            } else {
                int code = encoded.codePointAt(at);
                octets.writeBytes(Character.toString(code).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(code);
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    /// Makes a folder that only we may look into, with those above it.
    static void privateFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        try {
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Path _ = Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                Path _ = Files.createDirectories(folder);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(folder + " is there and is no folder", e);
        }
    }

    static boolean empty(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.findAny().isEmpty();
        }
    }

    /// Sorted by name.
    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /// A file itself: a link in a folder that somebody handed in could lead to what is ours.
    static boolean plain(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }
}
