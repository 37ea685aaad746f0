package org.mutatio.router.policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
        Path file = config.resolve(name);
        try {
            if (Files.size(file) > MOST_OCTETS) {
                throw new IOException("the file is larger than " + MOST_OCTETS + " octets");
            }
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException e) {
            throw new IOException("the file is not there (looked at " + file + ")", e);
        }
    }
}
