package org.mutatio.mime.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StructureScannerTest {

    static byte[] crlf(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Summary scan(String text) {
        return StructureScanner.scan(crlf(text));
    }

    private static String body(String message, Part part) {
        return new String(crlf(message), StandardCharsets.ISO_8859_1)
                .substring((int) part.bodyStart(), (int) part.bodyEnd());
    }

    private static final String SIMPLE_MULTIPART = """
            From: Nathaniel Borenstein <nsb@bellcore.com>
            To: Ned Freed <ned@innosoft.com>
            Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
            Subject: Sample message
            MIME-Version: 1.0
            Content-type: multipart/mixed; boundary="simple boundary"

            This is the preamble.  It is to be ignored, though it
            is a handy place for composition agents to include an
            explanatory note to non-MIME conformant readers.

            --simple boundary

            This is implicitly typed plain US-ASCII text.
            It does NOT end with a linebreak.
            --simple boundary
            Content-type: text/plain; charset=us-ascii

            This is explicitly typed plain US-ASCII text.
            It DOES end with a linebreak.

            --simple boundary--

            This is the epilogue.  It is also to be ignored.
            """;

    @Test
    void theExampleOfTheStandardHasTwoParts() { // RFC 2046 section 5.1.1
        Summary summary = scan(SIMPLE_MULTIPART);
        assertEquals(Part.Kind.MULTIPART, summary.root().kind());
        assertEquals(2, summary.root().children().size());
        Part first = summary.part("1").orElseThrow();
        Part second = summary.part("2").orElseThrow();
        assertEquals(
                "This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.",
                body(SIMPLE_MULTIPART, first));
        assertEquals(1, first.bodyLines());
        assertEquals(
                "This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n",
                body(SIMPLE_MULTIPART, second));
        assertEquals(2, second.bodyLines());
        assertEquals("text/plain", first.mediaType());
        assertEquals("Sample message", summary.field("subject").orElseThrow());
        assertTrue(summary.facts().isEmpty(), summary.facts().toString());
        assertTrue(summary.part("3").isEmpty());
        assertTrue(summary.part("1.1").isEmpty());
    }

    @Test
    void linesMayEndWithLfAlone() {
        Summary summary = StructureScanner.scan(SIMPLE_MULTIPART.getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(2, summary.root().children().size());
        assertEquals(1, summary.part("1").orElseThrow().bodyLines());
        assertEquals(2, summary.part("2").orElseThrow().bodyLines());
        assertEquals(java.util.Set.of(Fact.BARE_LF), summary.facts());
    }

    @Test
    void partsOfADigestAreMessages() { // RFC 2046 section 5.1.5
        Summary summary = scan("""
                Content-Type: multipart/digest; boundary=b

                --b

                From: someone-else
                Subject: my opinion

                hello
                --b
                Content-Type: text/plain

                no message
                --b--
                """);
        assertEquals(Part.Kind.MESSAGE, summary.part("1").orElseThrow().kind());
        assertEquals(
                "my opinion",
                summary.part("1")
                        .orElseThrow()
                        .message()
                        .orElseThrow()
                        .field("subject")
                        .orElseThrow());
        assertEquals("text/plain", summary.part("1.1").orElseThrow().mediaType());
        assertEquals(Part.Kind.LEAF, summary.part("2").orElseThrow().kind());
    }

    @Test
    void numbersInsideOfAnAttachedMessageAreThoseOfTheMessage() { // mime-fda, RFC 9051 section 6.4.5.1
        String message = """
                Content-Type: multipart/mixed; boundary=o

                --o

                plain
                --o
                Content-Type: message/rfc822
                X-Outer: 2

                Subject: inner two
                Content-Type: multipart/alternative; boundary=i

                --i

                inner plain
                --i
                Content-Type: text/html

                <p>inner html
                --i--
                --o
                Content-Type: message/rfc822

                Subject: inner three

                inner text
                --o--
                """;
        Summary summary = scan(message);
        assertEquals(
                "inner two",
                summary.part("2")
                        .orElseThrow()
                        .message()
                        .orElseThrow()
                        .field("subject")
                        .orElseThrow());
        assertEquals("inner plain", body(message, summary.part("2.1").orElseThrow()));
        assertEquals("<p>inner html", body(message, summary.part("2.2").orElseThrow()));
        assertEquals("inner text", body(message, summary.part("3.1").orElseThrow()));
        assertEquals("text/html", summary.part("2.2").orElseThrow().mediaType());
        assertTrue(summary.part("2.3").isEmpty());
        assertTrue(summary.part("3.2").isEmpty());
        assertTrue(summary.part("3.1.1").isEmpty());
    }

    @Test
    void aBrokenMultipartIsOneReadablePart() { // mime-456
        for (String header : List.of(
                "Content-Type: multipart/mixed\n",
                "Content-Type: multipart/mixed; boundary=\"\"\n",
                "Content-Type: multipart/mixed; boundary=never\n")) {
            Summary summary = scan(header + "\nsome text\n--other\nmore\n");
            assertEquals(Part.Kind.LEAF, summary.root().kind(), header);
            assertEquals("text/plain", summary.root().mediaType(), header);
            assertEquals(3, summary.root().bodyLines(), header);
            assertTrue(summary.has(Fact.BROKEN_MULTIPART), header);
        }
    }

    @Test
    void aBrokenMultipartWithNulIsOctets() {
        Summary summary = scan("Content-Type: multipart/mixed\n\nsome\0text\n");
        assertEquals("application/octet-stream", summary.root().mediaType());
        assertTrue(summary.has(Fact.NUL));
    }

    @Test
    void anInnerMultipartWithoutPartsIsOnePart() { // mime-456
        Summary summary = scan("""
                Content-Type: multipart/mixed; boundary=o

                --o
                Content-Type: multipart/related; boundary=i

                nothing
                --o

                text
                --o--
                """);
        assertEquals(
                List.of("text/plain", "text/plain"),
                summary.root().children().stream().map(Part::mediaType).toList());
    }

    @Test
    void aBoundaryInAHeaderEndsIt() {
        String message = """
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/html
                --b
                Content-Type: image/png
                """;
        Summary summary = scan(message + "\n");
        assertEquals(
                List.of("text/html", "image/png"),
                summary.root().children().stream().map(Part::mediaType).toList());
        assertEquals(0, summary.part("1").orElseThrow().bodySize());
    }

    @Test
    void theLongestBoundaryThatFitsCountsAndOfEqualOnesTheInnermost() { // RFC 2046 section 5.1.2
        Summary summary = scan("""
                Content-Type: multipart/mixed; boundary=a

                --a
                Content-Type: multipart/mixed; boundary=ab

                --ab

                inner
                --ab--
                --a

                outer
                --a--
                """);
        assertEquals(2, summary.root().children().size());
        assertEquals(1, summary.part("1").orElseThrow().children().size());
    }

    @Test
    void theOuterBoundaryEndsWhatIsOpenInside() {
        Summary summary = scan("""
                Content-Type: multipart/mixed; boundary=o

                --o
                Content-Type: message/rfc822

                Content-Type: multipart/mixed; boundary=i

                --i

                never closed
                --o

                next
                --o--
                """);
        assertEquals(2, summary.root().children().size());
        assertEquals(12, summary.part("1.1").orElseThrow().bodySize());
        assertEquals(4, summary.part("2").orElseThrow().bodySize());
    }

    @Test
    void factsOfTheOctetsAreTold() {
        Summary summary = StructureScanner.scan("A: b\r\n\r\nx\ry\nz\0\u00e4\r".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(java.util.Set.of(Fact.BARE_CR, Fact.BARE_LF, Fact.NUL, Fact.EIGHT_BIT_BODY), summary.facts());
        assertEquals(4, summary.longestLine());
        assertEquals(
                java.util.Set.of(Fact.EIGHT_BIT_HEADER),
                scan("A: \u00e4\n\nx\n").facts());
        assertEquals(java.util.Set.of(Fact.NO_BODY), scan("A: b\n").facts());
        assertEquals(
                1_500_000, scan("A: b\n\n" + "x".repeat(1_500_000) + "\ny\n").longestLine());
    }

    @Test
    void limitsOfTheHeaderAreTold() {
        assertTrue(scan("A: " + "x".repeat(70_000) + "\n\n").has(Fact.HEADER_TOO_LONG));
        assertFalse(scan("A: " + "x".repeat(65_000) + "\n\n").has(Fact.HEADER_TOO_LONG));
        assertTrue(scan("A: b\n".repeat(1_001) + "\n").has(Fact.TOO_MANY_HEADERS));
        assertFalse(scan("A: b\n".repeat(1_000) + "\n").has(Fact.TOO_MANY_HEADERS));
        assertTrue(scan(("A: " + "x".repeat(1_000) + "\n").repeat(600) + "\n").has(Fact.HEADER_BLOCK_TOO_LONG));
        Summary inner =
                scan("Content-Type: multipart/mixed; boundary=b\n\n--b\nA: " + "x".repeat(70_000) + "\n\n--b--\n");
        assertTrue(inner.has(Fact.PART_HEADER_LIMITS));
        assertFalse(inner.has(Fact.HEADER_TOO_LONG));
    }

    @Test
    void theStructureIsStillReadBehindAThousandFields() {
        Summary summary = scan("A: b\n".repeat(1_001) + "Content-Type: text/html\n\n<p>\n");
        assertEquals("text/html", summary.root().mediaType());
    }

    @Test
    void nestingEndsInAnOpaquePart() {
        var message = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            message.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i + 10)
                    .append(";\n\n--b")
                    .append(i + 10)
                    .append('\n');
        }
        message.append("\ndeep\n");
        Summary summary = scan(message.toString());
        assertTrue(summary.has(Fact.NESTED_TOO_DEEP));
        Part part = summary.root();
        int depth = 0;
        while (part.kind() != Part.Kind.LEAF) {
            part = part.children().getFirst();
            depth++;
        }
        assertEquals(50, depth);
        assertEquals("application/octet-stream", part.mediaType());
        assertEquals(summary.size(), part.bodyEnd());
    }

    @Test
    void theLastAllowedPartTakesTheRest() {
        String parts = "--b\n\nx\n".repeat(5_000);
        Summary summary = scan("Content-Type: multipart/mixed; boundary=b\n\n" + parts + "--b--\n");
        assertTrue(summary.has(Fact.TOO_MANY_PARTS));
        assertEquals(StructureScanner.MAX_PARTS - 1, summary.root().children().size());
        assertEquals(summary.size(), summary.root().children().getLast().bodyEnd());
    }

    @Test
    void aMessageInBase64IsOpaque() {
        Summary summary = scan("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYQ==\n");
        assertEquals("application/octet-stream", summary.root().mediaType());
    }

    @Test
    void allRecipientsOfRepeatedFieldsAreKept() {
        Summary summary = scan("To: a@b.test\nTo: c@d.test\nSubject: one\nSubject: two\n\n");
        assertEquals(3, summary.root().fields().size());
        assertEquals("one", summary.field("Subject").orElseThrow());
    }

    @Test
    void everyFieldOfAPartIsRead() {
        Summary summary = scan("""
                Content-Type: text/plain; charset=utf-8; format=flowed
                Content-Transfer-Encoding: (really) Quoted-Printable
                Content-ID: <a@b.test>
                Content-Description: some
                 text
                Content-Disposition: attachment; filename*0*=utf-8''%e2%82%ac; filename*1=".txt"
                Content-Language: de, en-US (my own)
                Content-Location: http://a.test/
                Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==

                """);
        Part root = summary.root();
        assertEquals("flowed", root.parameters().text("format").orElseThrow());
        assertEquals("Quoted-Printable", root.encoding().orElseThrow());
        assertEquals("<a@b.test>", root.id().orElseThrow());
        assertEquals("some text", root.description().orElseThrow());
        assertEquals("attachment", root.disposition().orElseThrow());
        assertEquals("\u20ac.txt", root.fileName().orElseThrow());
        assertEquals(List.of("de", "en-US"), root.languages());
        assertEquals("http://a.test/", root.location().orElseThrow());
        assertEquals("Q2hlY2sgSW50ZWdyaXR5IQ==", root.md5().orElseThrow());
    }

    @Test
    void nothingIsTakenAfterTheEnd() {
        var scanner = new StructureScanner();
        scanner.accept(crlf("A: b\n\n"));
        Summary summary = scanner.finish();
        assertEquals(summary, scanner.finish());
        assertThrows(IllegalStateException.class, () -> scanner.accept(new byte[] {1}));
    }

    @Test
    void theEmptyMessageIsAMessage() {
        Summary summary = StructureScanner.scan(new byte[0]);
        assertEquals(0, summary.size());
        assertEquals("text/plain", summary.root().mediaType());
        assertEquals(java.util.Set.of(Fact.NO_BODY), summary.facts());
    }

    @Test
    void anExtendedBoundaryIsDecoded() { // RFC 2231 section 4
        Summary summary = scan("""
                Content-Type: multipart/mixed; boundary*=us-ascii'en'a%20b

                --a b

                one
                --a b--
                """);
        assertEquals(Part.Kind.MULTIPART, summary.root().kind());
        Summary split = scan("""
                Content-Type: multipart/mixed; boundary*1=b; boundary*0*=''a%20

                --a b

                one
                --a b--
                """);
        assertEquals(Part.Kind.MULTIPART, split.root().kind());
    }

    @Test
    void aNameThatIsTooLongIsOneThatNobodyKnows() {
        String x = "x".repeat(60_000);
        String part = "--b\nContent-Type: a/" + x + "\nContent-Disposition: " + x + "; filename=f\n\ny\n";
        Summary summary = scan("Content-Type: multipart/mixed; boundary=b\n\n" + part.repeat(9)
                + "--b\nContent-Type: image/png\nContent-Disposition: inline\n\n--b--\n");
        Part first = summary.part("1").orElseThrow();
        assertEquals("a/" + x, first.mediaType());
        Part late = summary.part("9").orElseThrow();
        assertEquals("application/octet-stream", late.mediaType());
        assertEquals("attachment", late.disposition().orElseThrow());
        Part last = summary.part("10").orElseThrow();
        assertEquals("image/png", last.mediaType());
        assertEquals("inline", last.disposition().orElseThrow());
        assertTrue(summary.has(Fact.FIELDS_CUT));
    }
}
