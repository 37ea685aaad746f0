package org.mutatio.smtp;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;

/// The test data beside the repository; `-Dcorpora=...`.
public final class Corpora {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Corpora() {}

    /// A folder or file of it. Absent: the test is skipped, or fails under `-Drequire.everything=true`.
    public static Path find(String name) {
        Path found = Path.of(System.getProperty("corpora", "../../../shared/corpora"))
                .resolve(name);
        if (!Files.exists(found)) {
            String reason = "the corpora are not here: " + found;
            if (Boolean.getBoolean("require.everything")) {
                fail(reason);
            }
            Assumptions.abort(reason);
        }
        return found;
    }

    public static JsonNode json(String name) {
        try {
            return JSON.readTree(Files.readAllBytes(find(name)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// What a data-driven test counted: printed, and failing when anything failed or nothing ran.
    public static final class Count {
        private final String name;
        private final List<String> failures = new ArrayList<>();
        private final Map<String, Integer> skipped = new TreeMap<>();
        private int passed;

        public Count(String name) {
            this.name = name;
        }

        public void check(boolean right, String what) {
            if (right) {
                passed++;
            } else {
                failures.add(what);
            }
        }

        public void skipped(String reason) {
            skipped.merge(reason, 1, Integer::sum);
        }

        @SuppressWarnings("SystemOut") // the brief of a corpus test is its count
        public void report() {
            System.out.println(name + ": passed " + passed + ", failed " + failures.size() + ", skipped " + skipped);
            if (!failures.isEmpty()) {
                fail(name + ": " + failures.size() + " failed\n" + String.join("\n", failures));
            }
            if (passed == 0) {
                fail(name + ": nothing ran");
            }
        }
    }
}
