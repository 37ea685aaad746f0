package org.mutatio.examples.disclaimer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.structure.Content;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.testkit.FilterTrial;
import org.mutatio.testkit.Outcome;

class DisclaimerTest {

    private static FilterTrial trial() {
        return FilterTrial.of(new Disclaimer())
                .settings("text = '''Grüße von Example & Co\nNot for <everybody>'''")
                .submittedBy("ann@example.com");
    }

    /// The text of a part of what was made of the message.
    private static String text(Outcome outcome, String part) throws Exception {
        byte[] octets = outcome.message().getBytes(StandardCharsets.UTF_8);
        Summary summary = StructureScanner.scan(octets);
        return new Content(OctetSource.of(octets), summary.part(part).orElseThrow()).text(10_000);
    }

    @Test
    void aPlainTextGetsItBelow() throws Exception {
        Outcome outcome =
                trial().message("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nhello\n");
        assertEquals("hello\r\n\r\n-- \r\nGrüße von Example & Co\r\nNot for <everybody>\r\n", text(outcome, "1"));
        assertEquals("8bit", outcome.header("Content-Transfer-Encoding").orElseThrow());
    }

    @Test
    void aNarrowCharsetGetsItWithoutMarks() throws Exception {
        Outcome outcome = trial().message("Subject: x\n\nhello\n");
        assertTrue(outcome.body().contains("Grusse von Example & Co"), outcome.body());
    }

    @Test
    void base64StaysBase64() throws Exception {
        Outcome outcome = trial().message(
                        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\naGVsbG8K\n");
        assertEquals("base64", outcome.header("Content-Transfer-Encoding").orElseThrow());
        assertTrue(text(outcome, "1").startsWith("hello\r\n\r\n-- \r\nGrüße"), text(outcome, "1"));
    }

    @Test
    void everyAlternativeGetsItAndAttachmentsStayAsTheyAre() throws Exception {
        String attachment = """
                --o
                Content-Type: text/plain; name=a.txt
                Content-Disposition: attachment

                attached
                --o--
                """;
        Outcome outcome = trial().message("""
                Content-Type: multipart/mixed; boundary=o

                --o
                Content-Type: multipart/alternative; boundary=i

                --i
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                gr=C3=BCn
                --i
                Content-Type: text/html

                <html><body><p>hi</p></BODY></html>
                --i--
                """ + attachment);
        assertEquals("grün\r\n-- \r\nGrüße von Example & Co\r\nNot for <everybody>\r\n", text(outcome, "1.1"));
        assertEquals(
                "<html><body><p>hi</p><div>Gr&#252;&#223;e von Example &amp; Co<br>\r\nNot for &lt;everybody&gt;</div></BODY></html>",
                text(outcome, "1.2"));
        assertTrue(outcome.body().endsWith(attachment.replace("\n", "\r\n")), outcome.body());
    }

    @Test
    void mailWithoutATextGetsAPartOfItsOwn() throws Exception {
        Outcome outcome = trial().message("""
                Subject: picture
                MIME-Version: 1.0
                Content-Type: image/png; name="a.png"
                Content-Transfer-Encoding: base64

                iVBORw0KGgo=
                """);
        Summary summary = StructureScanner.scan(outcome.message().getBytes(StandardCharsets.UTF_8));
        assertEquals("multipart/mixed", summary.root().mediaType());
        assertEquals("image/png", summary.part("1").orElseThrow().mediaType());
        assertEquals("a.png", summary.part("1").orElseThrow().fileName().orElseThrow());
        assertTrue(text(outcome, "2").contains("Grüße von Example & Co"));
        assertTrue(outcome.body().contains("iVBORw0KGgo="));
        assertFalse(outcome.header("Content-Transfer-Encoding").isPresent());
        assertEquals("picture", outcome.header("Subject").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n",
                "Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n",
                "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n",
                "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/signed; boundary=b\n\n--b\n\nhi\n--b--\n--o--\n",
                "Subject: x\n\n-----BEGIN PGP SIGNED MESSAGE-----\nhello\n",
                "DKIM-Signature: v=1\nSubject: x\n\nhello\n"
            })
    void signedAndEncryptedMailIsLeftAlone(String message) throws Exception {
        Outcome outcome = trial().message(message);
        assertTrue(outcome.edits().isEmpty(), outcome.edits().toString());
        assertEquals(message.replace("\n", "\r\n"), outcome.message());
        assertTrue(
                outcome.notes().getFirst().startsWith("left alone: "),
                outcome.notes().toString());
    }

    @Test
    void otherPeoplesMailIsLeftAlone() throws Exception {
        Outcome incoming =
                FilterTrial.of(new Disclaimer()).settings("text = 'x'").message("Subject: x\n\nhello\n");
        assertTrue(incoming.edits().isEmpty());
        Outcome without =
                FilterTrial.of(new Disclaimer()).submittedBy("ann@example.org").message("Subject: x\n\nhello\n");
        assertTrue(without.edits().isEmpty());
    }

    @Test
    void aRepliedMailGetsItOnce() throws Exception {
        String first = trial().message("Content-Type: text/plain; charset=utf-8\n\nhello\n")
                .message();
        assertTrue(trial().message(first).edits().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-16", "iso-2022-jp", "no-such-charset"})
    void charsetsThatCannotBeContinuedAreLeftAlone(String charset) throws Exception {
        assertTrue(trial().message("Content-Type: text/plain; charset=" + charset + "\n\nhello\n")
                .edits()
                .isEmpty());
    }

    @Test
    void htmlAloneIsRefusedWithThePolicy() {
        assertThrows(
                IllegalArgumentException.class,
                () -> FilterTrial.of(new Disclaimer()).settings("html = '<p>x'"));
    }
}
