package org.mutatio.imap.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/// `17-Jul-1996 02:44:25 -0700` and `1-Feb-1994`; RFC 9051 section 9, date-time and date.
public final class ImapDates {
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private ImapDates() {}

    /// A search date, quotes taken off.
    ///
    /// @throws IllegalArgumentException when it is none
    public static LocalDate day(String text) {
        int dash = text.indexOf('-');
        if (dash < 1 || dash > 2 || text.length() != dash + 9 || text.charAt(dash + 4) != '-') {
            throw new IllegalArgumentException("not a date: " + text);
        }
        try {
            return LocalDate.of(
                    number(text, dash + 5, dash + 9), month(text.substring(dash + 1, dash + 4)), number(text, 0, dash));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not a date: " + text, e);
        }
    }

    /// A date with time and zone, quotes taken off: 26 characters; the first may be a blank.
    ///
    /// @throws IllegalArgumentException when it is none
    public static Instant moment(String text) {
        if (text.length() != 26
                || text.charAt(2) != '-'
                || text.charAt(6) != '-'
                || text.charAt(11) != ' '
                || text.charAt(14) != ':'
                || text.charAt(17) != ':'
                || text.charAt(20) != ' '
                || text.charAt(21) != '+' && text.charAt(21) != '-') {
            throw new IllegalArgumentException("not a date and time: " + text);
        }
        try {
            int second = number(text, 18, 20);
            LocalDateTime local = LocalDateTime.of(
                    number(text, 7, 11),
                    month(text.substring(3, 6)),
                    text.charAt(0) == ' ' ? number(text, 1, 2) : number(text, 0, 2),
                    number(text, 12, 14),
                    number(text, 15, 17),
                    Math.min(second, 59)); // a leap second
            if (second > 60 || number(text, 24, 26) > 59) {
                throw new IllegalArgumentException("not a date and time: " + text);
            }
            int minutes = number(text, 22, 24) * 60 + number(text, 24, 26);
            return local.toInstant(ZoneOffset.UTC).minusSeconds(60L * (text.charAt(21) == '-' ? -minutes : minutes));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not a date and time: " + text, e);
        }
    }

    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw new IllegalArgumentException("not a date: " + text);
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    private static int month(String name) {
        String wanted = name.substring(0, 1).toUpperCase(Locale.ROOT)
                + name.substring(1).toLowerCase(Locale.ROOT);
        int at = MONTHS.indexOf(wanted);
        if (at < 0 || at % 3 != 0) {
            throw new IllegalArgumentException("not a month: " + name);
        }
        return at / 3 + 1;
    }

    /// `" 1-Feb-1994 02:44:25 +0000"` with its quotes, in UTC; 28 octets.
    public static String format(long epochSecond) {
        OffsetDateTime date = OffsetDateTime.ofInstant(Instant.ofEpochSecond(epochSecond), ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(28).append('"');
        two(text, date.getDayOfMonth(), ' ').append('-');
        int month = (date.getMonthValue() - 1) * 3;
        text.append(MONTHS, month, month + 3).append('-');
        int year = Math.clamp(date.getYear(), 0, 9999);
        two(text, year / 100, '0');
        two(text, year % 100, '0').append(' ');
        two(text, date.getHour(), '0').append(':');
        two(text, date.getMinute(), '0').append(':');
        two(text, date.getSecond(), '0');
        return text.append(" +0000\"").toString();
    }

    private static StringBuilder two(StringBuilder text, int value, char pad) {
        return value < 10 ? text.append(pad).append(value) : text.append(value);
    }
}
