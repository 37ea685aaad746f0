package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.smtp.protocol.Networks;

/// Every file of `src/test/resources/transcripts`, spoken whole and octet by octet. A conversation's head says how the
/// server is set up: `# submission tls plaintext-auth ...`.
final class TranscriptsTest {

    @TestFactory
    Stream<DynamicTest> transcripts() throws IOException, URISyntaxException {
        List<Path> files;
        try (Stream<Path> all = Files.list(file("mx.txt").getParent())) {
            files = all.filter(file -> !file.endsWith(StartTlsInjectionTest.FILE))
                    .sorted()
                    .toList();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files) {
            tests.addAll(conversations(file));
        }
        return tests.stream();
    }

    static Path file(String name) throws URISyntaxException {
        return Path.of(TranscriptsTest.class.getResource("/transcripts/" + name).toURI());
    }

    /// Conversations are divided by a line `=== title # setup`; each is spoken in several cuts.
    static List<DynamicTest> conversations(Path file) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String part : Files.readString(file).split("(?m)^=== ", -1)) {
            if (part.isBlank() || part.startsWith("//")) {
                continue;
            }
            for (int packet : new int[] {Integer.MAX_VALUE, 1, 7}) {
                String cut = packet > 10 ? "" : ", in packets of " + packet;
                String title = part.lines().findFirst().orElseThrow();
                tests.add(DynamicTest.dynamicTest(file.getFileName() + ": " + title + cut, () -> speak(part, packet)));
            }
        }
        assertTrue(!tests.isEmpty(), () -> "no conversation in " + file);
        return tests;
    }

    private static void speak(String conversation, int packet) {
        int end = conversation.indexOf('\n');
        String head = conversation.substring(0, end);
        Talk talk = new Talk().packet(packet);
        int hash = head.indexOf('#');
        for (String word : (hash < 0 ? "" : head.substring(hash + 1).strip()).split(" ", -1)) {
            setUp(talk, word);
        }
        talk.talk(conversation.substring(end + 1));
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
