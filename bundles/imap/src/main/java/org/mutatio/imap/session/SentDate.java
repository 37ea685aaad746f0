package org.mutatio.imap.session;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;

/// The day in a Date field, as written: SENTON and its kin disregard time and zone; RFC 9051 section 6.4.4, RFC
/// 5322 section 3.3 with its obsolete forms.
final class SentDate {
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
    private static final int MOST_WORDS = 12;

    private SentDate() {}

    static Optional<LocalDate> parse(String value) {
        int day = -1;
        int month = -1;
        int at = 0;
        int comment = 0;
        for (int words = 0; words < MOST_WORDS && at < value.length(); ) {
            char c = value.charAt(at);
            if (c == '(') {
                comment++;
                at++;
            } else if (c == ')') {
                comment--;
                at++;
            } else if (comment > 0 || !Character.isLetterOrDigit(c)) {
                at++;
            } else {
                int end = at;
                while (end < value.length() && Character.isLetterOrDigit(value.charAt(end))) {
                    end++;
                }
                String word = value.substring(at, end);
                at = end;
                words++;
                int number = number(word);
                if (number < 0) {
                    int found = word.length() < 3
                            ? -1
                            : MONTHS.indexOf(word.substring(0, 3).toLowerCase(Locale.ROOT));
                    if (found >= 0 && found % 3 == 0) {
                        month = found / 3 + 1;
                    }
                } else if (day < 0 && number <= 31) {
                    day = number;
                } else if (day >= 0 && month > 0) {
                    return date(year(number, word.length()), month, day);
                }
            }
        }
        return Optional.empty();
    }

    private static int number(String word) {
        if (word.length() > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    /// Two and three digits: RFC 5322 section 4.3.
    private static int year(int number, int digits) {
        if (digits >= 4) {
            return number;
        }
        return digits == 3 || number >= 50 ? 1900 + number : 2000 + number;
    }

    private static Optional<LocalDate> date(int year, int month, int day) {
        try {
            return Optional.of(LocalDate.of(year, month, day));
        } catch (DateTimeException _) { // 31 February: no date
            return Optional.empty();
        }
    }
}
