package org.mutatio.fuzz;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// Inputs that once were trouble: files `src/test/resources/seeds/<target>/<what it was>`, octets as they came.
public final class Seeds {

    /// What a fuzz target does with an input.
    @FunctionalInterface
    public interface Target {
        void take(byte[] octets) throws Exception;
    }

    private Seeds() {}

    /// @param test whose class path has the seeds
    public static List<DynamicTest> replay(Class<?> test, String target, Target take)
            throws IOException, URISyntaxException {
        URL folder = test.getResource("/seeds/" + target);
        if (folder == null) {
            throw new IOException("no seeds for " + target);
        }
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            for (Path file : files.sorted().toList()) {
                tests.add(DynamicTest.dynamicTest(
                        target + ": " + file.getFileName(), () -> take.take(Files.readAllBytes(file))));
            }
        }
        return tests;
    }
}
