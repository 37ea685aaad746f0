package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Faults of ours at each call a session makes: no octet of a message runs as a command, no half message is kept, the
/// client hears as many replies as it waits for, and nothing stays open ([Talk] looks).
final class FaultsTest {
    private static final String HELLO = """
            S: 220 *
            C: EHLO client.test
            S: 250...
            """;
    private static final String OPEN = HELLO + """
            C: MAIL FROM:<bo@example.net>
            C: RCPT TO:<ann@example.com>
            S: 250 2.1.0 *
            S: 250 2.1.5 *
            """;
    private static final String GOES_ON = """
            C: MAIL FROM:<bo@example.net>
            S: 250 2.1.0 *
            """;

    private static Talk with(String... faults) {
        return new Talk().given(pipeline -> pipeline.faults.addAll(List.of(faults)));
    }

    @ParameterizedTest(name = "DATA, fault at {0}, in packets of {1}")
    @CsvSource({"write 1, 100000", "write 1, 1", "write 2, 1", "write 2, 30", "write 1, 7"})
    void messageIsReadToItsEndWhateverHappens(String fault, int packet) {
        Talk talk = with(fault).packet(packet).talk(OPEN + """
                C: DATA
                S: 354 *
                C: Subject: x
                C:
                C: MAIL FROM:<evil@example.net>
                C: RCPT TO:<ann@example.com>
                C: DATA
                C: RSET
                C: .
                S: 451 4.3.0 *
                """ + GOES_ON);
        assertTrue(talk.pipeline.taken.isEmpty());
        assertEquals(List.of("message 451 4.3.0"), talk.pipeline.refused);
    }

    @Test
    void noSpoolIsNoData() {
        with("spool").talk(OPEN + "C: DATA\nS: 451 4.3.0 *\n" + GOES_ON);
    }

    /// RFC 3030 section 2: chunks that were under way when one failed are read and dropped.
    @ParameterizedTest(name = "BDAT, fault at {0}")
    @ValueSource(strings = {"spool", "write 1"})
    void noMessageLacksItsFirstChunk(String fault) {
        Talk talk = new Talk();
        talk.given(pipeline -> pipeline.faults.add(fault)).talk(OPEN + """
                R: BDAT 6\\r\\nQUIT\\r\\nBDAT 6\\r\\nQUIT\\r\\nBDAT 6 LAST\\r\\nQUIT\\r\\n
                S: 451 4.3.0 *
                S: 503 5.5.1 *
                S: 503 5.5.1 *
                """ + GOES_ON);
        assertTrue(talk.pipeline.taken.isEmpty());
    }

    @Test
    void noMessageLacksItsSecondChunk() {
        Talk talk = with("write 2").talk(OPEN + """
                R: BDAT 6\\r\\nQUIT\\r\\n
                S: 250 2.0.0 *
                R: BDAT 6\\r\\nQUIT\\r\\n
                S: 451 4.3.0 *
                R: BDAT 6 LAST\\r\\nQUIT\\r\\n
                S: 503 5.5.1 *
                """ + GOES_ON);
        assertTrue(talk.pipeline.taken.isEmpty());
    }

    @Test
    void chunkWhoseLimitCannotBeAskedEndsTheMessage() {
        Talk talk = with("size limit").talk(OPEN + """
                R: BDAT 6\\r\\nQUIT\\r\\nBDAT 6 LAST\\r\\nQUIT\\r\\n
                S: 451 4.3.0 *
                S: 503 5.5.1 *
                """ + GOES_ON);
        assertTrue(talk.pipeline.taken.isEmpty());
    }

    /// A kept message is answered 250, or its sender sends it again.
    @ParameterizedTest(name = "fault at {0}")
    @ValueSource(strings = {"close", "close spool"})
    void whatIsKeptIsAnsweredSo(String fault) {
        Talk talk = with(fault).talk(OPEN + """
                C: DATA
                S: 354 *
                C: x
                C: .
                S: 250 2.0.0 kept as *
                """ + GOES_ON);
        assertEquals(1, talk.pipeline.kept.size());
    }

    @Test
    void rsetQuitAndEhloDoNotFail() {
        with("close").talk(OPEN + "C: RSET\nS: 250 2.0.0 *\n" + GOES_ON + """
                C: EHLO client.test
                S: 250...
                """ + GOES_ON + "C: QUIT\nS: 221 *\n");
    }

    @Test
    void traceThatCannotBeKeptChangesNoReply() {
        with("refused").talk(OPEN + """
                C: DATA
                S: 354 *
                R: a\\nb\\r\\nQUIT\\r\\n.\\r\\n
                S: 550 5.6.0 *
                """ + GOES_ON);
        with("refused").talk(OPEN + """
                C: DATA
                S: 354 *
                R: QUIT
                ! wait 31 s
                S: 421 4.4.2 *
                """);
    }

    /// RFC 3207 section 4.2: what was said in the clear is forgotten, and nothing is said before the client speaks.
    @Test
    void nothingSurvivesStartTls() {
        Talk talk = with("close", "note").role("submission").plaintextAuth();
        talk.talk(HELLO + """
                C: AUTH PLAIN AGFubkBleGFtcGxlLmNvbQBzZWNyZXQ=
                S: 235 2.7.0 *
                C: MAIL FROM:<ann@example.com>
                S: 250 2.1.0 *
                C: STARTTLS
                S: 220 2.0.0 *
                C: MAIL FROM:<ann@example.com>
                S: 503 5.5.1 *
                C: EHLO client.test
                S: 250...
                C: MAIL FROM:<ann@example.com>
                S: 530 5.7.0 *
                """);
    }

    @Test
    void logInIsAnsweredAsItWent() {
        with("note", "session refused").role("submission").encrypted().talk(HELLO + """
                C: AUTH PLAIN d3Jvbmc=
                S: 535 5.7.8 *
                C: AUTH PLAIN AGFubkBleGFtcGxlLmNvbQBzZWNyZXQ=
                S: 235 2.7.0 *
                """);
    }
}
