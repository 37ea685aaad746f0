package org.mutatio.imap.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.api.store.UidRange;

class GrammarTest {

    @ParameterizedTest(name = "{0} of {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # RFC 9051 section 9, sequence-set
            1            | 5 | 1
            2:4          | 5 | 2:4
            4:2          | 5 | 2:4
            *            | 5 | 5
            *:3          | 5 | 3:5
            7:*          | 5 | 5:7
            1,2,3        | 5 | 1:3
            1:3,2:9,11   | 5 | 1:9,11
            *            | 0 | ''
            1:4294967295 | 5 | 1:4294967295
            """)
    void sets(String text, long largest, String expected) {
        StringBuilder ranges = new StringBuilder();
        for (UidRange range : SequenceSet.parse(text).resolve(largest)) {
            ranges.append(ranges.isEmpty() ? "" : ",").append(range);
        }
        assertEquals(expected, ranges.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "1:", ":1", "1,,2", "a", "4294967296", "-1", "1 ,2"})
    void noSets(String text) {
        assertThrows(IllegalArgumentException.class, () -> SequenceSet.parse(text));
    }

    @Test
    void moments() { // RFC 9051 section 9, date-time
        assertEquals(Instant.parse("1996-07-17T09:44:25Z"), ImapDates.moment("17-Jul-1996 02:44:25 -0700"));
        assertEquals(Instant.parse("1996-07-07T02:44:25Z"), ImapDates.moment(" 7-JUL-1996 02:44:25 +0000"));
        assertEquals(
                "\" 7-Jul-1996 02:44:25 +0000\"",
                ImapDates.format(Instant.parse("1996-07-07T02:44:25Z").getEpochSecond()));
        for (String wrong : new String[] {
            "17-Jul-1996 02:44:25",
            "31-Feb-1996 02:44:25 +0000",
            "17-Xyz-1996 02:44:25 +0000",
            "17-Jul-1996 25:44:25 +0000"
        }) {
            assertThrows(IllegalArgumentException.class, () -> ImapDates.moment(wrong));
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # RFC 9051 section 5.1
            inbox       | INBOX
            iNbOx/Sub   | INBOX/Sub
            Inboxes     | Inboxes
            a/b/        | a/b
            Entw&APw-rfe| Entwürfe
            R&-D        | R&D
            """)
    void names(String octets, String name) throws RefusedException {
        assertEquals(name, new MailboxNames(false).make(octets));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a//b", "/a", "a%b", "a*b", "a\u0001b", "&", "&AGE-", "a\u00fcb"})
    void namesThatNobodyMayMake(String octets) {
        RefusedException refused = assertThrows(RefusedException.class, () -> new MailboxNames(false).make(octets));
        assertEquals("CANNOT", refused.answer().code());
    }

    @Test
    void namesHaveAnEnd() throws RefusedException {
        assertEquals(255, new MailboxNames(true).make("x".repeat(255)).length());
        assertThrows(RefusedException.class, () -> new MailboxNames(true).make("x".repeat(256)));
        assertThrows(RefusedException.class, () -> new MailboxNames(true).make("x/".repeat(40) + "x"));
    }
}
