package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.mutatio.smtp.protocol.Leniency;

/// The library's defects that dependencies.md lists under "SubEthaSMTP 7.2.2", by their numbers. Each is cured by a
/// command of ours; the transcripts have more of each kind.
final class SubEthaDefectsTest {
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

    @Test
    void d1BodyOfRefusedMessageDoesNotRunAsCommands() {
        new Talk().given(pipeline -> pipeline.sizeLimit = 10).talk(OPEN + """
                C: DATA
                S: 354 *
                C: 0123456789
                C: MAIL FROM:<evil@example.net>
                C: RCPT TO:<ann@example.com>
                C: .
                S: 552 5.3.4 *
                C: NOOP
                S: 250 2.0.0 *
                """);
    }

    @Test
    void d2CutOffChunkLeavesNothing() {
        Talk talk = new Talk().talk(OPEN + """
                R: BDAT 1000 LAST\\r\\nSubject: stump\\r\\n
                ! eof
                """);
        assertTrue(talk.pipeline.taken.isEmpty());
    }

    @Test
    void d3ChunksOutsideOfTransactionsInLowerCaseAndAfterRset() {
        new Talk().talk(HELLO + """
                R: BDAT 6\\r\\nQUIT\\r\\n
                S: 503 5.5.1 *
                C: MAIL FROM:<bo@example.net>
                C: RCPT TO:<ann@example.com>
                S: 250 2.1.0 *
                S: 250 2.1.5 *
                R: bdat 1\\r\\naBdat 1\\r\\nb
                S: 250 2.0.0 *
                S: 250 2.0.0 *
                C: RSET
                S: 250 2.0.0 *
                C: MAIL FROM:<bo@example.net>
                S: 250 2.1.0 *
                """);
    }

    @Test
    void d4SizeIsReadAnywhereAndHoldsForTheData() {
        new Talk().given(pipeline -> pipeline.sizeLimit = 100).talk(HELLO + """
                C: MAIL FROM:<bo@example.net> SIZE=4294967296 BODY=8BITMIME
                S: 552 5.3.4 *
                C: MAIL FROM:<bo@example.net> SIZE=101 BODY=8BITMIME
                S: 250 2.1.0 *
                C: RCPT TO:<ann@example.com>
                S: 250 2.1.5 *
                C: DATA
                S: 552 5.3.4 *
                C: RSET
                S: 250 2.0.0 *
                C: MAIL FROM:<bo@example.net> SIZE=1
                C: RCPT TO:<ann@example.com>
                C: DATA
                S: 250 2.1.0 *
                S: 250 2.1.5 *
                S: 354 *
                ! fill 101 x
                R: \\r\\n.\\r\\n
                S: 552 5.3.4 *
                """);
    }

    @Test
    void d5UnknownParametersAreRefused() {
        new Talk().talk(HELLO + """
                C: MAIL FROM:<bo@example.net> NONSENSE
                S: 555 5.5.4 *
                C: MAIL FROM:<bo@example.net> SIZE=1 NONSENSE=1
                S: 555 5.5.4 *
                C: MAIL FROM:<bo@example.net>
                S: 250 2.1.0 *
                C: RCPT TO:<ann@example.com> NONSENSE
                S: 555 5.5.4 *
                """);
    }

    @Test
    void d6LongLinesAreRead() {
        new Talk().talk(HELLO + "R: MAIL FROM:<bo@example.net>" + " ".repeat(3_000) + "SIZE=1\\r\\n\n" + """
                S: 250 2.1.0 *
                """);
    }

    @Test
    void d7BareLineEndsDoNotPass() {
        Talk talk = new Talk().talk(OPEN + """
                C: DATA
                S: 354 *
                R: a\\nb\\rc\\r\\n.\\r\\n
                S: 550 5.6.0 *
                """);
        assertTrue(talk.pipeline.taken.isEmpty());
    }

    @Test
    void d8FirstDotVerbsAndOrder() {
        Talk talk = new Talk().talk("""
                S: 220 *
                C: MAIL FROM:<bo@example.net>
                S: 503 5.5.1 *
                C: EHLONGER client.test
                S: 500 5.5.2 *
                C: EHLO client.test
                S: 250...
                C: MAIL FROM:<bo@example.net>
                C: RCPT TO:<ann@example.com>
                C: DATA
                S: 250 2.1.0 *
                S: 250 2.1.5 *
                S: 354 *
                C: ..stuffed
                C: .
                S: 250 2.0.0 *
                """);
        assertEquals(".stuffed\r\n", talk.pipeline.taken.getFirst().octets());
    }

    /// No header is added here, and the address carries its text as its name, so that no name is looked up.
    @Test
    void d9NoNameIsLookedUp() {
        var named = GateSocket.named(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 25));
        assertEquals("192.0.2.7", named.getAddress().getHostName());
    }

    @Test
    void d10DeadlineHoldsForTheWholeLineAndTheWholeMessage() {
        new Talk().talk(HELLO + """
                R: N
                ! wait 30 s
                R: O
                ! wait 31 s
                S: 421 4.4.2 *
                """);
        new Talk().talk(OPEN + """
                C: DATA
                S: 354 *
                R: a
                ! wait 16 s
                R: b
                ! wait 16 s
                S: 421 4.4.2 *
                """);
    }

    /// 11: octets are scanned in bulk; [MessageScannerTest] shows that this is right, the load generator how fast.
    @Test
    void d11WholeBuffersGoOnAsOneRun() {
        int[] runs = {0};
        var scanner = new MessageScanner(true, BareLineEnds.REFUSE, (_, _, _) -> runs[0]++);
        byte[] octets = ("x".repeat(70) + "\r\n").repeat(400).getBytes(StandardCharsets.US_ASCII);
        scanner.take(octets, 0, octets.length);
        assertEquals(1, runs[0]);
    }

    @Test
    void leniencesCanBeSwitchedOff() {
        Talk talk = new Talk()
                .settings(s -> new ServerSettings(
                        s.hostName(),
                        s.messageSize(),
                        s.recipients(),
                        s.submissionRecipients(),
                        s.errors(),
                        s.junk(),
                        s.xclient(),
                        EnumSet.noneOf(Leniency.class),
                        s.bareLineEnds(),
                        s.pace(),
                        s.version()));
        talk.talk("""
                S: 220 *
                C: EHLO my_pc
                S: 501 5.5.4 *
                C: EHLO client.test
                S: 250...
                C: MAIL FROM: <bo@example.net>
                S: 501 5.1.7 *
                R: RSET \\r\\n
                S: 501 5.5.4 *
                C: MAIL FROM:<bo@example.net>
                C: RCPT TO:<ann@example.com>
                C: DATA
                S: 250 2.1.0 *
                S: 250 2.1.5 *
                S: 354 *
                C: grün
                C: .
                S: 554 5.6.3 *
                C: MAIL FROM:<bo@example.net> BODY=8BITMIME
                C: RCPT TO:<ann@example.com>
                C: DATA
                S: 250 2.1.0 *
                S: 250 2.1.5 *
                S: 354 *
                C: grün
                C: .
                S: 250 2.0.0 *
                """);
    }
}
