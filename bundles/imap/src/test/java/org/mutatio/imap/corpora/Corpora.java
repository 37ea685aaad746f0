package org.mutatio.imap.corpora;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Assumptions;

/// The test data beside the repository; `-Dcorpora=...`.
final class Corpora {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Corpora() {}

    /// A folder or file of it. Absent: the test is skipped, or fails under `-Drequire.everything=true`.
    static Path find(String name) {
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

    static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// A text as an octet string in UTF-8, or the octets of `{"b64": ...}`.
    static String octets(JsonNode node) {
        byte[] octets = node.has("b64")
                ? Base64.getDecoder().decode(node.get("b64").asText())
                : node.asText().getBytes(StandardCharsets.UTF_8);
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    /// Every file below a folder, entries of archives as `a.zip!entry`, in order.
    static Map<String, byte[]> files(Path folder) {
        var files = new TreeMap<String, byte[]>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (name.endsWith(".zip")) {
                    unzip(name, file, files);
                } else {
                    files.put(name, Files.readAllBytes(file));
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return files;
    }

    private static void unzip(String name, Path file, Map<String, byte[]> into) throws IOException {
        try (var zip = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    into.put(name + '!' + entry.getName(), zip.readAllBytes());
                }
            }
        }
    }

    /// Every LF without CR before it gets one.
    static byte[] withCrlf(byte[] octets) {
        var out = new ByteArrayOutputStream(octets.length + octets.length / 40);
        byte before = 0;
        for (byte octet : octets) {
            if (octet == '\n' && before != '\r') {
                out.write('\r');
            }
            out.write(octet);
            before = octet;
        }
        return out.toByteArray();
    }

    /// What a data-driven test counted: printed, and failing when anything failed or nothing ran.
    static final class Count {
        private final String name;
        private final List<String> failures = new ArrayList<>();
        private final Map<String, Integer> skipped = new TreeMap<>();
        private int passed;

        Count(String name) {
            this.name = name;
        }

        void passed() {
            passed++;
        }

        void failed(String what) {
            failures.add(what);
        }

        void skipped(String reason) {
            skipped.merge(reason, 1, Integer::sum);
        }

        @SuppressWarnings("SystemOut") // the brief of a corpus test is its count
        void report() {
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
