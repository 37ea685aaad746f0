package org.mutatio.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every key of mutatio.toml and of the policies stands in docs/settings.md, with its default.
class SettingsPageTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));
    private static final Pattern KEY =
            Pattern.compile("\\n {4}[A-Za-z\\[\\]]+ (\\w+)\\(\\)(?: default ([^;{]+))?[;{ ]");
    private static final Pattern POLICY_KEY = Pattern.compile("\"([a-z]+\\.[a-z-]+)\"");

    @Test
    void everyKeyOfTheServerIsOnThePage() throws IOException {
        String page = page();
        Map<String, String> missing = new TreeMap<>();
        int keys = 0;
        try (Stream<Path> files = Files.walk(ROOT.resolve("bundles"))) {
            for (Path file : files.filter(SettingsPageTest::configuration).toList()) {
                Matcher key = KEY.matcher(Files.readString(file, StandardCharsets.UTF_8));
                while (key.find()) {
                    keys++;
                    String value =
                            key.group(2) == null ? "" : key.group(2).strip().replace("_", "");
                    String shown = value.isEmpty() || value.equals("\"\"") ? "" : "`" + value + "`";
                    String row = "| `" + kebab(key.group(1)) + "` | " + shown;
                    if (!page.contains(row)) {
                        missing.put(row, ROOT.relativize(file).toString());
                    }
                }
            }
        }
        assertTrue(keys > 50, "keys found: " + keys);
        assertEquals(Map.of(), missing, "missing in docs/settings.md");
    }

    @Test
    void everyKeyOfPoliciesIsOnThePage() throws IOException {
        String page = page();
        String schema = Files.readString(
                ROOT.resolve("bundles/router/src/main/java/org/mutatio/router/policy/Schema.java"),
                StandardCharsets.UTF_8);
        Map<String, String> missing = new TreeMap<>();
        Matcher key = POLICY_KEY.matcher(schema);
        while (key.find()) {
            if (!page.contains("`" + key.group(1))) {
                missing.put(key.group(1), "Schema");
            }
        }
        assertEquals(Map.of(), missing, "missing in docs/settings.md");
    }

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/settings.md"), StandardCharsets.UTF_8);
    }

    private static boolean configuration(Path file) {
        String name = file.toString();
        return name.endsWith("Config.java") && name.contains("/src/main/");
    }

    private static String kebab(String name) {
        StringBuilder kebab = new StringBuilder();
        for (char c : name.replace('_', '.').toCharArray()) {
            kebab.append(Character.isUpperCase(c) ? "-" : "")
                    .append(String.valueOf(c).toLowerCase(Locale.ROOT));
        }
        return kebab.toString();
    }
}
