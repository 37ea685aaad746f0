package org.mutatio.toml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.fuzz.Seeds;
import org.mutatio.fuzz.Spoiled;

/// Files of all kinds: read, or refused with a place that is in the file; what is read can be edited.
final class FuzzTest {
    private static final List<String> FILES = List.of(
            """
            # head
            [limits]
            message-size = "50 MB" # why
            recipients = 1_000
            [[route]]
            match = { to = "*@x.test", size-over = 1.5e3 }
            [[route]]
            on = [true, "a", 'b\\c', 0x1F, 2026-11-25T10:00:00Z]
            """,
            "a.b.\"c d\" = \"\\u00e9\\t\"\n[a.e]\nf = inf\n",
            "x = \"\"\"\nlong\\\n  text\"\"\"\ny = '''raw'''\n",
            "\u00ef\u00bb\u00bfa = [[1, [2]], {b = [{c = 1}]}]\r\n");

    private static final List<String> WORDS = List.of(
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            "=",
            ".",
            "\"",
            "\"\"\"",
            "'",
            "'''",
            "#",
            "\n",
            "\r",
            "\r\n",
            ",",
            "\\",
            "\\u",
            "\\UFFFFFFFF",
            "-",
            "+",
            "_",
            "0x",
            "1e9999",
            "9223372036854775808",
            "9999-99-99",
            "nan",
            "\0",
            "\t",
            "\u00ff",
            "\u00f0\u009f\u0098\u0080",
            "[a]",
            "a = 1\n");

    @Provide
    Arbitrary<byte[]> files() {
        return Spoiled.of(FILES, WORDS);
    }

    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void filesOfAllKinds(@ForAll("files") byte[] octets) {
        file(octets);
    }

    private static void file(byte[] octets) {
        TomlDocument read = TomlFile.parse(octets, "f.toml");
        String text = new String(octets, StandardCharsets.UTF_8);
        int lines = text.split("\n", -1).length;
        for (Problem problem : read.problems()) {
            Origin at = problem.origin();
            assertTrue(at.line() >= 1 && at.line() <= lines && at.column() >= 1, problem::toString);
            assertTrue(!problem.message().isEmpty() && problem.message().length() < 2_000, problem::toString);
        }
        if (read.valid()) {
            TomlEdit edit = TomlEdit.of(text);
            assertEquals(ended(text), ended(edit.text()));
            String changed = edit.set(List.of("zz-new"), "x\"\\\n").text();
            var value = (TomlValue.Text) TomlFile.parse(changed.getBytes(StandardCharsets.UTF_8), "f.toml")
                    .root()
                    .get("zz-new")
                    .orElseThrow();
            assertEquals("x\"\\\n", value.value());
        }
    }

    /// An edit may end the last line.
    private static String ended(String text) {
        return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }

    @TestFactory
    List<DynamicTest> seeds() throws IOException, URISyntaxException {
        return Seeds.replay(FuzzTest.class, "file", FuzzTest::file);
    }
}
