package org.mutatio.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// docs/promises.md is made of `promises.tsv`, of the tests that are really there, and of `docs/figures.jsonl`, which
/// the measuring programs write (`--record`). `-Dpromises.write=true` writes it.
class PromisesPageTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));
    private static final Pattern FIELD = Pattern.compile("\\{(\\w+)}");

    @Test
    void thePageIsTrue() throws IOException {
        TestSources tests = new TestSources(ROOT);
        Map<String, JsonNode> figures = figures();
        StringBuilder page = new StringBuilder("""
                # Promises

                What we promise, the tests that hold it in every `mvn verify`, and what was measured last. `mvn verify -Pnightly` runs the full
                extent. This page is made by `PromisesPageTest`: a test that is not there, or a figure that no run wrote down, cannot stand here.
                The numbers are those of the list that the tests were chosen from; rows whose rooms are not built yet are left out.

                | # | promise | tests | full extent | measured last |
                |---|---|---|---|---|
                """);
        for (String line : lines()) {
            String[] cells = line.split("\t", -1);
            assertEquals(5, cells.length, line);
            tests.assertThere(cells[2]);
            page.append("| ").append(cells[0]).append(" | ").append(cells[1]).append(" | `");
            page.append(cells[2].replace(", ", "`, `"))
                    .append("` | ")
                    .append(cells[3])
                    .append(" | ");
            page.append(measured(cells[4], figures)).append(" |\n");
        }
        Path file = ROOT.resolve("docs/promises.md");
        if (Boolean.getBoolean("promises.write")) {
            Files.writeString(file, page, StandardCharsets.UTF_8);
        }
        assertEquals(
                page.toString(),
                Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "",
                "docs/promises.md: run with -Dpromises.write=true");
    }

    private static List<String> lines() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(PromisesPageTest.class.getResourceAsStream("/promises.tsv"), "promises.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    private static String measured(String figure, Map<String, JsonNode> figures) {
        int colon = figure.indexOf(": ");
        if (colon < 0) {
            return "";
        }
        JsonNode known = figures.get(figure.substring(0, colon));
        if (known == null) {
            return "not yet";
        }
        Matcher field = FIELD.matcher(figure.substring(colon + 2));
        StringBuilder text = new StringBuilder();
        while (field.find()) {
            JsonNode value = known.path("result").path(field.group(1));
            assertTrue(value.isValueNode(), "the last run did not measure " + field.group(1));
            field.appendReplacement(text, Matcher.quoteReplacement(value.asText()));
        }
        field.appendTail(text);
        return text + " (" + known.path("date").asText() + ", `"
                + known.path("arguments").asText() + "`)";
    }

    /// The last one of each kind.
    private static Map<String, JsonNode> figures() throws IOException {
        Map<String, JsonNode> figures = new TreeMap<>();
        Path file = ROOT.resolve("docs/figures.jsonl");
        if (Files.exists(file)) {
            ObjectMapper json = new ObjectMapper();
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                JsonNode figure = json.readTree(line);
                figures.put(figure.path("result").path("kind").asText(), figure);
            }
        }
        return figures;
    }
}
