package org.mutatio.mime.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;

class ImapTest {

    private static Summary scan(String message) {
        return StructureScanner.scan(message.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String envelope(Summary summary, ImapStructureWriter.Strings strings) throws IOException {
        var out = new ByteArrayOutputStream();
        new ImapStructureWriter(out, strings).envelope(summary);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void quotesInEnvelopeAreEscaped() throws IOException { // mime-a8a
        Summary summary = scan("""
                Message-ID: <1.2.JavaMail."u@s.test"@host-1>
                Subject: a "b" \\c
                From: Ann <ann@example.org>

                """);
        assertEquals("""
                (NIL "a \\"b\\" \\\\c" (("Ann" NIL "ann" "example.org")) (("Ann" NIL "ann" "example.org")) \
                (("Ann" NIL "ann" "example.org")) NIL NIL NIL NIL "<1.2.JavaMail.\\"u@s.test\\"@host-1>")""", envelope(summary, ImapStructureWriter.Strings.ASCII));
    }

    @Test
    void groupsHaveMarkers() throws IOException { // RFC 9051 section 7.5.2
        Summary summary = scan("To: A: ann@example.org, bo@example.org;, nobody:;\n\n");
        assertTrue(envelope(summary, ImapStructureWriter.Strings.ASCII)
                .contains(
                        "((NIL NIL \"A\" NIL)(NIL NIL \"ann\" \"example.org\")(NIL NIL \"bo\" \"example.org\")(NIL NIL NIL NIL)"
                                + "(NIL NIL \"nobody\" NIL)(NIL NIL NIL NIL))"));
    }

    @Test
    void utf8IsQuotedOnlyForThoseWhoKnowIt() throws IOException { // RFC 9051 section 4.3
        Summary summary = scan("Subject: " + OctetStrings.ofText("ä") + "\n\n");
        assertTrue(envelope(summary, ImapStructureWriter.Strings.ASCII).startsWith("(NIL {2}\r\n\u00c3\u00a4 NIL"));
        assertTrue(envelope(summary, ImapStructureWriter.Strings.UTF8).startsWith("(NIL \"\u00c3\u00a4\" NIL"));
        Summary latin = scan("Subject: \u00e4\n\n");
        assertTrue(envelope(latin, ImapStructureWriter.Strings.UTF8).startsWith("(NIL {1}\r\n\u00e4 NIL"));
    }

    @Test
    void aNulNeverLeavesUs() throws IOException {
        assertTrue(envelope(scan("Subject: a\0b\n\n"), ImapStructureWriter.Strings.ASCII)
                .contains("\"a?b\""));
    }

    @Test
    void sectionsOfAttachedMessages() throws IOException { // mime-fda
        String text = """
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
                X-Outer: 3

                Subject: inner three

                inner text
                --o--
                """;
        String message = text.replace("\n", "\r\n");
        Summary summary = scan(text);
        assertEquals(
                "Content-Type: message/rfc822\r\nX-Outer: 2\r\n\r\n", cut(message, summary, "2", Section.Text.MIME));
        assertEquals(
                "Subject: inner two\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n",
                cut(message, summary, "2", Section.Text.HEADER));
        assertTrue(cut(message, summary, "2", Section.Text.ALL).startsWith("Subject: inner two"));
        assertTrue(cut(message, summary, "2", Section.Text.TEXT).startsWith("--i"));
        assertEquals("inner plain", cut(message, summary, "2.1", Section.Text.ALL));
        assertEquals("Content-Type: text/html\r\n\r\n", cut(message, summary, "2.2", Section.Text.MIME));
        assertEquals("inner text", cut(message, summary, "3.1", Section.Text.ALL));
        assertEquals("Subject: inner three\r\n\r\n", cut(message, summary, "3.1", Section.Text.MIME));
        assertEquals(message, cut(message, summary, "", Section.Text.ALL));
        assertTrue(new Section("1", Section.Text.HEADER).range(summary).isEmpty());
        assertTrue(new Section("9", Section.Text.ALL).range(summary).isEmpty());
    }

    private static String cut(String message, Summary summary, String part, Section.Text text) {
        Section.Range range = new Section(part, text).range(summary).orElseThrow();
        return message.substring((int) range.start(), (int) range.end());
    }

    @Test
    void headerFieldsComeAsReceivedInOrderAndWithABlankLine() { // RFC 9051 section 6.4.5.1
        HeaderBlock block =
                HeaderBlock.of("From: a\r\nTo: b\r\n c\r\nfrom: d\r\nX: y\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals(
                "From: a\r\nfrom: d\r\n\r\n",
                new String(HeaderFilter.fields(block, List.of("FROM")), StandardCharsets.US_ASCII));
        assertEquals(
                "To: b\r\n c\r\nX: y\r\n\r\n",
                new String(HeaderFilter.fieldsNot(block, List.of("From")), StandardCharsets.US_ASCII));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # RFC 5256 section 2.1
            hello                          | hello
            Re: hello                      | hello
            RE : [x] hello                 | hello
            Fwd: Re: hello (fwd) (FWD)     | hello
            [list] Re: [list] hello        | hello
            [fwd: re: hello]               | hello
            Re [2]: hello   world          | hello world
            [only blob]                    | [only blob]
            ''                             | ''
            re:                            | ''
            reply: hello                   | reply: hello
            """)
    void baseSubject(String subject, String base) {
        assertEquals(base, BaseSubject.of(subject));
    }
}
