package org.mutatio.pipeline.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.sdk.filter.Change;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.filter.FilterInfo;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.Part;

class FilterMailTest {

    private static final String MULTIPART = """
            From: =?utf-8?q?B=C3=B6?= <bo@example.net>
            Subject: a
             folded one
            Content-Type: multipart/mixed; boundary="b"

            preamble
            --b
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            gr=FCn
            --b
            Content-Type: application/pdf; name="=?utf-8?q?B=C3=BCro.pdf?="
            Content-Disposition: ATTACHMENT
            Content-Transfer-Encoding: base64

            AAECAwQ=
            --b
            Content-Type: message/rfc822

            Subject: inner
            Content-Type: multipart/mixed; boundary="c"

            --c
            Content-Type: text/plain

            deep
            --c
            Content-Type: image/png
            Content-Transfer-Encoding: base64

            AAEC
            --c--
            --b--
            """;

    private static byte[] octets(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static FilterHarness harness(String message) {
        return FilterHarness.of(message.getBytes(StandardCharsets.UTF_8), () -> Instant.parse("2026-11-25T10:00:00Z"));
    }

    /// Does what the test says, and may change everything.
    @FilterInfo(
            name = "probe",
            stage = Stage.MESSAGE,
            changes = {Change.HEADERS, Change.BODY, Change.SCORE, Change.TAGS})
    private record Probe(FilterHarness.Question question) implements Filter {
        @Override
        public Decision message(Mail mail, FilterContext context) throws Exception {
            return question.ask(this, mail, context);
        }
    }

    private interface Looking {
        void at(Mail mail) throws Exception;
    }

    private static FilterHarness.Result look(FilterHarness harness, Looking looking) throws Exception {
        return harness.message(new Probe((_, mail, _) -> {
            looking.at(mail);
            return Decision.next();
        }));
    }

    @Test
    void partsAreNumberedAsImapDoesAndDecoded() throws Exception {
        look(harness(MULTIPART), mail -> {
            Part root = mail.root();
            assertEquals("", root.number());
            assertEquals("multipart/mixed", root.contentType());
            assertEquals(
                    List.of("1", "2", "3"),
                    root.children().stream().map(Part::number).toList());
            Part text = root.children().get(0);
            assertEquals("grün", text.text(100));
            assertEquals("gr", text.text(2));
            assertEquals("iso-8859-1", text.parameters().get("charset"));
            Part pdf = root.children().get(1);
            assertEquals(Optional.of("Büro.pdf"), pdf.fileName());
            assertEquals(Optional.of("attachment"), pdf.disposition());
            assertEquals(5, pdf.decodedSize());
            assertEquals(5, pdf.decoded().readAllBytes().length);
            assertEquals(8, pdf.raw().size());
            assertEquals(Optional.of("base64"), pdf.headers().first("content-transfer-encoding"));
            Part inner = root.children().get(2).children().getFirst();
            assertEquals("multipart/mixed", inner.contentType());
            assertEquals("3.1", inner.children().getFirst().number());
            assertEquals(Optional.of("inner"), inner.headers().first("Subject"));
        });
    }

    @Test
    void attachmentsAreFoundInAttachedMessagesToo() throws Exception {
        look(harness(MULTIPART), mail -> {
            assertEquals(
                    List.of("2", "3.2"),
                    mail.attachments().all().stream().map(Part::number).toList());
            assertEquals(8, mail.attachments().totalSize().octets());
        });
    }

    @Test
    void headersAreUnfoldedAndDecoded() throws Exception {
        look(harness(MULTIPART), mail -> {
            assertEquals(Optional.of("Bö <bo@example.net>"), mail.headers().first("from"));
            assertEquals(Optional.of("a folded one"), mail.headers().first("SUBJECT"));
            assertEquals(" a\r\n folded one", mail.headers().fields().get(1).raw());
        });
    }

    @Test
    void aLeafOfAnAttachedMessageIsReplacedInItsPlace() throws Exception {
        FilterHarness.Result result = look(
                harness(MULTIPART),
                mail -> mail.edits().replacePart("3.1", new ByteArrayInputStream(octets("grün\n"))));
        String expected = new String(octets(MULTIPART), StandardCharsets.UTF_8)
                .replace(
                        "Content-Type: text/plain\r\n\r\ndeep",
                        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ngr=C3=BCn\r\n");
        assertEquals(expected, result.message());
    }

    @Test
    void aPlainBodyThatCannotStay7BitIsEncoded() throws Exception {
        FilterHarness harness = harness("Subject: x\n\nhello\n");
        FilterHarness.Result result =
                look(harness, mail -> mail.edits().replacePart("1", new ByteArrayInputStream(octets("grün\n"))));
        assertEquals(
                "Content-Transfer-Encoding: quoted-printable\r\nSubject: x\r\n\r\ngr=C3=BCn\r\n", result.message());
        look(harness, mail -> assertEquals("grün\r\n", mail.root().text(100)));
    }

    @Test
    void twoEditsOfPartsFindTheirPlaces() throws Exception {
        FilterHarness.Result result = look(harness(MULTIPART), mail -> {
            mail.edits().replacePart("2", new ByteArrayInputStream(new byte[] {9, 9, 9, 9, 9, 9, 9}));
            mail.edits().replacePart("1", new ByteArrayInputStream(octets("a much longer text than before\n")));
            mail.edits().addHeader("X-Note", "1");
        });
        String text = result.message();
        assertTrue(text.startsWith("X-Note: 1\r\nFrom: "), text);
        assertTrue(text.contains("CQkJCQkJCQ=="), text);
        assertTrue(text.contains("a much longer text than before\r\n\r\n--b"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\u0000b", "a\r\nX-Evil: 1"})
    void noLineEndGetsIntoAHeader(String value) throws Exception {
        look(harness(MULTIPART), mail -> {
            assertThrows(IllegalArgumentException.class, () -> mail.edits().addHeader("X-A", value));
            assertThrows(IllegalArgumentException.class, () -> mail.edits().replaceHeader("X-A", value));
            assertThrows(IllegalArgumentException.class, () -> mail.edits().addHeader(value, "x"));
            assertThrows(IllegalArgumentException.class, () -> mail.edits().removeHeaders(value));
            assertThrows(IllegalArgumentException.class, () -> mail.edits().addTag(value));
        });
    }

    @ParameterizedTest
    @CsvSource({"word,60", "w,600", "grün,40"})
    void longValuesAreFoldedAndComeBackWhole(String word, int times) {
        String value = String.join(" ", java.util.Collections.nCopies(times, word));
        byte[] field = HeaderField.octets("X-Long", value);
        for (String line : new String(field, StandardCharsets.US_ASCII).lines().toList()) {
            assertTrue(line.length() <= 100, line);
        }
        assertEquals(
                value,
                org.mutatio.mime.header.HeaderBlock.of(field)
                        .fields()
                        .getFirst()
                        .text());
    }

    @Test
    void aWordThatNoLineHoldsIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> HeaderField.octets("X", "x".repeat(1_000)));
    }

    @Test
    void anEditedMessageIsTheSameFromTheRopeAndFromItsScan() throws IOException {
        byte[] message = octets(MULTIPART);
        Draft draft = Draft.of(ReceivedMessage.of(new MemoryOctets(message)))
                .with(List.of(
                        new Edit.RemoveHeaders("Subject"),
                        new Edit.AddHeader("X-A", "b"),
                        new Edit.ReplacePart("1", new MemoryOctets(octets("new\n")))));
        byte[] prefix = "Received: here\r\n".getBytes(StandardCharsets.US_ASCII);
        Rope rope = draft.withPrefix(prefix);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        rope.transfer(0, rope.size(), all);
        assertEquals(rope.size(), all.size());
        assertEquals(
                List.of(),
                differences(rope, all.toByteArray()),
                "read() gives the same octets as transfer() from every place");
        org.junit.jupiter.api.Assertions.assertArrayEquals(
                StructureScanner.scan(all.toByteArray()).toBytes(),
                draft.summary(prefix).toBytes());
    }

    private static List<Integer> differences(Rope rope, byte[] expected) throws IOException {
        List<Integer> wrong = new java.util.ArrayList<>();
        for (int at = 0; at < expected.length; at++) {
            java.nio.ByteBuffer some = java.nio.ByteBuffer.allocate(Math.min(37, expected.length - at));
            rope.read(at, some);
            for (int i = 0; i < some.position(); i++) {
                if (some.get(i) != expected[at + i]) {
                    wrong.add(at + i);
                }
            }
            if (some.hasRemaining()) {
                wrong.add(at);
            }
        }
        return wrong;
    }

    @Test
    void asAnotherTypeIsRefused() throws Exception {
        look(
                harness(MULTIPART),
                mail -> assertThrows(IllegalArgumentException.class, () -> mail.as(StringBuilder.class)));
    }

    @Test
    void aBombOfPartsIsBounded() throws Exception { // case sec-6ad
        String bomb = "Content-Type: multipart/mixed; boundary=a\n\n" + "--a\n\n".repeat(100_000);
        look(harness(bomb), mail -> {
            assertTrue(mail.root().children().size() <= StructureScanner.MAX_PARTS);
            assertTrue(mail.attachments().all().size() <= StructureScanner.MAX_PARTS);
        });
    }
}
