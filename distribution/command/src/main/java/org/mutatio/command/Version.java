package org.mutatio.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// This release's version, as the build wrote it into the jar.
final class Version {

    private Version() {}

    static String text() {
        try (InputStream file = Version.class.getResourceAsStream("version")) {
            if (file == null) {
                throw new IOException("the jar has no file `version`");
            }
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
