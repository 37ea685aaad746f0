package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// When the answer to a kept mail counts as read; architecture.md section 0, case smtp-0d2.
final class AnswerReadTest {
    private static final String BEGIN = """
            S: 220 *
            C: EHLO client.test
            S: 250...
            C: MAIL FROM:<bo@example.net>
            C: RCPT TO:<ann@example.com>
            C: DATA
            S: 250 2.1.0 *
            S: 250 2.1.5 *
            S: 354 *
            C: x
            """;

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        read     | C: .~S: 250 2.0.0 *~C: QUIT~S: 221 *
        read     | C: .~S: 250 2.0.0 *~C: NOOP~S: 250 *
        read     | C: .~S: 250 2.0.0 *~R: N~! eof
        not read | C: .~S: 250 2.0.0 *~! reset
        not read | C: .~S: 250 2.0.0 *~! wait 301 s~S: 421 *
        not read | C: .~! eof~S: 250 2.0.0 *
        not read | C: .~S: 250 2.0.0 *~! handover~S: 421 *
        not read | C: .~C: QUIT~S: 250 2.0.0 *~S: 221 *
        read     | C: .~C: NOOP~S: 250 2.0.0 *~S: 250 *~C: NOOP~S: 250 *
        not read | C: .~C: NOOP~C: NOOP~S: 250 2.0.0 *~S: 250 *~S: 250 *~! reset
        """)
    void answer(String state, String rest) {
        check(new Talk(), state, rest);
    }

    /// A sender that gave up waiting: RSET, QUIT and a close lie there when the answer leaves, in several reads (TLS
    /// records, small packets). None of them shows that it was read.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        not read | C: .~C: RSET~C: QUIT~S: 250 2.0.0 *~S: 250 2.0.0 ok~S: 221 *
        not read | C: .~C: RSET~! eof~S: 250 2.0.0 *~S: 250 2.0.0 ok
        not read | C: .~R: RSE~! eof~S: 250 2.0.0 *
        read     | C: .~C: RSET~S: 250 2.0.0 *~S: 250 2.0.0 ok~C: QUIT~S: 221 *
        """)
    void earlyOctetsInSmallPackets(String state, String rest) {
        for (int packet : new int[] {1, 2, 3, 5, 7}) {
            check(new Talk().packet(packet), state, rest);
        }
    }

    private static void check(Talk fresh, String state, String rest) {
        Talk talk = fresh.talk(BEGIN + rest.replace("~", "\n"));
        assertEquals(1, talk.pipeline.kept.size());
        assertEquals(state.equals("read") ? talk.pipeline.kept : List.of(), talk.pipeline.read);
    }

    /// An orderly close after the answer.
    @ParameterizedTest
    @ValueSource(strings = "C: .~S: 250 2.0.0 *~! wait 1 s~! eof")
    void closedInOrder(String rest) {
        Talk talk = new Talk().talk(BEGIN + rest.replace("~", "\n"));
        assertEquals(talk.pipeline.kept, talk.pipeline.read);
    }
}
