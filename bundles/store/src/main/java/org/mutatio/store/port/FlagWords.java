package org.mutatio.store.port;

import java.util.TreeSet;
import org.mutatio.api.store.Flags;

/// Flags as the words of IMAP, RFC 9051 section 2.3.2.
final class FlagWords {
    private static final int LONGEST = 255;

    private FlagWords() {}

    /// `\Seen $Junk`; unknown system flags and words that IMAP cannot carry are left out.
    static Flags read(String words) {
        int system = 0;
        TreeSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String word : words.split(" ", -1)) {
            if (word.startsWith("\\")) {
                system |= Flags.bit(word);
            } else if (keyword(word)) {
                boolean _ = keywords.add(word);
            }
        }
        return new Flags(system, keywords);
    }

    /// An atom; RFC 9051 section 9 (flag-keyword).
    static boolean keyword(String word) {
        return !word.isEmpty()
                && word.length() <= LONGEST
                && word.chars().allMatch(c -> c > ' ' && c <= '~' && "(){%*\"\\]".indexOf(c) < 0);
    }
}
