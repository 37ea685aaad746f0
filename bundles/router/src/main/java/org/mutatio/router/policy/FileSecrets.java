package org.mutatio.router.policy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Secrets of files (relative to `config/`, or absolute) and of the process's environment.
public final class FileSecrets implements SecretReader {

    private static final int MOST_OCTETS = 64 * 1024;

    private final Path config;

    public FileSecrets(Path config) {
        this.config = config;
    }

    @Override
    public String read(String kind, String name) throws IOException {
        if (kind.equals("env")) {
            String value = System.getenv(name);
            if (value == null) {
                throw new IOException("the environment has no " + name);
            }
            return value;
        }
        Path file;
        try {
            file = config.resolve(name);
        } catch (InvalidPathException e) {
            throw new IOException("no file can have that name", e);
        }
        try {
            byte[] octets;
            try (InputStream from = Files.newInputStream(file)) {
                octets = from.readNBytes(MOST_OCTETS + 1); // a device tells no size
            }
            if (octets.length > MOST_OCTETS) {
                throw new IOException("the file is larger than " + MOST_OCTETS + " octets");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString()
                    .strip();
        } catch (CharacterCodingException e) {
            throw new IOException("the file is not UTF-8", e);
        } catch (NoSuchFileException e) {
            throw new IOException("the file is not there (looked at " + file + ")", e);
        }
    }
}
