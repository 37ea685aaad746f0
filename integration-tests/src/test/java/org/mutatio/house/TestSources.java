package org.mutatio.house;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The tests that are really there, for the tables that name them.
final class TestSources {

    /// Sources by the name of their class; those of one name in several modules together.
    private final Map<String, String> sources = new TreeMap<>();

    TestSources(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : List.of("bundles", "integration-tests", "plugins-sdk", "distribution")) {
            try (Stream<Path> all = Files.walk(root.resolve(folder))) {
                files.addAll(all.filter(path -> path.toString().contains("/src/test/java/"))
                        .filter(path -> path.toString().matches(".*(Test|IT)\\.java"))
                        .toList());
            }
        }
        for (Path file : files) {
            String name = String.valueOf(file.getFileName()).replace(".java", "");
            sources.merge(name, Files.readString(file, StandardCharsets.UTF_8), String::concat);
        }
    }

    /// @param names of a class, or `Class#method`, with `, ` between them
    void assertThere(String names) {
        for (String test : names.split(", ", -1)) {
            String[] parts = test.split("#", 2);
            String source = sources.get(parts[0]);
            assertTrue(source != null, "there is no test " + parts[0]);
            assertTrue(
                    parts.length == 1 || Objects.requireNonNull(source).contains(" void " + parts[1] + "("),
                    "there is no test " + test);
        }
    }
}
