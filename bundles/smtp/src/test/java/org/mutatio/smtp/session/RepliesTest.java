package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.smtp.protocol.Conversation;

/// How replies look that others chose: filters, policies, the store.
final class RepliesTest {
    private static final String OPEN = """
            S: 220 *
            C: EHLO client.test
            S: 250...
            C: MAIL FROM:<bo@example.net>
            S: 250 2.1.0 *
            """;

    private static void fits(String line) {
        assertTrue(line.getBytes(StandardCharsets.UTF_8).length + 2 <= 512, line);
    }

    @Test
    void noLineHasMoreThan512Octets() { // RFC 5321 section 4.5.3.1.5, RFC 2034 section 4
        for (String text :
                List.of("word ".repeat(300) + "end", "x".repeat(3_000), "é ".repeat(400), "\uD83D\uDE00".repeat(500))) {
            List<String> lines = Conversation.line(Reply.of(550, "5.999.999", text), true)
                    .lines()
                    .toList();
            assertTrue(lines.size() > 1);
            lines.subList(0, lines.size() - 1).forEach(line -> assertTrue(line.startsWith("550-5.999.999 "), line));
            assertTrue(lines.getLast().startsWith("550 5.999.999 "));
            lines.forEach(RepliesTest::fits);
            String told = String.join(
                    "", lines.stream().map(line -> line.substring(14)).toList());
            assertEquals(text.replace(" ", ""), told.replace(" ", ""));
        }
        assertEquals("250 2.0.0 ok", Conversation.line(Reply.of(250, "2.0.0", "ok"), false));
        assertEquals("250 2.0.0 ", Conversation.line(Reply.of(250, "2.0.0", ""), false));
    }

    @Test
    void longRefusalKeepsItsId() {
        String sent = """
                EHLO a.test
                MAIL FROM:<bo@example.net>
                RCPT TO:<wordy@example.com>
                DATA
                x
                .
                QUIT
                """.replace("\n", "\r\n");
        String said = new Talk().throwAt(sent.getBytes(StandardCharsets.US_ASCII));
        said.lines().forEach(RepliesTest::fits);
        assertTrue(
                said.lines().filter(line -> line.startsWith("550-5.7.1 word")).count() > 10, said);
        assertEquals(
                1,
                said.lines()
                        .filter(line -> line.startsWith("550 5.7.1 ") && line.endsWith(")"))
                        .count());
    }

    @Test
    void partingWordsAreShortAndAscii() { // RFC 6531 section 3.7.4.2: there was no SMTPUTF8 yet
        new Talk()
                .client("192.0.2.66")
                .given(pipeline -> pipeline.connectText = "not you, Jörg")
                .talk("""
                S: 554 5.7.1 not you, J?rg
                """);
        fits(new Talk()
                .client("192.0.2.66")
                .given(pipeline -> pipeline.connectText = "x".repeat(2_000))
                .throwAt("QUIT\r\n".getBytes(StandardCharsets.US_ASCII))
                .lines()
                .findFirst()
                .orElseThrow());
    }

    @Test
    void after421TheConnectionCloses() { // RFC 5321 section 3.8
        new Talk().talk(OPEN + """
                C: RCPT TO:<leave@example.com>
                C: RCPT TO:<ann@example.com>
                S: 421 4.3.2 leave
                """);
    }

    @Test
    void refusedHelloLeavesTheTransaction() { // RFC 5321 section 4.1.4: the same state as before the EHLO
        new Talk().talk(OPEN + """
                C: EHLO liar.test
                S: 550 5.7.1 *
                C: EHLO
                S: 501 5.5.4 *
                C: LHLO client.test
                S: 500 5.5.1 *
                C: RCPT TO:<ann@example.com>
                S: 250 2.1.5 *
                C: EHLO other.test
                S: 250...
                C: RCPT TO:<ann@example.com>
                S: 503 5.5.1 *
                """);
    }
}
