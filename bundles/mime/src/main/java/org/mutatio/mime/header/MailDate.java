package org.mutatio.mime.header;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.mime.OctetStrings;

/// Dates of mail headers (RFC 5322 section 3.3), read tolerantly: obsolete zones and years (section 4.3), comments,
/// no day name, no seconds, `11-Feb-98`, and what `asctime` writes (`Wed Feb 11 11:51:00 1998`).
public final class MailDate {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

    /// In hours; RFC 5322 section 4.3. Other names, the military letters among them, say nothing: UTC.
    private static final Map<String, Integer> ZONES = Map.of(
            "ut", 0, "utc", 0, "gmt", 0, "est", -5, "edt", -4, "cst", -6, "cdt", -5, "mst", -7, "mdt", -6, "pst", -8);

    private static final int MAX_LENGTH = 1_000;

    private MailDate() {}

    /// @param value an unfolded field value
    /// @return empty when no day, month and year can be made out, or there is no such day
    public static Optional<OffsetDateTime> parse(String value) {
        List<String> words = words(value);
        int monthAt = -1;
        for (int i = 0; i < words.size() && monthAt < 0; i++) {
            if (month(words.get(i)) > 0) {
                monthAt = i;
            }
        }
        if (monthAt < 0) {
            return Optional.empty();
        }
        int month = month(words.get(monthAt));
        int day = -1;
        int year = -1;
        int time = -1;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (isTime(word)) {
                time = time < 0 ? i : time;
            } else if (isNumber(word) && i != monthAt) {
                if (day < 0 && (i == monthAt - 1 || i == monthAt + 1)) {
                    day = Integer.parseInt(word);
                } else if (year < 0 && day >= 0) {
                    year = year(word);
                }
            }
        }
        if (day < 0 || year < 0) {
            return Optional.empty();
        }
        try {
            int[] clock = time < 0 ? new int[3] : clock(words.get(time));
            int shift = 0;
            if (time >= 0 && time + 1 < words.size() && clock[0] <= 12) {
                String half = words.get(time + 1);
                shift = half.equals("pm") && clock[0] < 12 ? 12 : half.equals("am") && clock[0] == 12 ? -12 : 0;
            }
            var local = LocalDateTime.of(year, month, day, clock[0] + shift, clock[1], Math.min(59, clock[2]));
            return Optional.of(local.atOffset(zone(words, time)));
        } catch (DateTimeException _) { // no such day or hour: no date
            return Optional.empty();
        }
    }

    /// Lower-case words, comments left out; hyphens part days, months and years, but not a zone's sign.
    private static List<String> words(String value) {
        var words = new ArrayList<String>();
        String text = OctetStrings.lower(value.length() > MAX_LENGTH ? value.substring(0, MAX_LENGTH) : value);
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '(') {
                at = Scan.closeComment(text, at);
                continue;
            }
            if (OctetStrings.isBlank(c) || c == ',' || c == '"') {
                at++;
                continue;
            }
            boolean sign = (c == '-' || c == '+') && at + 1 < text.length() && isDigit(text.charAt(at + 1));
            boolean dashes = c == '-' && !words.isEmpty() && isAttached(text, at);
            if ((c == '-' || c == '+') && (!sign || dashes)) {
                at++;
                continue;
            }
            int from = at++;
            while (at < text.length() && isWordChar(text, at)) {
                at++;
            }
            String word = text.substring(from, at);
            if (!words.isEmpty() && (c == ':' || words.getLast().endsWith(":"))) {
                words.add(words.removeLast() + word); // `09 : 55 : 06`, RFC 5322 section 4.3
            } else {
                words.add(word);
            }
        }
        return words;
    }

    private static boolean isWordChar(String text, int at) {
        char c = text.charAt(at);
        return !OctetStrings.isBlank(c) && ",()\"-+".indexOf(c) < 0;
    }

    /// `11-feb-98`: a hyphen between words that touch it, when it cannot be the sign of a zone (four digits behind a
    /// time).
    private static boolean isAttached(String text, int at) {
        if (at == 0 || OctetStrings.isBlank(text.charAt(at - 1))) {
            return false;
        }
        int colon = text.lastIndexOf(':', at);
        int blank = text.lastIndexOf(' ', at);
        return colon < 0 || colon < blank; // `11:51:00-0500` is a zone
    }

    private static int month(String word) {
        if (word.length() < 3 || word.length() > 10) {
            return 0;
        }
        return MONTHS.indexOf(word.substring(0, 3)) + 1;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isTime(String word) {
        int colon = word.indexOf(':');
        return (colon == 1 || colon == 2) && isNumber(word.substring(0, colon));
    }

    private static boolean isNumber(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (!isDigit(word.charAt(i))) {
                return false;
            }
        }
        return !word.isEmpty() && word.length() <= 4;
    }

    /// RFC 5322 section 4.3: two digits up to 49 are of this century, the others and three digits count
    /// from 1900.
    private static int year(String digits) {
        int year = Integer.parseInt(digits);
        if (digits.length() == 2) {
            return year < 50 ? 2000 + year : 1900 + year;
        }
        return digits.length() == 3 ? 1900 + year : year;
    }

    private static int[] clock(String word) {
        int[] clock = new int[3];
        int part = 0;
        int digits = 0;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == ':' && part < 2) {
                part++;
                digits = 0;
            } else if (isDigit(c) && digits < 2) {
                clock[part] = clock[part] * 10 + (c - '0');
                digits++;
            } else {
                break; // fractions of seconds, letters
            }
        }
        return clock;
    }

    /// The first word behind the time that is a zone; else UTC.
    private static ZoneOffset zone(List<String> words, int time) {
        for (int i = time + 1; time >= 0 && i < words.size(); i++) {
            String word = words.get(i);
            char sign = word.charAt(0);
            if (sign == '+' || sign == '-') {
                return offset(word);
            }
            Integer hours = word.equals("pdt") ? Integer.valueOf(-7) : ZONES.get(word);
            if (hours != null) {
                boolean more = i + 1 < words.size() && hours == 0; // `GMT+0200`
                char next = more ? words.get(i + 1).charAt(0) : ' ';
                return next == '+' || next == '-' ? offset(words.get(i + 1)) : ZoneOffset.ofHours(hours);
            }
        }
        return ZoneOffset.UTC;
    }

    private static ZoneOffset offset(String word) {
        String digits = word.substring(1).replace(":", "");
        if (!isNumber(digits)) {
            return ZoneOffset.UTC;
        }
        int number = Integer.parseInt(digits);
        int minutes = digits.length() <= 2 ? number * 60 : number / 100 * 60 + number % 100;
        if (minutes > 18 * 60) {
            return ZoneOffset.UTC; // there is no such place
        }
        return ZoneOffset.ofTotalSeconds((word.charAt(0) == '-' ? -minutes : minutes) * 60);
    }

    /// `Thu, 9 May 2019 08:35:26 +0000`; RFC 5322 section 3.3.
    public static String format(OffsetDateTime date) {
        String month = MONTHS.get(date.getMonthValue() - 1);
        int minutes = date.getOffset().getTotalSeconds() / 60;
        var text = new StringBuilder(32)
                .append(DAYS.get(date.getDayOfWeek().getValue() - 1))
                .append(", ")
                .append(date.getDayOfMonth())
                .append(' ')
                .append((char) (month.charAt(0) - 32))
                .append(month, 1, 3)
                .append(' ');
        padded(text, date.getYear(), 1000);
        text.append(' ');
        padded(text, date.getHour(), 10);
        text.append(':');
        padded(text, date.getMinute(), 10);
        text.append(':');
        padded(text, date.getSecond(), 10);
        text.append(minutes < 0 ? " -" : " +");
        padded(text, Math.abs(minutes) / 60, 10);
        padded(text, Math.abs(minutes) % 60, 10);
        return text.toString();
    }

    /// The same in UTC.
    public static String format(Instant instant) {
        return format(instant.atOffset(ZoneOffset.UTC));
    }

    private static void padded(StringBuilder text, int number, int leastOfWidth) {
        for (int least = leastOfWidth; number < least && least > 1; least /= 10) {
            text.append('0');
        }
        text.append(number);
    }
}
