package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.fuzz.Seeds;
import org.mutatio.fuzz.Spoiled;

/// Whatever comes: every answer is a well-formed reply, nothing stays open, and after any message the next command is
/// understood.
final class FuzzTest {
    private static final String OPEN =
            "EHLO client.test\r\nMAIL FROM:<bo@example.net>\r\nRCPT TO:<ann@example.com>\r\n";

    private static final List<String> SESSIONS = List.of(
            OPEN + "DATA\r\nSubject: x\r\n\r\n..text\r\n.\r\nRSET\r\nQUIT\r\n",
            OPEN + "BDAT 6\r\na: b\r\nBDAT 5\r\n\r\ntex" + "BDAT 1 LAST\r\nt" + "NOOP\r\nQUIT\r\n",
            OPEN + "RCPT TO:<picky@example.com> NOTIFY=NEVER ORCPT=rfc822;a+40b\r\nDATA\r\nx\r\n.\r\nQUIT\r\n",
            "EHLO [192.0.2.7]\r\nMAIL FROM:<> SIZE=100 BODY=BINARYMIME RET=HDRS ENVID=x PRDR\r\nRCPT TO:<ann@example.com>\r\n"
                    + "RCPT TO:<wordy@example.com>\r\nBDAT 3 LAST\r\na\nb",
            "HELO a\r\nMAIL FROM:<@a.test,@b.test:\"a b\"@c.test>\r\nRCPT TO:<postmaster>\r\nDATA\r\n.\r\n",
            "EHLO a\r\nMAIL FROM:<bo@example.net> SMTPUTF8 BODY=8BITMIME\r\nRCPT TO:<j\u00c3\u00b6@example.com>\r\nHELP\r\nVRFY x\r\n",
            "EHLO a\r\nXCLIENT ADDR=192.0.2.9 PORT=1 NAME=[UNAVAILABLE]\r\nAUTH PLAIN AGEAYg==\r\nEXPN x\r\nETRN y\r\nTURN\r\nSTARTTLS x\r\n");

    private static final List<String> WORDS = List.of(
            "EHLO client.test",
            "HELO client.test",
            "MAIL FROM:<bo@example.net>",
            "MAIL FROM:<>",
            "RCPT TO:<ann@example.com>",
            "RCPT TO:<nobody@example.com>",
            "RCPT TO:<picky@example.com>",
            "RCPT TO:<bug@example.com>",
            "RCPT TO:<leave@example.com>",
            "DATA",
            ".",
            "..",
            "BDAT 3",
            "BDAT 0 LAST",
            "BDAT 5 LAST",
            "BDAT x",
            "BDAT 999999999999999999",
            "RSET",
            "NOOP",
            "QUIT",
            "VRFY x",
            "AUTH PLAIN",
            "STARTTLS x",
            "STARTTLS",
            "HELP",
            "\r",
            "\n",
            "\r\n",
            "\0",
            "\r\n.\r\n",
            " SIZE=1",
            " BODY=8BITMIME",
            "\u00c3\u00a9",
            "<",
            ">",
            "\"",
            "XCLIENT ADDR=1.2.3.4",
            "x".repeat(9_000));

    @Provide
    Arbitrary<String> sessions() {
        Arbitrary<String> word = Arbitraries.of(WORDS);
        Arbitrary<String> end = Arbitraries.frequency(
                net.jqwik.api.Tuple.of(8, "\r\n"), net.jqwik.api.Tuple.of(1, ""), net.jqwik.api.Tuple.of(1, "\n"));
        return net.jqwik.api.Combinators.combine(word, end)
                .as((text, tail) -> text + tail)
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<byte[]> spoiledSessions() {
        return Spoiled.of(SESSIONS, WORDS);
    }

    @Provide
    Arbitrary<byte[]> messages() {
        return Spoiled.of(
                List.of("Subject: x\r\n\r\ntext\r\n..\r\n.x\r\n\r\n", "", ".", "a: b\r\n\r\n\0\u00ff"),
                List.of("\r", "\n", "\r\n", ".", "\r\n.", "\0", "\r\n..\r\n", "\n.\n", "\r.\r", "DATA\r\n"));
    }

    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void linesOfAllKinds(@ForAll("sessions") String session, @ForAll @IntRange(min = 1, max = 200) int packet) {
        session(session.getBytes(StandardCharsets.ISO_8859_1), packet);
    }

    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void spoiledSessions(@ForAll("spoiledSessions") byte[] session, @ForAll @IntRange(min = 1, max = 200) int packet) {
        session(session, packet);
    }

    private static void session(byte[] octets, int packet) {
        Talk talk = new Talk().packet(packet);
        wellFormed(talk.throwAt(octets));
        assertEquals(0, talk.pipeline.openSpools);
        assertEquals(0, talk.pipeline.openTransactions);
        assertEquals(0, talk.pipeline.openSessions);
    }

    /// The same octets give the same answers, however they are cut into packets.
    @Property(tries = 500)
    void packetsDoNotMatter(@ForAll("spoiledSessions") byte[] octets, @ForAll @IntRange(min = 1, max = 20) int packet) {
        assertEquals(new Talk().throwAt(octets), new Talk().packet(packet).throwAt(octets));
    }

    /// A message by DATA: what is kept is what was sent without its stuffing, and NOOP behind it is understood.
    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void messagesByData(@ForAll("messages") byte[] message, @ForAll @IntRange(min = 1, max = 64) int packet) {
        data(message, packet);
    }

    private static void data(byte[] message, int packet) {
        String sent = "\r\n" + new String(message, StandardCharsets.ISO_8859_1) + "\r\n.\r\n";
        int end = sent.indexOf("\r\n.\r\n") + 2; // RFC 5321 section 4.1.1.4
        if (end + 3 < sent.length()) {
            return; // what is behind the end are commands
        }
        List<String> lines = send("", "DATA\r\n" + sent.substring(2) + "NOOP\r\nQUIT\r\n", packet, (talk, answer) -> {
            String body = sent.substring(0, end).replace("\r\n.", "\r\n").substring(2);
            keptOrRefused(talk, answer, body, bare(body));
        });
        assertTrue(lines.get(lines.size() - 4).startsWith("354 "), lines::toString);
    }

    /// A chunk of any octets, in any cut, leaves the conversation where it should be.
    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void messagesByBdat(
            @ForAll("messages") byte[] message,
            @ForAll @IntRange(min = 0, max = 40) int first,
            @ForAll boolean binary,
            @ForAll @IntRange(min = 1, max = 64) int packet) {
        String sent = new String(message, StandardCharsets.ISO_8859_1);
        int cut = Math.min(first, sent.length());
        String chunks = "BDAT " + cut + "\r\n" + sent.substring(0, cut) + "BDAT " + (sent.length() - cut) + " LAST\r\n"
                + sent.substring(cut);
        List<String> _ = send(binary ? " BODY=BINARYMIME" : "", chunks + "NOOP\r\nQUIT\r\n", packet, (talk, answer) -> {
            boolean early = answer.startsWith("503 "); // the first chunk was refused
            assertTrue(!early || bare(sent.substring(0, cut)) && !binary);
            if (!early) {
                keptOrRefused(talk, answer, sent, !binary && bare(sent));
            }
        });
    }

    @FunctionalInterface
    private interface Judge {
        void judge(Talk talk, String answer);
    }

    private static List<String> send(String parameter, String octets, int packet, Judge judge) {
        Talk talk = new Talk().packet(packet);
        String said = talk.throwAt(
                (OPEN.replace(".net>", ".net>" + parameter) + octets).getBytes(StandardCharsets.ISO_8859_1));
        wellFormed(said);
        List<String> lines = said.lines().toList();
        assertEquals("250 2.0.0 ok", lines.get(lines.size() - 2), said);
        judge.judge(talk, lines.get(lines.size() - 3));
        assertEquals(0, talk.pipeline.openSpools);
        return lines;
    }

    private static void keptOrRefused(Talk talk, String answer, String body, boolean refuse) {
        if (refuse) {
            assertTrue(answer.startsWith("550 5.6.0 "), answer);
            assertTrue(talk.pipeline.taken.isEmpty());
        } else {
            assertTrue(answer.startsWith("250 2.0.0 kept as "), answer);
            assertEquals(body, talk.pipeline.taken.getFirst().octets());
        }
    }

    private static boolean bare(String octets) {
        String rest = octets.replace("\r\n", "");
        return rest.indexOf('\r') >= 0 || rest.indexOf('\n') >= 0;
    }

    @TestFactory
    List<DynamicTest> seedsOfSessions() throws IOException, URISyntaxException {
        return Seeds.replay(FuzzTest.class, "session", octets -> {
            for (int packet : new int[] {1, 7, 100_000}) {
                session(octets, packet);
            }
        });
    }

    @TestFactory
    List<DynamicTest> seedsOfMessages() throws IOException, URISyntaxException {
        return Seeds.replay(FuzzTest.class, "message", octets -> {
            for (int packet : new int[] {1, 7, 100_000}) {
                data(octets, packet);
            }
        });
    }

    private static void wellFormed(String said) {
        assertTrue(said.endsWith("\r\n"), said);
        for (String line : said.split("\r\n", -1)) {
            boolean good = line.isEmpty()
                    || line.length() >= 4
                            && line.substring(0, 3).chars().allMatch(c -> c >= '0' && c <= '9')
                            && (line.charAt(3) == ' ' || line.charAt(3) == '-')
                            && line.chars().allMatch(c -> c >= ' ' && c < 127);
            assertTrue(good, () -> "not a reply: " + line);
        }
    }
}
