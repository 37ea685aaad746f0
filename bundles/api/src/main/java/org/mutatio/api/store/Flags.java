package org.mutatio.api.store;

import java.util.Collections;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/// Flags of a message, RFC 9051 section 2.3.2: the five system flags as bits, keywords by name.
///
/// Keywords compare without case and keep their first spelling. \Recent is gone with RFC 9051 and always absent.
///
/// @param system bits of [#SEEN] to [#DRAFT]
/// @param keywords sorted without case; immutable
public record Flags(int system, SortedSet<String> keywords) {

    public static final int SEEN = 1;
    public static final int ANSWERED = 2;
    public static final int FLAGGED = 4;
    public static final int DELETED = 8;
    public static final int DRAFT = 16;

    public static final Flags NONE = new Flags(0, new TreeSet<>());

    private static final String[] NAMES = {"\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"};

    public Flags {
        SortedSet<String> copy = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        copy.addAll(keywords);
        keywords = Collections.unmodifiableSortedSet(copy);
    }

    public static Flags of(int system) {
        return system == 0 ? NONE : new Flags(system, NONE.keywords);
    }

    /// The bit of a system flag's name (`\Seen`, any case); 0 for another name.
    public static int bit(String name) {
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].equalsIgnoreCase(name)) {
                return 1 << i;
            }
        }
        return 0;
    }

    public boolean has(int bit) {
        return (system & bit) != 0;
    }

    public boolean hasKeyword(String keyword) {
        return keywords.contains(keyword);
    }

    public Flags plus(Flags more) {
        SortedSet<String> all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        all.addAll(keywords);
        all.addAll(more.keywords);
        return new Flags(system | more.system, all);
    }

    public Flags minus(Flags less) {
        SortedSet<String> rest = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        rest.addAll(keywords);
        rest.removeAll(less.keywords);
        return new Flags(system & ~less.system, rest);
    }

    /// Equal without regard to the keywords' case.
    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof Flags(int bits, SortedSet<String> words)
                && bits == system
                && words.size() == keywords.size()
                && keywords.containsAll(words);
    }

    @Override
    public int hashCode() {
        int hash = system;
        for (String keyword : keywords) {
            hash += keyword.toLowerCase(Locale.ROOT).hashCode();
        }
        return hash;
    }

    /// `\Seen $Junk`, as between the parentheses of FLAGS.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < NAMES.length; i++) {
            if ((system & 1 << i) != 0) {
                text.append(text.isEmpty() ? "" : " ").append(NAMES[i]);
            }
        }
        for (String keyword : keywords) {
            text.append(text.isEmpty() ? "" : " ").append(keyword);
        }
        return text.toString();
    }
}
