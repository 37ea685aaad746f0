package org.mutatio.console.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// The bearer token (RFC 6750 section 2.1) of one start: who can read `data/admin.token` is the administrator.
public final class Token {
    private static final String SCHEME = "Bearer ";

    private final String value;

    private Token(String value) {
        this.value = value;
    }

    /// 256 random bits.
    ///
    /// @param random a secure one
    public static Token make(RandomGenerator random) {
        byte[] octets = new byte[32];
        random.nextBytes(octets);
        return new Token(HexFormat.of().formatHex(octets));
    }

    /// Whether an Authorization header carries it; takes the same time wherever the first difference is. The scheme is
    /// written as one likes (RFC 9110 section 11.1).
    boolean in(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8),
                        value.getBytes(StandardCharsets.UTF_8));
    }

    /// Writes it and the address for the command line, mode 0600 from the first octet on, each replaced whole.
    ///
    /// @throws IOException the folder cannot be written
    public void publish(Path folder, String address) throws IOException {
        // The address last: who waits for it finds both.
        write(folder.resolve("admin.token"), value);
        write(folder.resolve("admin.address"), address);
    }

    private static void write(Path file, String text) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(beside, text + "\n", StandardCharsets.US_ASCII);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
