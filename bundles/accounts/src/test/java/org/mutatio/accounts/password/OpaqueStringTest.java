package org.mutatio.accounts.password;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpaqueStringTest {

    /// The passwords of RFC 8265 section 4.3, table 3; `_` stands for a space.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            correct_horse_battery_staple      | correct_horse_battery_staple
            Correct_Horse_Battery_Staple      | Correct_Horse_Battery_Staple
            \u03C0\u00DF\u00E5                | \u03C0\u00DF\u00E5
            Jack_of_\u2666s                   | Jack_of_\u2666s
            foo\u1680bar                      | foo_bar
            """)
    void rfc8265Section43(String typed, String prepared) {
        assertEquals(Optional.of(prepared.replace('_', ' ')), OpaqueString.of(typed.replace('_', ' ')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // RFC 8265 section 4.2.1: not empty
                "my cat is a \tby", // table 3, number 14
                "a\0b",
                "a\u007Fb",
                "a\u0085b",
                "a\u2028b",
                "a\u2029b",
                "a\uD83Db" // half a character
            })
    void whatIsNoPassword(String typed) {
        assertEquals(Optional.empty(), OpaqueString.of(typed));
        assertEquals(Optional.empty(), OpaqueString.saslPrep(typed));
    }

    @Test
    void aPasswordHasAtMost1024Characters() {
        assertEquals(Optional.of("x".repeat(1024)), OpaqueString.of("x".repeat(1024)));
        assertEquals(Optional.empty(), OpaqueString.of("x".repeat(1025)));
    }

    @Test
    void aLetterWithItsAccentIsOneHoweverItIsTyped() {
        assertEquals(OpaqueString.of("M\u00FCnchen"), OpaqueString.of("Mu\u0308nchen"));
    }

    @Test
    void charactersBeyondTheBasicPlaneStay() {
        assertEquals(Optional.of("\uD83D\uDC31 by"), OpaqueString.of("\uD83D\uDC31 by"));
        assertEquals(Optional.of("\uD83D\uDC31 by"), OpaqueString.saslPrep("\uD83D\uDC31 by"));
    }

    /// The examples of RFC 4013 section 3.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            I\u00ADX | IX
            user     | user
            USER     | USER
            \u00AA   | a
            \u2168   | IX
            """)
    void rfc4013Section3(String typed, String prepared) {
        assertEquals(Optional.of(prepared), OpaqueString.saslPrep(typed));
    }

    @Test
    void rfc4013Section3ProhibitsControlCharacters() {
        assertEquals(Optional.empty(), OpaqueString.saslPrep("\u0007"));
    }

    @Test
    void allOfTableB1IsMappedToNothing() { // RFC 3454 table B.1
        String nothing = "\u00AD\u034F\u1806\u180B\u180C\u180D\u200B\u200C\u200D\u2060\uFE00\uFE07\uFE0F\uFEFF";

        assertEquals(Optional.of("ab"), OpaqueString.saslPrep("a" + nothing + "b"));
        assertEquals(Optional.empty(), OpaqueString.saslPrep(nothing));
    }
}
