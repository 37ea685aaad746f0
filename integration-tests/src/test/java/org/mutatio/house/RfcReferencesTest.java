package org.mutatio.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every RFC that the code obeys stands in docs/protocols.md with its state.
class RfcReferencesTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));
    private static final Pattern RFC = Pattern.compile("RFC (\\d{3,5})");

    @Test
    void everyRfcOfTheCodeIsInTheTable() throws IOException {
        String table = Files.readString(ROOT.resolve("docs/protocols.md"), StandardCharsets.UTF_8);
        Map<String, String> cited = new TreeMap<>();
        for (String folder : List.of("bundles", "plugins-sdk")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                for (Path file : files.filter(RfcReferencesTest::source).toList()) {
                    Matcher matcher = RFC.matcher(Files.readString(file, StandardCharsets.UTF_8));
                    while (matcher.find()) {
                        cited.putIfAbsent(
                                matcher.group(1), ROOT.relativize(file).toString());
                    }
                }
            }
        }
        assertFalse(cited.isEmpty());
        cited.keySet()
                .removeIf(number -> table.contains("RFC " + number + " ") || table.contains("RFC " + number + "|"));
        assertEquals(Map.of(), cited, "cited in the code, missing in docs/protocols.md");
    }

    private static boolean source(Path file) {
        String name = file.toString();
        return name.endsWith(".java") && name.contains("/src/main/");
    }
}
