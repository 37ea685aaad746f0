package org.mutatio.sdk.settings;

import java.time.Duration;
import java.util.Locale;

/// Durations as settings write them: `500 ms`, `10 s`, `5 m`, `24 h`, `30 d`. A day has 24 hours.
public final class Durations {

    private Durations() {}

    /// Reads a whole number and a unit; the space between them may be left out. `0` needs no unit.
    ///
    /// @throws IllegalArgumentException names the text and a good example
    public static Duration parse(String text) {
        String trimmed = text.strip();
        int digits = 0;
        while (digits < trimmed.length() && trimmed.charAt(digits) >= '0' && trimmed.charAt(digits) <= '9') {
            digits++;
        }
        String unit = trimmed.substring(digits).strip().toLowerCase(Locale.ROOT);
        if (digits == 0) {
            throw new IllegalArgumentException("not a duration (examples: 500 ms, 10 s, 5 m): " + text);
        }
        if (unit.isEmpty() && trimmed.chars().allMatch(c -> c == '0')) {
            return Duration.ZERO;
        }
        long factor = millis(unit, text);
        try {
            return Duration.ofMillis(Math.multiplyExact(Long.parseLong(trimmed, 0, digits, 10), factor));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("duration too long: " + text, e);
        }
    }

    private static long millis(String unit, String text) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m", "min" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> throw new IllegalArgumentException("not a duration (examples: 500 ms, 10 s, 5 m): " + text);
        };
    }

    /// In the largest unit that keeps it a whole number: `30 d`, `90 s`, `1500 ms`. Parts of a millisecond are dropped.
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0 s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + " d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + " h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + " m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
    }
}
