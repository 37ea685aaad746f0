package org.mutatio.toml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.toml.TomlValue.Table;

final class TomlFileTest {

    @Test
    void everyValueKnowsItsPlace() {
        TomlDocument read = TomlFile.parse("""
                # head
                [limits]
                message-size = "50 MB"
                recipients = 100
                [[route]]
                match = { to = "*@x.test", size-over = 1.5 }
                [[route]]
                on = [true, "a"]
                """, "f.toml");
        assertTrue(read.valid());
        Table limits = (Table) read.root().get("limits").orElseThrow();
        assertEquals("f.toml:2:1", limits.origin().toString());
        assertEquals(
                "f.toml:3:1", limits.keyOrigin("message-size").orElseThrow().toString());
        assertEquals(
                new TomlValue.Text("50 MB", new Origin("f.toml", 3, 16)),
                limits.get("message-size").orElseThrow());
        assertEquals(
                new TomlValue.Whole(100, new Origin("f.toml", 4, 14)),
                limits.get("recipients").orElseThrow());
        var routes = (TomlValue.Items) read.root().get("route").orElseThrow();
        assertEquals(
                List.of("f.toml:5:1", "f.toml:7:1"),
                routes.values().stream().map(v -> v.origin().toString()).toList());
        Table match = (Table) ((Table) routes.values().getFirst()).get("match").orElseThrow();
        assertEquals(
                new TomlValue.Decimal(1.5, new Origin("f.toml", 6, 40)),
                match.get("size-over").orElseThrow());
        var on = (TomlValue.Items) ((Table) routes.values().getLast()).get("on").orElseThrow();
        assertEquals(
                new TomlValue.Flag(true, new Origin("f.toml", 8, 7)),
                on.values().getFirst());
        assertEquals(
                new TomlValue.Text("a", new Origin("f.toml", 8, 13)),
                on.values().getLast());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # case conf-904
            limit = 25readme_directory = 3 | 1:11
            x = "abc                       | 1:9
            a = 1~a = 2                    | 2:1
            [t]~[t]                        | 2:1
            x = 50 MB~y =                  | 1:8 2:4
            x = [1, 2                      | 1:10
            z = 99999999999999999999       | 1:5
            """)
    void allFaultsAtOnceWithTheirPlaces(String text, String places) {
        TomlDocument read = TomlFile.parse(text.replace('~', '\n'), "f");
        assertEquals(
                List.of(places.split(" ")),
                read.problems().stream()
                        .map(p -> p.origin().line() + ":" + p.origin().column())
                        .toList(),
                read.problems().toString());
    }

    @Test
    void anotherCharsetIsNamedWithItsPlace() {
        byte[] latin = "a = 1\nb = \"b\u00fccher\"\n".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(
                "f:2:7: not UTF-8 (octet 0xFC); save the file as UTF-8",
                TomlFile.parse(latin, "f").problems().getFirst().toString());
        byte[] utf16 = "a = 1\n".getBytes(StandardCharsets.UTF_16);
        assertEquals(1, TomlFile.parse(utf16, "f").problems().size());
        assertTrue(TomlFile.parse("\uFEFFa = 1\n".getBytes(StandardCharsets.UTF_8), "f")
                .valid());
    }

    @Test
    void thePlaceOfABrokenOctetIsCountedInCharacters() {
        byte[] octets = "\uFEFFa = \"\uD83D\uDE00?".getBytes(StandardCharsets.UTF_8);
        octets[octets.length - 1] = (byte) 0xFF;
        Problem problem = TomlFile.parse(octets, "f").problems().getFirst();
        assertEquals("f:1:7", problem.origin().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "# words\n", " \t# words\r\n"})
    @Timeout(60) // it took tomlj hours
    void manyBlankLinesAndCommentsCostNothingAndMoveNoPlace(String idle) {
        String many = idle.repeat(20_000);
        TomlDocument read = TomlFile.parse(many + "a = [\n" + many + "1]\n" + many + "[t]\nb = 2\n" + many, "f");
        assertTrue(read.valid());
        assertEquals("f:20001:1", read.root().keyOrigin("a").orElseThrow().toString());
        var items = (TomlValue.Items) read.root().get("a").orElseThrow();
        assertEquals("f:40002:1", items.values().getFirst().origin().toString());
        Table table = (Table) read.root().get("t").orElseThrow();
        assertEquals("f:60003:1", table.origin().toString());
        assertEquals("f:60004:1", table.keyOrigin("b").orElseThrow().toString());
        List<Problem> problems =
                TomlFile.parse(many + "a = 1\n" + many + "a = 2\n", "f").problems();
        assertEquals(
                List.of("f:40002:1: a previously defined at line 20001, column 1"),
                problems.stream().map(Problem::toString).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"\"", "'''"})
    void aTextOfManyLinesKeepsThemAll(String quotes) {
        String lines = "# no comment\n\n".repeat(30);
        String text = "c = \"#'''\" # \"\"\"\na = " + quotes + "\n" + lines + "x" + quotes + "\nb = ['\\']\n";
        TomlDocument read = TomlFile.parse(text, "f");
        assertTrue(read.valid(), () -> read.problems().toString());
        assertEquals(lines + "x", ((TomlValue.Text) read.root().get("a").orElseThrow()).value());
        assertEquals("f:64:1", read.root().keyOrigin("b").orElseThrow().toString());
    }

    @Test
    void aFaultInACommentIsTold() { // toml.io, "Comment"
        String bad = "#\n".repeat(50) + "# \u0001\n";
        Problem problem = TomlFile.parse(bad, "f").problems().getFirst();
        assertEquals(51, problem.origin().line());
    }

    @Test
    void rubbishIsNotToldInFull() {
        List<Problem> problems = TomlFile.parse("?\n".repeat(1_000), "f").problems();
        assertEquals(TomlFile.MOST_PROBLEMS + 1, problems.size());
        assertEquals("f:201:1: and 800 faults more", problems.getLast().toString());
    }

    @Test
    void tooDeepAndTooLargeAreProblems() {
        assertEquals(
                1,
                TomlFile.parse("x = " + "[".repeat(500) + "]".repeat(500), "f")
                        .problems()
                        .size());
        assertEquals(
                1,
                TomlFile.parse(new byte[TomlFile.MOST_OCTETS + 1], "f")
                        .problems()
                        .size());
    }

    @Test
    void editsKeepCommentsAndLayout() {
        TomlEdit edit = TomlEdit.of("""
                # ours
                [recipients]
                separator = "+" # plus

                [recipients.aliases]
                # people
                "sales" = ["ann",
                           "bo@x.test"]   # both
                "old" = ["x"]

                [limits]
                message-size = "50 MB"
                """);
        assertTrue(edit.remove(List.of("recipients", "aliases", "old")));
        edit.set(List.of("recipients", "aliases", "it.help"), List.of("cy"));
        edit.set(List.of("recipients", "aliases", "sales"), List.of("ann", "cy"));
        edit.set(List.of("limits", "message-size"), "60 MB");
        edit.set(List.of("spam", "note"), "new");
        String text = edit.text();
        TomlDocument read = TomlFile.parse(text, "f");
        assertTrue(read.valid(), text);
        assertTrue(text.startsWith("# ours\n[recipients]\nseparator = \"+\" # plus\n"), text);
        assertTrue(text.contains("# people\n"), text);
        assertTrue(text.contains("\"it.help\" = [\"cy\"]"), text);
        assertTrue(!text.contains("old"), text);
        Table aliases = (Table) ((Table) read.root().get("recipients").orElseThrow())
                .get("aliases")
                .orElseThrow();
        assertEquals(List.of("sales", "it.help"), List.copyOf(aliases.entries().keySet()));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "mesage-size, message-size",
        "message_size, message-size",
        "MessageSize, message-size",
        "qouta, quota",
        "recipient, recipients",
        "xyz, ",
        "q, "
    })
    void nearestKey(String written, String expected) {
        assertEquals(
                java.util.Optional.ofNullable(expected),
                NearestKey.of(written, List.of("message-size", "quota", "recipients", "over-quota")));
    }
}
