package org.mutatio.api.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// RFC 8259.
class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "-1.5",
                "12345678901",
                "\"a\\\"\\\\\\n\\u0001\u00fc\"",
                "{\"a\":[1,{\"b\":false}],\"c\":\"\"}"
            })
    void whatIsWrittenIsReadAgain(String text) {
        assertEquals(text, Json.read(text).write());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\":1,\"a\":2}",
                "01",
                "1.",
                "nul",
                "\"\n\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "1 2",
                "{a:1}",
                "-"
            })
    void whatIsNoneIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Json.read(text));
    }

    @Test
    void deepNestingIsRefusedNotOverflowed() {
        assertThrows(IllegalArgumentException.class, () -> Json.read("[".repeat(100_000)));
    }

    @Test
    void fieldsAreAskedByName() {
        Json read = Json.read(" { \"a\" : \"x\" , \"b\" : [ 1 ] } ");
        assertEquals(Optional.of("x"), read.text("a"));
        assertEquals(Optional.empty(), read.text("b"));
        assertEquals(List.of(new Json.Num(1)), read.get("b").orElseThrow().items());
    }
}
