package org.mutatio.mime.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.fuzz.Cost;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.encoding.TransferEncoding;
import org.mutatio.mime.header.AddressList;
import org.mutatio.mime.header.EncodedWords;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.header.MailDate;
import org.mutatio.mime.header.MediaType;
import org.mutatio.mime.imap.BaseSubject;
import org.mutatio.mime.imap.ImapStructureWriter;

/// promises.md section 8 row 18, sec-6ad: one second of CPU, 32 MB allocated beside the bomb itself, each.
class BombTest {
    private record Bomb(String name, Supplier<byte[]> octets) {}

    @TestFactory
    java.util.stream.Stream<DynamicTest> everyBombIsReadInASecond() {
        return java.util.stream.Stream.of(
                        bomb("1,000,000 empty parts", () -> head("b") + "--b\r\n\r\n".repeat(1_000_000)),
                        bomb("1,000,000 boundaries without headers", () -> head("b") + "--b\r\n".repeat(1_000_000)),
                        bomb(
                                "100,000 nested message/rfc822",
                                () -> "Content-Type: message/rfc822\r\n\r\n".repeat(100_000)),
                        bomb("50,000 nested multiparts", BombTest::nestedMultiparts),
                        bomb("nested multiparts of one boundary", () -> (head("b") + "--b\r\n").repeat(50_000)),
                        bomb(
                                "100,000 Received lines",
                                () -> "Received: from a by b; some date\r\n".repeat(100_000) + "\r\n"),
                        bomb("1,000,000 fields of one letter", () -> "A:\r\n".repeat(1_000_000) + "\r\n"),
                        bomb("one field of 10 MB", () -> "Subject: " + "x".repeat(10_000_000) + "\r\n\r\n"),
                        bomb("10 MB of continuations", () -> "To: a@b\r\n" + " c\r\n".repeat(2_500_000) + "\r\n"),
                        bomb("boundary of 10,000 characters, prefixes of it", BombTest::longBoundary),
                        bomb("50 boundaries, each line a prefix of all", BombTest::manyPrefixes),
                        bomb(
                                "lines of hyphens",
                                () -> head("-".repeat(70)) + ("-".repeat(71) + "\r\n").repeat(100_000)),
                        bomb("20 MB in one line", () -> "A: b\r\n\r\n" + "x".repeat(20_000_000)),
                        bomb("20 MB of hyphens in one line", () -> head("b") + "-".repeat(20_000_000)),
                        bomb("10 MB of CR", () -> head("b") + "\r".repeat(10_000_000)),
                        bomb("10 MB of LF", () -> head("b") + "\n".repeat(10_000_000)),
                        bomb("10 MB of NUL", () -> head("b") + "\0".repeat(10_000_000)),
                        bomb("10,000 RFC 2231 segments", () -> manySegments(10_000)),
                        bomb("5,000 parameters", () -> "Content-Type: a/b" + "; x=y".repeat(5_000) + "\r\n\r\n"),
                        bomb("60,000 open comments", () -> "Content-Type: " + "(".repeat(60_000) + "\r\n\r\n"),
                        bomb(
                                "60,000 blanks behind a quote",
                                () -> "Content-Type: a/b; c=\"d\"" + " ".repeat(60_000) + "\r\n\r\n"),
                        bomb(
                                "30,000 pairs of blank and quote",
                                () -> "Content-Type: a/b; c=" + " \"".repeat(30_000) + "\r\n\r\n"),
                        bomb("2,000 enclosed messages of 60 KB fields", BombTest::fatMessages),
                        bomb("2,000 parts with 500 parameters", BombTest::fatParameters),
                        bomb("500 parts with types of 60 KB", () -> longNames("Content-Type: a/", 500)),
                        bomb("500 multiparts with subtypes of 60 KB", () -> longNames("Content-Type: multipart/", 500)),
                        bomb("500 dispositions of 60 KB", () -> longNames("Content-Disposition: ", 500)),
                        bomb("1,000 enclosed messages with 44 empty fields", BombTest::emptyFields),
                        bomb(
                                "8 fields of 15,000 routes",
                                () -> ("Cc: " + "<@a,".repeat(15_000) + "\r\n").repeat(8) + "\r\n"),
                        bomb("a message that holds itself, 1,000 times", BombTest::cyclic),
                        bomb("a multipart that holds itself", () -> (head("b") + "--b\r\n" + head("b")).repeat(20_000)),
                        bomb(
                                "digests of digests",
                                () -> "Content-Type: multipart/digest; boundary=b\r\n\r\n"
                                        + "--b\r\n\r\n".repeat(200_000)),
                        bomb(
                                "partial messages of each other",
                                () -> "Content-Type: message/partial; id=x; number=1; total=2\r\n\r\n".repeat(50_000)),
                        bomb(
                                "100,000 headers behind a boundary",
                                () -> head("b") + "--b\r\n" + "A: b\r\n".repeat(100_000)),
                        bomb("100,000 fields without colon", () -> "A b\r\n".repeat(100_000) + "\r\n"),
                        bomb("60,000 ends of a boundary", () -> head("b") + "--b--\r\n".repeat(60_000)),
                        bomb("RFC 2231 segments backwards", () -> manySegments(99_999)),
                        bomb("2,000 parts of RFC 2231 segments", BombTest::fatSegments),
                        bomb("UTF-7 without end", () -> inCharset("utf-7", "+".repeat(5_000_000))),
                        bomb("UTF-7 in and out", () -> inCharset("utf-7", "+AGE-".repeat(1_000_000))),
                        bomb(
                                "ISO-2022-JP that shifts",
                                () -> inCharset("iso-2022-jp", "\u001b$B\u001b(B".repeat(500_000))),
                        bomb(
                                "ISO-2022-KR that shifts",
                                () -> inCharset("iso-2022-kr", "\u000e\u000f".repeat(1_000_000))),
                        bomb("HZ", () -> inCharset("hz-gb-2312", "~{~}".repeat(1_000_000))),
                        bomb("UTF-16 of half characters", () -> inCharset("utf-16", "\u00d8\0".repeat(1_000_000))),
                        bomb("GB18030 of half characters", () -> inCharset("gb18030", "\u00810".repeat(1_000_000))),
                        bomb("a charset to be guessed", () -> inCharset("x-JISAutoDetect", "\u00ff".repeat(1_000_000))),
                        bomb(
                                "a charset's name of 60 KB",
                                () -> inCharset("x".repeat(60_000), "\u00ff".repeat(1_000_000))),
                        bomb(
                                "base64 without end in a part",
                                () -> "Content-Transfer-Encoding: base64\r\n\r\n" + "QUJD".repeat(3_000_000)),
                        bomb(
                                "quoted-printable of soft line ends",
                                () -> "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                        + "=\r\n".repeat(3_000_000)),
                        bomb(
                                "100,000 addresses in 60 fields",
                                () -> ("Bcc: " + "a@b.test,".repeat(1_700) + "\r\n").repeat(60) + "\r\n"),
                        bomb("groups in groups", () -> ("To: " + "a:".repeat(30_000) + "\r\n").repeat(8) + "\r\n"),
                        bomb(
                                "60 fields of 60 KB addresses",
                                () -> ("To: " + "a@b,".repeat(15_000) + "\r\n").repeat(60) + "\r\n"))
                .map(bomb -> DynamicTest.dynamicTest(bomb.name, () -> {
                    byte[] octets = bomb.octets.get();
                    Cost.within(bomb.name, () -> use(octets));
                }));
    }

    private static Bomb bomb(String name, Supplier<String> text) {
        return new Bomb(name, () -> text.get().getBytes(StandardCharsets.ISO_8859_1));
    }

    /// What every consumer does with a message.
    private static void use(byte[] octets) {
        try {
            Summary summary = StructureScanner.scan(octets);
            byte[] stored = summary.toBytes();
            assertTrue(stored.length < 3 << 19, () -> "summary of " + stored.length);
            var _ = Summary.parse(ByteBuffer.wrap(stored)).orElseThrow();
            var out = new ByteArrayOutputStream();
            var writer = new ImapStructureWriter(out, ImapStructureWriter.Strings.ASCII);
            writer.envelope(summary);
            writer.bodyStructure(summary);
            int header = (int) Math.min(summary.root().bodyStart(), StructureScanner.MAX_HEADER_BLOCK);
            HeaderBlock.of(octets, 0, header).first("x-none");
            new Content(OctetSource.of(octets), summary.root()).text(1_000);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static String head(String boundary) {
        return "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n";
    }

    private static String nestedMultiparts() {
        var message = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            message.append(head("b" + i)).append("--b").append(i).append("\r\n");
        }
        return message.toString();
    }

    private static String longBoundary() {
        String boundary = "a".repeat(10_000);
        return head(boundary) + ("--" + boundary.substring(1) + "\r\n").repeat(1_000) + "--" + boundary
                + "\r\n\r\nx\r\n";
    }

    private static String manyPrefixes() {
        var message = new StringBuilder();
        for (int i = 0; i < 49; i++) {
            String boundary = "a".repeat(2_000) + i;
            message.append(head(boundary)).append("--").append(boundary).append("\r\n");
        }
        return message + "\r\n" + ("--" + "a".repeat(2_000) + "x\r\n").repeat(5_000);
    }

    private static String manySegments(int count) {
        var message = new StringBuilder("Content-Type: a/b");
        for (int i = count; i-- > 0; ) {
            message.append("; n*").append(i).append("=x");
        }
        return message.append("\r\n\r\n").toString();
    }

    private static String inCharset(String charset, String octets) {
        return "Content-Type: text/plain; charset=\"" + charset + "\"\r\n\r\n" + octets;
    }

    /// Each copy begins within the one before and lacks its end.
    private static String cyclic() {
        String message = "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: message/rfc822\r\n\r\n";
        return message.repeat(1_000) + "Subject: x\r\n\r\n" + "--c--\r\n".repeat(1_000);
    }

    private static String fatSegments() {
        return head("b") + ("--b\r\n" + manySegments(500)).repeat(2_000);
    }

    private static String fatMessages() {
        return head("b")
                + ("--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: " + "x".repeat(20_000) + "\r\n\r\n")
                        .repeat(2_000);
    }

    private static String longNames(String field, int parts) {
        return head("b") + ("--b\r\n" + field + "x".repeat(60_000) + "; boundary=c\r\n\r\n--c\r\n\r\n").repeat(parts);
    }

    private static String emptyFields() {
        String fields = "Reply-To:\r\n".repeat(40) + "In-Reply-To:\r\nReferences:\r\nMessage-ID:\r\nSubject:\r\n";
        return head("b") + ("--b\r\nContent-Type: message/rfc822\r\n\r\n" + fields + "\r\n").repeat(1_000);
    }

    private static String fatParameters() {
        return head("b") + ("--b\r\nContent-Type: a/b" + "; name=value".repeat(500) + "\r\n\r\n").repeat(2_000);
    }

    @TestFactory
    java.util.stream.Stream<DynamicTest> everyFieldIsReadInASecond() {
        return java.util.stream.Stream.of(
                        "a@b,".repeat(100_000),
                        "<".repeat(100_000),
                        "\"".repeat(100_000),
                        "(".repeat(100_000),
                        "a:".repeat(100_000),
                        "@a,".repeat(100_000) + ":b@c",
                        "<@a".repeat(100_000),
                        "<@a,".repeat(100_000),
                        "\"<@a\" <@a,".repeat(50_000),
                        "\\".repeat(100_000),
                        ";,".repeat(100_000),
                        "a ".repeat(100_000) + "@b",
                        "a.".repeat(100_000) + "@b",
                        "a@b. ".repeat(100_000),
                        "=?utf-8?q?".repeat(50_000),
                        "=?utf-8?b?AAAA".repeat(50_000) + "?=",
                        "=?utf-8?q?a?= ".repeat(50_000),
                        "=?x".repeat(100_000) + "?=",
                        "=?".repeat(100_000),
                        "[a]".repeat(50_000),
                        "re:".repeat(50_000),
                        "[fwd:".repeat(50_000) + "]".repeat(50_000),
                        "a/b;" + "x*0*=a;".repeat(50_000),
                        "a/b;" + " a=b".repeat(50_000),
                        "a/b;a=" + " (".repeat(50_000),
                        "1 ".repeat(100_000) + "jan 2000")
                .map(value -> DynamicTest.dynamicTest(
                        value.substring(0, 8),
                        () -> Cost.within(value.substring(0, 8), () -> {
                            assertTrue(AddressList.parse(value).size() <= AddressList.MAX);
                            EncodedWords.decode(value);
                            MediaType.parse(value);
                            MailDate.parse(value);
                            BaseSubject.of(value);
                        })));
    }

    @TestFactory
    java.util.stream.Stream<DynamicTest> decodersAreLinearAndSmall() {
        return java.util.stream.Stream.of(
                        bomb("base64 without end", () -> "QUJD".repeat(2_000_000)),
                        bomb("base64 of nothing", () -> "!".repeat(8_000_000)),
                        bomb("escapes", () -> "=41".repeat(2_000_000)),
                        bomb("equal signs", () -> "=".repeat(8_000_000)),
                        bomb("blanks", () -> " ".repeat(8_000_000)),
                        bomb("a uuencoded line without end", () -> "begin 644 a\n" + "M".repeat(8_000_000)))
                .map(bomb -> DynamicTest.dynamicTest(bomb.name, () -> {
                    byte[] octets = bomb.octets.get();
                    Cost.within(bomb.name, () -> {
                        for (TransferEncoding encoding : TransferEncoding.values()) {
                            try (var in = encoding.decode(new java.io.ByteArrayInputStream(octets))) {
                                assertTrue(in.skip(Long.MAX_VALUE) <= octets.length);
                            } catch (IOException failed) {
                                throw new java.io.UncheckedIOException(failed);
                            }
                        }
                    });
                }));
    }

    @TestFactory
    java.util.stream.Stream<DynamicTest> plainBodiesAreScannedFast() {
        byte[] line = (Base64.getEncoder().encodeToString(new byte[57]) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return java.util.stream.Stream.of("text/plain", "multipart/mixed; boundary=abc")
                .map(type -> DynamicTest.dynamicTest(type, () -> {
                    var message = new ByteArrayOutputStream();
                    message.writeBytes(
                            ("Content-Type: " + type + "\r\n\r\n--abc\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
                    for (int i = 0; i < 400_000; i++) {
                        message.writeBytes(line);
                    }
                    byte[] octets = message.toByteArray();
                    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                    long best = Long.MAX_VALUE;
                    for (int i = 0; i < 8; i++) {
                        long before = threads.getCurrentThreadCpuTime();
                        assertEquals(
                                octets.length, StructureScanner.scan(octets).size());
                        best = Math.min(best, threads.getCurrentThreadCpuTime() - before);
                    }
                    long rate = octets.length * 1_000L / Math.max(1, best);
                    System.out.println("scan " + type + ": " + rate + " MB/s");
                    assertTrue(rate > 200, "only " + rate + " MB/s"); // 500 and more on an idle machine
                }));
    }
}
