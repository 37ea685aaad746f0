package org.mutatio.ports.reception;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many files this process may open.
final class Descriptors {
    private static final Path LIMITS = Path.of("/proc/self/limits");

    /// What the JDK raises it to on macOS, where there is no /proc.
    private static final int ELSEWHERE = 10_240;

    private Descriptors() {}

    static int limit() {
        try {
            for (var line : Files.readAllLines(LIMITS, StandardCharsets.US_ASCII)) {
                if (line.startsWith("Max open files")) {
                    return soft(line.substring("Max open files".length()).strip());
                }
            }
        } catch (IOException _) {
            // no Linux
        }
        return ELSEWHERE;
    }

    private static int soft(String columns) {
        var end = columns.indexOf(' ');
        var word = end < 0 ? columns : columns.substring(0, end);
        try {
            return Math.clamp(Long.parseLong(word), 1, Integer.MAX_VALUE);
        } catch (NumberFormatException _) {
            return Integer.MAX_VALUE; // unlimited
        }
    }
}
