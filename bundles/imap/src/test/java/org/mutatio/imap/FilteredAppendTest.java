package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.imap.session.ImapSettings;
import org.mutatio.imap.talk.House;
import org.mutatio.imap.talk.Transcript;
import org.mutatio.mime.structure.Summary;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.reply.Reply;

/// `[imap] filter-append = true`.
class FilteredAppendTest {

    private static final ImapSettings FILTERED = new ImapSettings(
            ImapSettings.DEFAULTS.messageSize(),
            ImapSettings.DEFAULTS.beforeLogin(),
            ImapSettings.DEFAULTS.afterLogin(),
            ImapSettings.DEFAULTS.searchTime(),
            true);
    private static final MailId ID = new MailId("01JD0000000000000000000000");

    /// Answers what a test says, and remembers what it was asked.
    private static final class Fake implements Appends {
        final List<Append> asked = new ArrayList<>();
        final Object answer;

        Fake(Object answer) {
            this.answer = answer;
        }

        @Override
        public Appended append(Append append, Spool content, ByteBuffer summary)
                throws RefusedChangeException, StoreUnavailableException {
            assertEquals("a: b\r\n\r\n".length(), content.size());
            assertEquals(content.size(), Summary.parse(summary).orElseThrow().size());
            asked.add(append);
            return switch (answer) {
                case Reply reply -> new Appended.Refused(ID, reply);
                case RefusedChangeException e -> throw e;
                case StoreUnavailableException e -> throw e;
                default -> new Appended.Kept(ID, new Change.Placed(append.mailbox(), 4, 5));
            };
        }
    }

    private static Fake talk(Object answer, String expected) {
        Fake fake = new Fake(answer);
        try (House house = new House(FILTERED).appends(fake)) {
            Transcript.play(new HashMap<>(), _ -> house.loggedIn(), """
                    C: a APPEND Sent (\\Seen $x) " 3-Feb-2001 04:05:06 +0000" {8+}
                    C: a: b
                    C:
                    C:
                    S: a %s
                    C: b NOOP
                    S: b OK ...
                    """.formatted(expected));
        }
        return fake;
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # RFC 5530 section 3
            550 | 5.7.1 | CANNOT
            554 | 5.6.0 | CANNOT
            552 | 5.3.4 | LIMIT
            552 | 5.2.3 | LIMIT
            552 | 5.2.2 | OVERQUOTA
            451 | 4.3.0 | UNAVAILABLE
            452 | 4.3.4 | UNAVAILABLE
            """)
    void aRefusalIsToldWithItsReason(int code, String status, String expected) {
        talk(
                Reply.of(code, status, "too many bananas (" + ID + ")"),
                "NO [" + expected + "] too many bananas (" + ID + ")");
    }

    @Test
    void whatIsKeptHasItsUid() {
        Fake fake = talk("kept", "OK [APPENDUID 4 5] kept as " + ID);
        Appends.Append append = fake.asked.getFirst();
        assertEquals("ann@example.com", append.account().address().toString());
        assertEquals("\\Seen $x", append.flags().toString());
        assertEquals(Instant.parse("2001-02-03T04:05:06Z"), append.internalDate());
        assertFalse(append.session().isEmpty());
    }

    @Test
    void aMailboxThatWentMeanwhileMayBeMade() {
        talk(new RefusedChangeException(RefusedChangeException.Refusal.NONEXISTENT, "gone"), "NO [TRYCREATE] ...");
    }

    @Test
    void aStoreThatWaitsIsTriedAgain() {
        talk(new StoreUnavailableException(Reply.of(451, "4.3.0", "later"), "busy"), "NO [UNAVAILABLE] ...");
    }

    @Test
    void withoutTheSettingNobodyIsAsked() {
        Fake fake = new Fake(Reply.of(550, "5.7.1", "no"));
        try (House house = new House().appends(fake)) {
            Transcript.play(new HashMap<>(), _ -> house.loggedIn(), """
                    C: a APPEND Sent {8+}
                    C: a: b
                    C:
                    C:
                    S: a OK [APPENDUID ...
                    """);
        }
        assertEquals(List.of(), fake.asked);
    }
}
