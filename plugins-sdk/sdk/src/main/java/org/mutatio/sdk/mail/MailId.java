package org.mutatio.sdk.mail;

import java.time.Instant;
import java.util.random.RandomGenerator;

/// Names one transaction and the message it left: 26 characters of Crockford's base 32, sortable by time (48 bits of
/// milliseconds, 80 random bits).
public record MailId(String text) implements Comparable<MailId> {

    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public MailId {
        if (!valid(text)) {
            throw new IllegalArgumentException("not a mail id (26 characters of Crockford's base 32): " + text);
        }
    }

    public static MailId of(Instant time, RandomGenerator random) {
        long millis = time.toEpochMilli() & 0xFFFF_FFFF_FFFFL;
        long high = random.nextLong() & 0xFF_FFFF_FFFFL;
        long low = random.nextLong() & 0xFF_FFFF_FFFFL;
        char[] text = new char[26];
        put(text, 0, 10, millis);
        put(text, 10, 8, high);
        put(text, 18, 8, low);
        return new MailId(new String(text));
    }

    public static boolean valid(String text) {
        if (text.length() != 26 || text.charAt(0) > '7') {
            return false;
        }
        for (int i = 0; i < 26; i++) {
            if (ALPHABET.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /// When it was made, to the millisecond.
    public Instant time() {
        long millis = 0;
        for (int i = 0; i < 10; i++) {
            millis = millis << 5 | ALPHABET.indexOf(text.charAt(i));
        }
        return Instant.ofEpochMilli(millis);
    }

    private static void put(char[] into, int at, int length, long value) {
        for (int i = length - 1; i >= 0; i--) {
            into[at + i] = ALPHABET.charAt((int) (value & 31));
            value >>>= 5;
        }
    }

    @Override
    public int compareTo(MailId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
