package org.mutatio.api.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "two\nlines\twith a tab\n",
                "From: Grüße <jörg@例え.jp>\r\n",
                "می\u200cخواهم", // Persian wants its joiner
                "👩\u200d🔧"
            })
    void whatPeopleWriteStaysAsItIs(String text) {
        assertSame(text, Printable.of(text));
    }

    @Test
    void whatATerminalObeysIsShownInstead() {
        // ECMA-48: ESC [ and the single CSI; OSC 0 sets the title, BEL ends it
        assertEquals("<\\u001b[2J\\u001b]0;x\\u0007@a>", Printable.of("<\u001b[2J\u001b]0;x\u0007@a>"));
        assertEquals("\\u009b31m\\u007f\\u0000\\u0008", Printable.of("\u009b31m\u007f\u0000\b"));
        assertEquals("all is well\\u000doops", Printable.of("all is well\roops"));
        assertEquals("end\\u000d", Printable.of("end\r"));
    }

    @Test
    void marksThatTurnTheReadingDirectionAreShown() {
        assertEquals("invoice\\u202egpj.exe", Printable.of("invoice\u202egpj.exe"));
        assertEquals("\\u2066a\\u2069\\u2028\\ufeff", Printable.of("\u2066a\u2069\u2028\ufeff"));
        assertEquals("\\udb40\\udc41", Printable.of(Character.toString(0xE0041))); // a tag, never seen
        assertEquals("\\ud800x", Printable.of("\ud800x"));
    }

    @Test
    void everyCharacterOfJsonStaysExact() {
        StringBuilder all = new StringBuilder();
        for (int code = 0; code <= Character.MAX_CODE_POINT; code++) {
            if (code < 0x1_0000 || code % 97 == 0 || code >> 8 == 0xE00) {
                all.appendCodePoint(code);
            }
        }
        Json exact = Json.object().with("x", all.toString());
        String line = Printable.of(exact.write());
        assertEquals(exact, Json.read(line));
        assertEquals(0, line.chars().filter(Character::isISOControl).count());
    }
}
