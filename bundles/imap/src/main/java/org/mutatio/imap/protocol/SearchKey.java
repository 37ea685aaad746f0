package org.mutatio.imap.protocol;

import java.time.LocalDate;
import java.util.List;

/// What SEARCH looks for; RFC 9051 section 6.4.4. Texts are decoded.
public sealed interface SearchKey {

    record All() implements SearchKey {}

    record None() implements SearchKey {}

    /// All of them; one or more.
    record And(List<SearchKey> keys) implements SearchKey {
        public And {
            keys = List.copyOf(keys);
        }
    }

    record Or(SearchKey one, SearchKey other) implements SearchKey {}

    record Not(SearchKey key) implements SearchKey {}

    /// Message numbers.
    record Numbers(SequenceSet set) implements SearchKey {}

    record Uids(SequenceSet set) implements SearchKey {}

    /// A system flag is set.
    record SystemFlag(int bit) implements SearchKey {}

    record Keyword(String name) implements SearchKey {}

    /// Octets of the message.
    record Larger(long than) implements SearchKey {}

    record Smaller(long than) implements SearchKey {}

    enum Compare {
        BEFORE,
        ON,
        SINCE
    }

    /// INTERNALDATE, time and zone disregarded.
    record Received(Compare compare, LocalDate day) implements SearchKey {}

    /// The Date field, time and zone disregarded.
    record Sent(Compare compare, LocalDate day) implements SearchKey {}

    /// Received within so many seconds before now (YOUNGER), or earlier (OLDER); RFC 5032.
    record Within(boolean younger, long seconds) implements SearchKey {}

    /// A header field has that text; the empty text asks whether there is such a field.
    ///
    /// @param addresses From, To, Cc, Bcc
    record Header(String name, String text, boolean addresses) implements SearchKey {}

    record Body(String text) implements SearchKey {}

    record Text(String text) implements SearchKey {}

    /// RFC 7162 section 3.1.5.
    record ModSeq(long least) implements SearchKey {}
}
