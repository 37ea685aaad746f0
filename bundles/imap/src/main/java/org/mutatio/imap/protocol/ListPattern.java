package org.mutatio.imap.protocol;

import java.util.Arrays;

/// `%` and `*` of LIST; RFC 9051 section 6.3.9. Takes length of pattern times length of name at the most, whatever
/// they hold: all positions of the pattern that a name may have reached are followed at once.
public final class ListPattern {
    private final String pattern;
    private final boolean[] now;
    private final boolean[] then;
    private final int letters; // that a name needs, wildcards left out

    public ListPattern(String pattern) {
        StringBuilder plain = new StringBuilder(pattern.length());
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            char before = plain.isEmpty() ? 0 : plain.charAt(plain.length() - 1);
            if (c == '*' && (before == '*' || before == '%')) {
                plain.setCharAt(plain.length() - 1, '*'); // `%*` and `**` are `*`
            } else if (c != '%' || before != '*' && before != '%') {
                plain.append(c);
            }
        }
        this.pattern = plain.toString();
        this.letters =
                (int) this.pattern.chars().filter(c -> c != '*' && c != '%').count();
        this.now = new boolean[this.pattern.length() + 1];
        this.then = new boolean[this.pattern.length() + 1];
    }

    /// Not for several threads at once.
    public boolean matches(String name) {
        if (letters > name.length()) {
            return false;
        }
        int length = pattern.length();
        Arrays.fill(now, false);
        now[0] = true;
        openWildcards(now);
        int anyCase = inbox(name) ? MailboxNames.INBOX.length() : 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            Arrays.fill(then, false);
            boolean any = false;
            for (int at = 0; at < length; at++) {
                if (!now[at]) {
                    continue;
                }
                char p = pattern.charAt(at);
                if (p == '*' || p == '%' && c != MailboxNames.DELIMITER) {
                    then[at] = true;
                    any = true;
                } else if (p != '%' && (p == c || i < anyCase && Character.toUpperCase(p) == c)) {
                    then[at + 1] = true;
                    any = true;
                }
            }
            if (!any) {
                return false;
            }
            openWildcards(then);
            System.arraycopy(then, 0, now, 0, length + 1);
        }
        return now[length];
    }

    /// `inbox%` finds INBOX, too; RFC 9051 section 5.1.
    private static boolean inbox(String name) {
        int length = MailboxNames.INBOX.length();
        return name.startsWith(MailboxNames.INBOX)
                && (name.length() == length || name.charAt(length) == MailboxNames.DELIMITER);
    }

    /// A wildcard may stand for nothing.
    private void openWildcards(boolean[] positions) {
        for (int at = 0; at < pattern.length(); at++) {
            if (positions[at] && (pattern.charAt(at) == '*' || pattern.charAt(at) == '%')) {
                positions[at + 1] = true;
            }
        }
    }
}
