package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mutatio.smtp.protocol.Networks;

/// What the pipeline is told, what is counted, what is traced.
final class FactsTest {
    private static final String SEND = """
            C: MAIL FROM:<ann@example.com>
            C: RCPT TO:<ann@example.com>
            C: DATA
            S: 250 2.1.0 *
            S: 250 2.1.5 *
            S: 354 *
            C: x
            C: .
            S: 250 2.0.0 *
            """;
    private static final String PLAIN = "C: AUTH PLAIN AGFubkBleGFtcGxlLmNvbQBzZWNyZXQ=\nS: 235 *\n";

    private static String protocol(Talk talk) {
        return talk.pipeline.taken.getFirst().protocol();
    }

    @Test
    void wordsForTheReceivedLine() { // RFC 3848, RFC 6531 section 4.3
        assertEquals("SMTP", protocol(new Talk().talk("S: 220 *\nC: HELO a.test\nS: 250 *\n" + SEND)));
        assertEquals("ESMTP", protocol(new Talk().talk("S: 220 *\nC: EHLO a.test\nS: 250...\n" + SEND)));
        assertEquals("ESMTPS", protocol(new Talk().encrypted().talk("S: 220 *\nC: EHLO a.test\nS: 250...\n" + SEND)));
        assertEquals(
                "ESMTPSA",
                protocol(new Talk()
                        .role("submission")
                        .encrypted()
                        .talk("S: 220 *\nC: EHLO a.test\nS: 250...\n" + PLAIN + SEND)));
        assertEquals(
                "ESMTPA",
                protocol(new Talk()
                        .role("submission")
                        .plaintextAuth()
                        .talk("S: 220 *\nC: EHLO a.test\nS: 250...\n" + PLAIN + SEND)));
        assertEquals("LMTP", protocol(new Talk().role("lmtp").talk("S: 220 *\nC: LHLO a.test\nS: 250...\n" + SEND)));
        assertEquals(
                "UTF8SMTP",
                protocol(new Talk()
                        .talk("S: 220 *\nC: EHLO a.test\nS: 250...\n"
                                + SEND.replace(
                                        "C: MAIL FROM:<ann@example.com>", "C: MAIL FROM:<jörg@b.test> SMTPUTF8"))));
    }

    @Test
    void parametersGoOnAsChecked() {
        Talk talk = new Talk().talk("""
                S: 220 *
                C: EHLO client.test
                S: 250...
                C: MAIL FROM:<bo@example.net> ret=full ENVID=QQ+2B1 SIZE=3
                C: RCPT TO:<ann@example.com> notify=failure,delay ORCPT=rfc822;x@y.test
                C: DATA
                S: 250 2.1.0 *
                S: 250 2.1.5 *
                S: 354 *
                C: x
                C: .
                S: 250 2.0.0 *
                """);
        assertEquals(
                Map.of("RET", "FULL", "ENVID", "QQ+2B1"),
                talk.pipeline.taken.getFirst().parameters().further());
        assertEquals(
                List.of(Map.of("NOTIFY", "FAILURE,DELAY", "ORCPT", "rfc822;x@y.test")),
                talk.pipeline.recipientParameters);
    }

    @Test
    void failedLogInsAreTracedAndCounted() {
        Talk talk = new Talk().role("submission").encrypted().talk("""
                S: 220 *
                C: EHLO client.test
                S: 250...
                C: AUTH PLAIN d3Jvbmc=
                S: 535 5.7.8 *
                """);
        assertEquals(List.of("login-failed 535"), talk.pipeline.refused);
        assertEquals(1, talk.counted("mutatio_rejects_total", "stage=\"auth\",reason=\"5.7.8\""));
    }

    @Test
    void messagesWeRefuseAreTracedAndCounted() {
        Talk talk = new Talk().talk("""
                S: 220 *
                C: EHLO client.test
                S: 250...
                C: MAIL FROM:<bo@example.net>
                C: RCPT TO:<ann@example.com>
                C: RCPT TO:<nobody@example.com>
                C: DATA
                S: 250 2.1.0 *
                S: 250 2.1.5 *
                S: 550 5.1.1 *
                S: 354 *
                R: a\\nb\\r\\n.\\r\\n
                S: 550 5.6.0 *
                """);
        assertEquals(List.of("message 550 5.6.0"), talk.pipeline.refused);
        assertEquals(1, talk.counted("mutatio_rejects_total", "stage=\"data\",reason=\"5.6.0\""));
        assertEquals(1, talk.counted("mutatio_rejects_total", "stage=\"rcpt\",reason=\"5.1.1\""));
        assertEquals(0, talk.counted("mutatio_smtp_sessions_active", ""));
        assertEquals(1, talk.counted("mutatio_smtp_sessions_total", "role=\"mx\""));
    }

    @Test
    void xclientIsAnotherClient() {
        Talk talk = new Talk()
                .settings(s -> new ServerSettings(
                        s.hostName(),
                        s.messageSize(),
                        s.recipients(),
                        s.submissionRecipients(),
                        s.errors(),
                        s.junk(),
                        Networks.of(List.of("192.0.2.7")),
                        s.tolerated(),
                        s.bareLineEnds(),
                        s.pace(),
                        s.version()))
                .talk("""
                        S: 220 *
                        C: EHLO client.test
                        S: 250...
                        C: XCLIENT ADDR=198.51.100.3 PORT=99
                        S: 220 *
                        """);
        assertEquals(
                "192.0.2.7",
                talk.pipeline.facts.getFirst().client().getAddress().getHostAddress());
        assertEquals(
                "198.51.100.3",
                talk.pipeline.facts.getLast().client().getAddress().getHostAddress());
        assertEquals(99, talk.pipeline.facts.getLast().client().getPort());
    }

    @Test
    void itTalksToItself() {
        var health = SelfTalk.probe(ServerSettings.of("mail.example.com"));
        assertEquals(org.mutatio.sdk.health.Health.State.OK, health.state(), health.reason());
    }

    @Test
    void badSettingsNameThemselves() {
        var bad = org.junit.jupiter.api.Assertions.assertThrows(
                IllegalArgumentException.class, () -> ServerSettings.of("mail example"));
        assertTrue(String.valueOf(bad.getMessage()).contains("host-name"));
    }
}
