package org.mutatio.mime.header;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.mime.OctetStrings;

class HeaderTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # RFC 2047 section 8
            (=?ISO-8859-1?Q?a?=)                                                        | (a)
            (=?ISO-8859-1?Q?a?= b)                                                      | (a b)
            (=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)                                     | (ab)
            (=?ISO-8859-1?Q?a_b?=)                                                      | (a b)
            (=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)                                    | (a b)
            =?US-ASCII?Q?Keith_Moore?=                                                  | Keith Moore
            =?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=                                       | Keld Jørn Simonsen
            =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?= | If you can read this you understand the example.
            # RFC 2231 section 5
            =?US-ASCII*EN?Q?Keith_Moore?=                                               | Keith Moore
            # a character split over two words
            =?utf-8?Q?=C3?= =?utf-8?Q?=A4?=                                             | ä
            =?utf-8?B?w6Q?= =?utf-8?B?w6Q=?=                                            | ää
            # broken ones stay
            =?utf-8?Q?a                                                                 | =?utf-8?Q?a
            =?utf-8?X?a?=                                                               | =?utf-8?X?a?=
            =?no-such-charset?Q?a?=                                                     | =?no-such-charset?Q?a?=
            =?utf-8?B?!!?=                                                              | =?utf-8?B?!!?=
            =?utf-8?Q?=4?=                                                              | =4
            """)
    void encodedWordsAreDecoded(String value, String text) {
        assertEquals(text, EncodedWords.decode(value));
    }

    @Test
    void rawUtf8IsReadAndOtherOctetsAreWindows1252() { // RFC 6532
        assertEquals("Grüße", EncodedWords.decode(OctetStrings.ofText("Grüße")));
        assertEquals("Grüße", EncodedWords.decode("Gr\u00fc\u00dfe"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # RFC 5322 appendix A.1; groups and old forms below
            John Doe <jdoe@machine.example>                        | John Doe            | -                | jdoe@machine.example
            "Joe Q. Public" <john.q.public@example.com>            | Joe Q. Public       | -                | john.q.public@example.com
            <boss@nil.test>                                        | -                   | -                | boss@nil.test
            "Giant; \\"Big\\" Box" <sysservices@example.net>       | Giant; "Big" Box    | -                | sysservices@example.net
            Mary Smith <@node.test,@b.test:mary@example.net>       | Mary Smith          | @node.test,@b.test | mary@example.net
            John Doe <jdoe@machine(comment).  example>             | John Doe            | -                | jdoe@machine.example
            jdoe@test   . example                                  | -                   | -                | jdoe@test.example
            pete(his account)@silly.test(his host)                 | his host            | -                | pete@silly.test
            "much.more unusual"@example.com                        | -                   | -                | "much.more unusual"@example.com
            Joe Q. Public <john.q.public@example.com>              | Joe Q. Public       | -                | john.q.public@example.com
            a@[192.0.2.1]                                          | -                   | -                | a@[192.0.2.1]
            """)
    void mailboxesAreRead(String value, String name, String route, String address) {
        Address.Mailbox mailbox = AddressList.mailboxes(value).getFirst();
        assertEquals(1, AddressList.parse(value).size());
        assertEquals(name, mailbox.nullableName());
        assertEquals(route, mailbox.nullableRoute());
        assertEquals(address, mailbox.address());
    }

    @Test
    void groupsAreReadAndMayBeEmptyOrUnclosed() { // RFC 5322 appendix A.1.3, RFC 6854
        List<Address> group = AddressList.parse("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;");
        assertEquals(3, ((Address.Group) group.getFirst()).members().size());
        List<Address> mixed = AddressList.parse("Undisclosed recipients:;, ann@example.org, open: bo@example.org");
        assertEquals(3, mixed.size());
        assertEquals("Undisclosed recipients", mixed.getFirst().name().orElseThrow());
        assertEquals(1, ((Address.Group) mixed.getLast()).members().size());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            Thu, 9 May 2019 08:35:26 +0000             | 2019-05-09T08:35:26Z
            9 May 2019 08:35 +0200                     | 2019-05-09T08:35:00+02:00
            Fri, 21 Nov 97 09(comment):  55  :  06 -0600 | 1997-11-21T09:55:06-06:00
            Wed, 11 Feb 98 11:51 CST                   | 1998-02-11T11:51:00-06:00
            Wed, 11-Feb-98 11:51:07 GMT                | 1998-02-11T11:51:07Z
            Wed Feb 11 11:51:00 1998                   | 1998-02-11T11:51:00Z
            Sat, 31 Dec 2016 23:59:60 +0000            | 2016-12-31T23:59:59Z
            1 Jan 49 00:00:00 Z                        | 2049-01-01T00:00:00Z
            1 Jan 50 00:00:00 A                        | 1950-01-01T00:00:00Z
            1 Jan 100 00:00:00 UT                      | 2000-01-01T00:00:00Z
            29 Feb 2024 12:00:00 -0330                 | 2024-02-29T12:00:00-03:30
            """)
    void datesAreRead(String value, OffsetDateTime date) { // RFC 5322 sections 3.3 and 4.3
        assertEquals(date, MailDate.parse(value).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "now", "30 Feb 2024 00:00:00 Z", "32 Jan 2024 1:2:3 Z", "1 Jan 2024 25:00 Z", "Jan", ":::"})
    void whatIsNoDateIsNone(String value) {
        assertTrue(MailDate.parse(value).isEmpty());
    }

    @Test
    void datesAreWrittenAsTheStandardWants() { // RFC 5322 section 3.3
        assertEquals(
                "Thu, 9 May 2019 08:05:06 -0330", MailDate.format(OffsetDateTime.parse("2019-05-09T08:05:06-03:30")));
    }

    @Test
    void parametersOfTheStandardAreJoined() { // RFC 2231 section 4.1
        MediaType type = MediaType.parse("application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20;"
                        + " title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"")
                .orElseThrow();
        assertEquals(
                "This is even more ***fun*** isn't it!",
                type.parameters().text("title").orElseThrow());
        assertEquals(1, type.parameters().list().size());
        assertEquals("title*", type.parameters().list().getFirst().name());
        MediaType url = MediaType.parse("message/external-body; URL*0=\"ftp://\"; URL*1=\"cs.utk.edu/pub\"")
                .orElseThrow();
        assertEquals("ftp://cs.utk.edu/pub", url.parameters().text("url").orElseThrow()); // RFC 2231 section 3
    }

    @Test
    void blockKeepsOrderOctetsAndLeniencies() {
        HeaderBlock block = HeaderBlock.of("A : 1\r\nbroken\r\nSubject: x\r\n\t=?utf-8?q?=C3=A4?=\na:2\n\nbody: no\n"
                .getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(
                List.of("A", "", "Subject", "a"),
                block.fields().stream().map(HeaderBlock.Field::name).toList());
        assertEquals(2, block.all("a").size());
        assertEquals("x ä", block.first("SUBJECT").orElseThrow().text().replace('\t', ' '));
        assertEquals(
                "Subject: x\r\n\t=?utf-8?q?=C3=A4?=\n",
                block.first("subject").orElseThrow().raw());
        assertEquals(
                " x\r\n\t=?utf-8?q?=C3=A4?=",
                block.first("subject").orElseThrow().rawValue());
        assertTrue(block.first("body").isEmpty());
    }

    @Test
    void nothingIsInjected() {
        for (String evil : List.of("a\r\nBcc: x@y.test", "a\nb", "a\rb", "a\0b")) {
            assertThrows(IllegalArgumentException.class, () -> FieldWriter.text("Subject", evil));
            assertThrows(IllegalArgumentException.class, () -> FieldWriter.value("Subject", evil));
            assertThrows(IllegalArgumentException.class, () -> FieldWriter.text(evil, "x"));
            var parameters = new LinkedHashMap<String, String>();
            parameters.put("filename", evil);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> FieldWriter.parameterised("Content-Disposition", "attachment", parameters));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> FieldWriter.addresses("To", List.of(new Address.Mailbox(null, null, "a", "b.test>,<c@d.test"))));
        assertThrows(IllegalArgumentException.class, () -> FieldWriter.text("Sub ject", "x"));
        assertThrows(IllegalArgumentException.class, () -> FieldWriter.text("", "x"));
    }

    @Test
    void addressesAreWrittenSoThatTheyAreReadBack() {
        List<Address> addresses = List.of(
                new Address.Mailbox("Giant; \"Big\" Box", null, "sysservices", "example.net"),
                new Address.Mailbox(OctetStrings.ofText("Jörg Müller"), null, "j m", "example.org"),
                new Address.Group("friends", List.of(new Address.Mailbox(null, null, "ann", "example.com"))));
        String field = FieldWriter.addresses("To", addresses);
        assertTrue(OctetStrings.isAscii(field));
        List<Address> read = AddressList.parse(value(field));
        assertEquals(3, read.size());
        assertEquals("Giant; \"Big\" Box", read.get(0).displayName().orElseThrow());
        assertEquals("Jörg Müller", read.get(1).displayName().orElseThrow());
        assertEquals("j m", ((Address.Mailbox) read.get(1)).localPart());
        assertEquals(addresses.get(2), read.get(2));
    }

    @Test
    void parametersAreWrittenInTheFormTheyNeed() {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("filename", "a \"b\".txt");
        parameters.put("x", "token");
        assertEquals(
                "Content-Disposition: attachment; filename=\"a \\\"b\\\".txt\"; x=token\r\n",
                FieldWriter.parameterised("Content-Disposition", "attachment", parameters));
        parameters.clear();
        parameters.put("filename", "Grüße € 100%.txt");
        String field = FieldWriter.parameterised("Content-Disposition", "attachment", parameters);
        assertTrue(field.contains("filename*=utf-8''Gr%C3%BC%C3%9Fe"), field);
        Disposition disposition = Disposition.parse(value(field)).orElseThrow();
        assertEquals(
                "Grüße € 100%.txt", disposition.parameters().text("filename").orElseThrow());
    }

    @Test
    void longFieldsAreFoldedAtBlanks() {
        String text = "word ".repeat(60).strip();
        String field = FieldWriter.text("Subject", text);
        for (String line : field.split("\r\n", -1)) {
            assertTrue(line.length() <= 78, line);
        }
        assertEquals(text, value(field));
        assertThrows(IllegalArgumentException.class, () -> FieldWriter.value("X", "a".repeat(1_000)));
        assertFalse(FieldWriter.text("Subject", "a".repeat(2_000)).lines().anyMatch(line -> line.length() > 998));
        assertEquals("a".repeat(2_000), EncodedWords.decode(value(FieldWriter.text("Subject", "a".repeat(2_000)))));
    }

    static String value(String field) {
        var fields = new ArrayList<>(HeaderBlock.of(FieldWriter.octets(field)).fields());
        assertEquals(1, fields.size(), field);
        return fields.getFirst().value();
    }
}
