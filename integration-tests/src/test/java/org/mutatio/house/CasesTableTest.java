package org.mutatio.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `cases.tsv`: the faults that users of other mail servers met, and the tests that keep them from ours.
///
/// The cases themselves lie in `../shared/cases.md`, beside the repository; `-Dshared=FOLDER` is another place.
class CasesTableTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));
    private static final Pattern WAITS = Pattern.compile("-|(later|not ours): \\S.+");
    private static final Pattern CASE = Pattern.compile("^\\*\\*([a-z0-9]+-[0-9a-f]{3})\\*\\*", Pattern.MULTILINE);

    @Test
    void eachCaseHasItsTestsOrSaysWhatItWaitsFor() throws IOException {
        TestSources tests = new TestSources(ROOT);
        for (String[] row : rows()) {
            assertEquals(3, row.length, row[0]);
            assertTrue(WAITS.matcher(row[2]).matches(), row[0] + ": " + row[2]);
            if (row[1].equals("-")) {
                assertTrue(!row[2].equals("-"), row[0] + " has no test and waits for nothing");
            } else {
                tests.assertThere(row[1]);
            }
        }
    }

    @Test
    void theTableHasEachCaseOnceAndInOrder() throws IOException {
        Path cases = Path.of(System.getProperty(
                "shared", ROOT.resolve("../shared").normalize().toString()));
        assumeTrue(Files.exists(cases.resolve("cases.md")), "no cases.md in " + cases);
        String text = Files.readString(cases.resolve("cases.md"), StandardCharsets.UTF_8);
        assertEquals(
                CASE.matcher(text)
                        .results()
                        .map((MatchResult found) -> found.group(1))
                        .toList(),
                rows().stream().map(row -> row[0]).toList());
    }

    private static List<String[]> rows() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CasesTableTest.class.getResourceAsStream("/cases.tsv"), "cases.tsv")) {
            List<String[]> rows = new ArrayList<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> rows.add(line.split("\t", -1)));
            return rows;
        }
    }
}
