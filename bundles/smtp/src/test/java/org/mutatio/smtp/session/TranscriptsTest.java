package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.smtp.protocol.Networks;

/// Every file of `src/test/resources/transcripts`, spoken whole and octet by octet. The first line says how the server
/// is set up: `# role=submission tls plaintext-auth ...`.
final class TranscriptsTest {

    @TestFactory
    Stream<DynamicTest> transcripts() throws IOException, URISyntaxException {
        Path folder = Path.of(
                        TranscriptsTest.class.getResource("/transcripts/mx.txt").toURI())
                .getParent();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        return files.stream()
                .flatMap(file -> Stream.of(Integer.MAX_VALUE, 1, 7)
                        .map(packet -> DynamicTest.dynamicTest(
                                file.getFileName() + (packet > 10 ? "" : " in packets of " + packet),
                                () -> speak(file, packet))));
    }

    private static void speak(Path file, int packet) throws IOException {
        String text = Files.readString(file);
        // Conversations are divided by a line `=== title # setup`.
        int spoken = 0;
        for (String part : text.split("(?m)^=== ", -1)) {
            if (part.isBlank() || part.startsWith("//")) {
                continue;
            }
            int end = part.indexOf('\n');
            String head = part.substring(0, end);
            Talk talk = new Talk().packet(packet);
            int hash = head.indexOf('#');
            for (String word : (hash < 0 ? "" : head.substring(hash + 1).strip()).split(" ", -1)) {
                setUp(talk, word);
            }
            try {
                talk.talk(part.substring(end + 1));
            } catch (AssertionError e) {
                throw new AssertionError(head + ": " + e.getMessage(), e);
            }
            spoken++;
        }
        assertTrue(spoken > 0);
    }

    private static void setUp(Talk talk, String word) {
        switch (word.toLowerCase(Locale.ROOT)) {
            case "" -> {}
            case "submission", "lmtp" -> talk.role(word);
            case "tls" -> talk.encrypted();
            case "no-starttls" -> talk.withoutStartTls();
            case "plaintext-auth" -> talk.plaintextAuth();
            case "account-full" -> talk.accountFull();
            case "disk-full" -> talk.given(pipeline -> pipeline.diskFull = true);
            case "fault-at-mail" -> talk.given(pipeline -> pipeline.faultAtMail = true);
            case "no-pipeline" -> talk.withoutPipeline();
            case "normalise" -> talk.settings(s -> change(s, s.xclient(), BareLineEnds.NORMALISE, s.recipients()));
            case "xclient" ->
                talk.settings(s -> change(s, Networks.of(List.of("192.0.2.0/24")), s.bareLineEnds(), s.recipients()));
            case "tight" -> talk.given(pipeline -> pipeline.sizeLimit = 100);
            case "small" -> talk.listener(java.util.Map.of("message-size", "1000 B"));
            case "three-recipients" -> talk.settings(s -> change(s, s.xclient(), s.bareLineEnds(), 3));
            case "unwelcome" -> talk.client("192.0.2.66");
            default -> throw new AssertionError("no such set-up: " + word);
        }
    }

    /// @param recipients below 100 only for submission, where nothing forbids it
    private static ServerSettings change(ServerSettings s, Networks xclient, BareLineEnds bare, int recipients) {
        return new ServerSettings(
                s.hostName(),
                s.messageSize(),
                Math.max(100, recipients),
                recipients < 100 ? recipients : s.submissionRecipients(),
                s.errors(),
                s.junk(),
                xclient,
                s.tolerated(),
                bare,
                s.pace(),
                s.version());
    }

    @Test
    void whatWasSentIsWhatIsTaken() {
        Talk talk = new Talk().talk("""
                        S: 220 mx.example.com ESMTP Mutatio
                        C: EHLO client.test
                        S: 250...
                        C: MAIL FROM:<bo@example.net> SIZE=100 BODY=8BITMIME
                        C: RCPT TO:<ann@example.com>
                        C: DATA
                        S: 250 2.1.0 *
                        S: 250 2.1.5 *
                        S: 354 *
                        C: ..first
                        C: Subject: x
                        C:
                        C: ..
                        C: .a
                        C: a.
                        C: .
                        S: 250 2.0.0 kept as *
                        C: QUIT
                        S: 221 2.0.0 mx.example.com closing
                        """);
        var taken = talk.pipeline.taken.getFirst();
        assertEquals(".first\r\nSubject: x\r\n\r\n.\r\na\r\na.\r\n", taken.octets());
        assertEquals("<bo@example.net>", taken.from().toString());
        assertEquals(List.of("ann@example.com"), taken.to());
        assertEquals("8BITMIME", taken.parameters().body());
        assertEquals(100, taken.parameters().size());
        assertEquals("ESMTP", taken.protocol());
        assertEquals(talk.pipeline.kept, talk.pipeline.read);
        assertEquals(1, talk.counted("mutatio_messages_received_total", "role=\"mx\",result=\"accepted\""));
    }
}
