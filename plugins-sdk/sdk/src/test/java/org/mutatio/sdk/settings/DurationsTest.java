package org.mutatio.sdk.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {

    @ParameterizedTest(name = "{0} is {1}, written {2}")
    @CsvSource(delimiter = '|', textBlock = """
            500 ms  | PT0.5S  | 500 ms
            10 s    | PT10S   | 10 s
            10s     | PT10S   | 10 s
            90 s    | PT90S   | 90 s
            60 s    | PT60S   | 1 m
            5 m     | PT5M    | 5 m
            5 min   | PT5M    | 5 m
            24 h    | PT24H   | 1 d
            30 d    | PT720H  | 30 d
            0       | PT0S    | 0 s
            """)
    void reads(String text, Duration expected, String written) {
        assertEquals(expected, Durations.parse(text));
        assertEquals(written, Durations.format(expected));
        assertEquals(expected, Durations.parse(written));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s", "5", "5 weeks", "-5 s", "1.5 s", "5 s s", "99999999999999999999 s", "9000000000000000 d"
            })
    void refuses(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> Durations.parse(text));
        assertTrue(refusal.toString().endsWith(": " + text), refusal.toString());
    }
}
