package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.imap.session.ImapSettings;
import org.mutatio.imap.talk.House;
import org.mutatio.sdk.settings.DataSize;

/// Messages that were made to hurt whoever looks at them, in a mailbox: what clients ask of each message, and what they
/// search, costs less than a second of CPU and 32 MB; promises.md section 8 row 18. `mime` has its own bombs.
class BombTest {
    private static final String OPEN = "in LOGIN ann@example.com secret\r\nse SELECT INBOX\r\n";

    private static final ImapSettings SETTINGS = new ImapSettings(
            DataSize.of(10_000_000), Duration.ofMinutes(1), Duration.ofMinutes(30), Duration.ofSeconds(30), false);

    private record Bomb(String name, Supplier<String> message) {}

    private static Bomb bomb(String name, Supplier<String> message) {
        return new Bomb(name, message);
    }

    private static List<Bomb> bombs() {
        return List.of(
                bomb(
                        "1,000 addresses in each of 8 fields",
                        () -> ("Cc: " + "a b <a@b.test>,".repeat(4_000) + "\r\n").repeat(8) + "\r\n"),
                bomb("routes", () -> ("Cc: " + "<@a,".repeat(15_000) + "\r\n").repeat(8) + "\r\n"),
                bomb("open comments", () -> ("To: " + "(".repeat(60_000) + "\r\n").repeat(8) + "\r\n"),
                bomb("open quotes", () -> ("Subject: " + "\"".repeat(60_000) + "\r\n").repeat(8) + "\r\n"),
                bomb(
                        "encoded words",
                        () -> ("Subject: " + "=?utf-8?q?=C3=A9?= ".repeat(3_000) + "\r\n").repeat(8) + "\r\n"),
                bomb(
                        "encoded words without end",
                        () -> ("Subject: " + "=?utf-8?q?".repeat(6_000) + "\r\n").repeat(8) + "\r\n"),
                bomb(
                        "encoded words of odd charsets",
                        () -> ("Subject: " + "=?iso-2022-jp?b?GyRC?= =?utf-7?q?+AGE?= =?x?q?y?= ".repeat(1_000)
                                                + "\r\n")
                                        .repeat(8)
                                + "\r\n"),
                bomb(
                        "marks on one letter in the header",
                        () -> "Subject: " + marks(60_000) + "\r\nFrom: " + marks(60_000) + " <a@b.test>\r\n\r\n"),
                bomb(
                        "marks on one letter in the body",
                        () -> "Content-Type: text/plain; charset=utf-8\r\n\r\n" + marks(4_000_000)),
                bomb(
                        "ligatures that become 18 letters",
                        () -> "Content-Type: text/plain; charset=utf-8\r\n\r\n" + "\u00ef\u00b7\u00ba".repeat(100_000)),
                bomb("3 MB of one letter", () -> "A: b\r\n\r\n" + "a".repeat(3_000_000)),
                bomb(
                        "one letter in base64",
                        () -> "Content-Transfer-Encoding: base64\r\n\r\n" + "YWFh".repeat(1_000_000)),
                bomb(
                        "one letter in quoted-printable",
                        () -> "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + "=61".repeat(1_000_000)),
                bomb(
                        "a uuencoded line without end",
                        () -> "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n" + "M".repeat(1_000_000)),
                bomb(
                        "UTF-7 that never ends",
                        () -> "Content-Type: text/plain; charset=utf-7\r\n\r\n" + "+".repeat(1_000_000)),
                bomb("UTF-16 of an odd length", () -> inBase64("utf-16", "\u00d8\0".repeat(500_000) + "x")),
                bomb("UTF-32", () -> inBase64("utf-32", "\0\0\0a".repeat(250_000))),
                bomb(
                        "ISO-2022-JP that shifts",
                        () -> "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
                                + "\u001b$B\u001b(B".repeat(300_000)),
                bomb("HZ", () -> "Content-Type: text/plain; charset=hz-gb-2312\r\n\r\n" + "~{~}".repeat(300_000)),
                bomb(
                        "a charset that nobody has",
                        () -> "Content-Type: text/plain; charset=\"" + "x".repeat(60_000) + "\"\r\n\r\n"
                                + "a".repeat(1_000_000)),
                bomb("RFC 2231 segments", () -> "Content-Type: a/b" + segments(6_000) + "\r\n\r\n"),
                bomb("parameters", () -> "Content-Type: text/plain" + "; x=y".repeat(12_000) + "\r\n\r\n"),
                bomb("100,000 fields", () -> "A:\r\n".repeat(100_000) + "\r\n"),
                bomb("1,000 fields of one name", () -> "Subject: x\r\n".repeat(1_000) + "\r\n"),
                bomb("500 KB of continuations", () -> "To: a@b\r\n" + " c\r\n".repeat(125_000) + "\r\n"),
                bomb("100,000 parts", () -> head("b") + "--b\r\n\r\n".repeat(100_000)),
                bomb(
                        "2,000 parts of text",
                        () -> head("b")
                                + "--b\r\nContent-Type: text/plain; charset=iso-8859-15\r\n\r\naaaa\r\n".repeat(2_000)),
                bomb(
                        "2,000 parts of base64",
                        () -> head("b") + "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nYWFh\r\n".repeat(2_000)),
                bomb(
                        "100,000 messages within one another",
                        () -> "Content-Type: message/rfc822\r\n\r\n".repeat(100_000)),
                bomb(
                        "1,000 messages beside one another",
                        () -> head("b")
                                + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\nTo: a@b\r\n\r\naaaa\r\n"
                                        .repeat(1_000)),
                bomb("multiparts within one another", BombTest::nested),
                bomb("a million lines", () -> "A: b\r\n\r\n" + "x\r\n".repeat(1_000_000)));
    }

    private static final List<String> QUESTIONS = List.of(
            "FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY BODYSTRUCTURE)",
            "FETCH 1 (BODY.PEEK[HEADER.FIELDS (From To Cc Subject Date)] BODY.PEEK[1.MIME] BODY.PEEK[1.1.1.HEADER]"
                    + " BINARY.SIZE[1])",
            "SEARCH TEXT {8+}\r\naaaaaaab",
            "SEARCH BODY {8000+}\r\n" + "a".repeat(7_999) + "b",
            "SEARCH BODY {2+}\r\n\u00c3\u00a9",
            "SEARCH OR OR FROM nobody TO nobody OR CC nobody SUBJECT nobody",
            "SEARCH OR SENTSINCE 1-Jan-2030 HEADER X-None {1+}\r\nx");

    @TestFactory
    List<DynamicTest> whatClientsAsk() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Bomb bomb : bombs()) {
            tests.add(DynamicTest.dynamicTest(bomb.name(), () -> {
                try (House house = new House(SETTINGS)) {
                    byte[] message = bomb.message().get().getBytes(StandardCharsets.ISO_8859_1);
                    List<String> kept = house.loggedIn().append("INBOX", message);
                    assertTrue(kept.getLast().startsWith("OK "), kept::toString);
                    for (String question : QUESTIONS) {
                        String said = house.hear(House.PLAIN, OPEN + "q " + question + "\r\nend LOGOUT\r\n");
                        String shown = said.length() > 3_000 ? said.substring(said.length() - 3_000) : said;
                        assertTrue(said.contains("\r\nq OK ") && said.contains("\r\nend OK "), question + shown);
                        assertFalse(said.contains("SERVERBUG"), question + shown);
                        house.spent()
                                .check(bomb.name() + ": "
                                        + question.lines().findFirst().orElseThrow());
                    }
                }
            }));
        }
        return tests;
    }

    private static String inBase64(String charset, String octets) {
        return "Content-Type: text/plain; charset=" + charset + "\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String marks(int octets) {
        return "a" + "\u00cc\u0081\u00cc\u00a3".repeat(octets / 4); // U+0301 U+0323 in UTF-8
    }

    private static String head(String boundary) {
        return "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n";
    }

    private static String segments(int count) {
        StringBuilder segments = new StringBuilder();
        for (int i = count; i-- > 0; ) {
            segments.append("; n*").append(i).append("=x");
        }
        return segments.toString();
    }

    private static String nested() {
        StringBuilder message = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            message.append(head("b" + i)).append("--b").append(i).append("\r\n");
        }
        return message.toString();
    }
}
