package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Whatever comes: every answer is a well-formed reply, nothing stays open, and after any lines the next one is
/// understood.
final class FuzzTest {
    private static final List<String> WORDS = List.of(
            "EHLO client.test",
            "HELO client.test",
            "MAIL FROM:<bo@example.net>",
            "MAIL FROM:<>",
            "RCPT TO:<ann@example.com>",
            "RCPT TO:<nobody@example.com>",
            "RCPT TO:<picky@example.com>",
            "DATA",
            ".",
            "..",
            "BDAT 3",
            "BDAT 0 LAST",
            "BDAT 5 LAST",
            "BDAT x",
            "RSET",
            "NOOP",
            "QUIT",
            "VRFY x",
            "AUTH PLAIN",
            "STARTTLS x",
            "HELP",
            "\r",
            "\n",
            "\0",
            "\r\n.\r\n",
            " SIZE=1",
            " BODY=8BITMIME",
            "é",
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

    @Property(tries = 3_000)
    void repliesAreWellFormedAndNothingStaysOpen(
            @ForAll("sessions") String session, @ForAll @IntRange(min = 1, max = 200) int packet) {
        Talk talk = new Talk().packet(packet);
        String said = talk.throwAt(session.getBytes(StandardCharsets.UTF_8));
        wellFormed(said);
        assertEquals(0, talk.pipeline.openSpools);
        assertEquals(0, talk.pipeline.openTransactions);
        assertEquals(0, talk.pipeline.openSessions);
    }

    @Property(tries = 3_000)
    void anyOctets(@ForAll byte[] octets, @ForAll @IntRange(min = 1, max = 50) int packet) {
        Talk talk = new Talk().packet(packet);
        wellFormed(talk.throwAt(octets));
        assertEquals(0, talk.pipeline.openSessions);
    }

    /// The same octets give the same answers, however they are cut into packets.
    @Property(tries = 1_500)
    void packetsDoNotMatter(@ForAll("sessions") String session, @ForAll @IntRange(min = 1, max = 20) int packet) {
        byte[] octets = session.getBytes(StandardCharsets.UTF_8);
        assertEquals(new Talk().throwAt(octets), new Talk().packet(packet).throwAt(octets));
    }

    /// A chunk of any octets, in any cut, leaves the conversation where it should be.
    @Property(tries = 2_000)
    void chunksNeverDesynchronise(@ForAll byte[] chunk, @ForAll @IntRange(min = 1, max = 64) int packet) {
        var octets = new java.io.ByteArrayOutputStream();
        octets.writeBytes(("EHLO client.test\r\nMAIL FROM:<bo@example.net> BODY=BINARYMIME\r\n"
                        + "RCPT TO:<ann@example.com>\r\nBDAT " + chunk.length + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        octets.writeBytes(chunk);
        octets.writeBytes("NOOP\r\nBDAT 0 LAST\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        Talk talk = new Talk().packet(packet);
        String said = talk.throwAt(octets.toByteArray());
        List<String> lines = said.lines().toList();
        assertEquals("250 2.0.0 ok", lines.get(lines.size() - 3), said);
        assertTrue(lines.get(lines.size() - 2).startsWith("250 2.0.0 kept as "), said);
        assertEquals(
                new String(chunk, StandardCharsets.ISO_8859_1),
                talk.pipeline.taken.getFirst().octets());
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
