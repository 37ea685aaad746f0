package org.mutatio.toml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TomlEditTest {

    private static final List<String> SALES = List.of("recipients", "aliases", "sales");

    private static final String FILE = """
            # of the shop
            [recipients]
            unknown = "reject" # spam came

            [recipients.aliases]
            "sales" = ["ann", "bo"]
            more = { add = ["cy"] }

            [limits]
            quota = "1 GB"
            """;

    @Test
    void aListIsReplacedAndTheRestStaysAsItWas() {
        assertEquals(
                FILE.replace("[\"ann\", \"bo\"]", "[\"cy\"]"),
                TomlEdit.of(FILE).set(SALES, List.of("cy")).text());
    }

    @Test
    void aNewKeyStandsInItsTable() {
        String text = TomlEdit.of(FILE)
                .set(List.of("recipients", "aliases", "it.help"), List.of("ann"))
                .text();
        assertEquals(Optional.of(List.of("ann")), TomlEdit.of(text).texts(List.of("recipients", "aliases", "it.help")));
        assertTrue(text.indexOf("\"it.help\"") < text.indexOf("[limits]"), text);
    }

    @Test
    void aMissingTableIsMadeAndCommentsStay() {
        String text = TomlEdit.of("# only words\n").set(SALES, List.of("ann")).text();
        assertTrue(text.startsWith("# only words\n"), text);
        assertEquals(Optional.of(List.of("ann")), TomlEdit.of(text).texts(SALES));
    }

    @Test
    void whatIsRemovedIsGoneAndNothingElse() {
        TomlEdit file = TomlEdit.of(FILE);
        assertTrue(file.remove(SALES));
        assertFalse(file.remove(SALES));
        assertEquals(FILE.replace("\"sales\" = [\"ann\", \"bo\"]\n", ""), file.text());
    }

    @Test
    void keysAndTextsTellWhatStandsThere() {
        TomlEdit file = TomlEdit.of(FILE);
        assertEquals(List.of("sales", "more"), file.keys(List.of("recipients", "aliases")));
        assertEquals(List.of(), file.keys(List.of("spam")));
        assertEquals(Optional.of(List.of("ann", "bo")), file.texts(SALES));
        assertEquals(Optional.empty(), file.texts(List.of("recipients", "aliases", "more")));
        assertEquals(Optional.empty(), file.texts(List.of("recipients", "unknown")));
    }

    @Test
    void aValueInTheWayIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> TomlEdit.of(FILE).set(List.of("limits", "quota", "of-ann"), "2 GB"));
    }

    @Test
    void whatIsNoTableHasNothingInIt() {
        TomlEdit file = TomlEdit.of(FILE + "[[route]]\nrelay = \"mx\"\n");
        for (List<String> path : List.of(List.of("limits", "quota", "of-ann"), List.of("route", "relay"))) {
            assertFalse(file.has(path));
            assertEquals(List.of(), file.keys(path));
            assertEquals(Optional.empty(), file.texts(path));
            assertFalse(file.remove(path));
            assertThrows(IllegalArgumentException.class, () -> file.set(path, List.of("x")));
        }
    }

    @Test
    void aByteOrderMarkStays() {
        TomlEdit file = TomlEdit.of("\uFEFF" + FILE);
        assertEquals(
                "\uFEFF" + FILE.replace("1 GB", "2 GB"),
                file.set(List.of("limits", "quota"), "2 GB").text());
    }

    @Test
    void aBrokenFileIsNotTouched() {
        assertThrows(IllegalArgumentException.class, () -> TomlEdit.of("[limits\n"));
    }
}
