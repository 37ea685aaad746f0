package org.mutatio.smtp.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.fuzz.Seeds;
import org.mutatio.fuzz.Spoiled;
import org.mutatio.smtp.Corpora;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/// Paths in MAIL and RCPT, by hand and by the corpora.
final class PathsTest {
    private static final CommandParser PARSER = new CommandParser(EnumSet.allOf(Leniency.class));
    private static final Set<Extension> ALL = EnumSet.allOf(Extension.class);

    private static Command rcpt(String path) {
        return PARSER.parse("RCPT TO:" + path, ALL);
    }

    private static boolean valid(String path) {
        return rcpt(path) instanceof Command.Recipient;
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
        # promises.md section 5: what each relay form names; the router says no
        <a@b.test>                     | a@b.test
        <a%b@us.test>                  | a%b@us.test
        <b!a@us.test>                  | b!a@us.test
        <@us.test:a@b.test>            | a@b.test
        <@us.test,@them.test:a@b.test> | a@b.test
        <"a@b.test"@us.test>           | "a@b.test"@us.test
        <"a b"@us.test>                | "a b"@us.test
        <"a\\"b"@us.test>              | "a\\"b"@us.test
        <"a\\\\b"@us.test>             | "a\\\\b"@us.test
        <"ann"@us.test>                | ann@us.test
        <"a>b"@us.test>                | "a>b"@us.test
        <a@[127.0.0.1]>                | a@[127.0.0.1]
        <a@[IPv6:::1]>                 | a@[IPv6:::1]
        <A@US.TEST>                    | A@us.test
        <a+tag@us.test>                | a+tag@us.test
        <postmaster@us.test>           | postmaster@us.test
        <a@bücher.test>                | a@xn--bcher-kva.test
        <a@BÜCHER.test>                | a@xn--bcher-kva.test
        <a@xn--bcher-kva.test>         | a@xn--bcher-kva.test
        <jörg@us.test>                 | jörg@us.test
        """)
    void names(String path, String address) {
        var recipient = assertInstanceOf(Command.Recipient.class, rcpt(path));
        assertEquals(address, recipient.to().orElseThrow().toString());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
        a@b.test
        <a@b@us.test>
        <a@@us.test>
        <@us.test>
        <a@>
        <a>
        <a@us.test.>
        <a@us..test>
        <a@.us.test>
        <a@-us.test>
        <.a@us.test>
        <a.@us.test>
        <a..b@us.test>
        <a b@us.test>
        <a@us test>
        <a@us.test
        <"a@us.test>
        <"a"b@us.test>
        <@us.test a@b.test>
        <@:a@b.test>
        <@us.test,:a@b.test>
        <@us.test,them.test:a@b.test>
        <a@[127.0.0]>
        <a@[127.0.0.256]>
        <a@[IPv6:127.0.0.1x]>
        <a@[IPv6:1::2::3]>
        <a@[IPv6:fe80::1%eth0]>
        <a@[nonsense]>
        <a@[]>
        <a@us.test>x
        <<a@us.test>>
        <>
        """)
    void refuses(String path) {
        var malformed = assertInstanceOf(Command.Malformed.class, rcpt(path));
        assertEquals(501, malformed.reply().code());
    }

    @Test
    void lengths() { // RFC 5321 section 4.5.3.1
        assertTrue(valid("<" + "a".repeat(64) + "@us.test>"));
        assertTrue(!valid("<" + "a".repeat(65) + "@us.test>"));
        String domain = ("b".repeat(60) + ".").repeat(4) + "test";
        assertTrue(!valid("<aaaaaaaaaaaa@" + domain + ">"));
        assertTrue(valid("<a@" + "b".repeat(63) + ".test>"));
        assertTrue(!valid("<a@" + "b".repeat(64) + ".test>"));
    }

    @Provide
    Arbitrary<byte[]> paths() {
        return Spoiled.of(
                List.of(
                        "<a@b.test>",
                        "<@a.test,@b.test:a@c.test>",
                        "<\"a \\\" b\"@c.test> SIZE=1",
                        "<a@[IPv6:2001:db8::7]>",
                        "<a@[192.0.2.7]> NOTIFY=NEVER ORCPT=rfc822;a+40b",
                        "<postmaster>",
                        "<j\u00c3\u00b6rg@b\u00c3\u00bccher.test> SMTPUTF8",
                        "<a@xn--bcher-kva.test>"),
                List.of(
                        "@",
                        "<",
                        ">",
                        "\"",
                        "\\",
                        ",",
                        ":",
                        "[",
                        "]",
                        ".",
                        "xn--",
                        " ",
                        "=",
                        ";",
                        "\u00c3\u00bc",
                        "%",
                        "!"));
    }

    /// What a path names, written out and read again, is the same; nothing throws.
    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void pathsOfAllKinds(@ForAll("paths") byte[] octets) {
        path(octets);
    }

    private static void path(byte[] octets) {
        String path = new String(octets, StandardCharsets.UTF_8);
        assertTrue(PARSER.parse("MAIL FROM:" + path, ALL) != null);
        assertTrue(PARSER.parse("MAIL FROM:<a@b.test> " + path, ALL) != null);
        assertTrue(PARSER.parse(path, ALL) != null);
        if (rcpt(path) instanceof Command.Recipient read && read.to().isPresent()) {
            var again = assertInstanceOf(
                    Command.Recipient.class, rcpt("<" + read.to().get() + ">"));
            assertEquals(read.to(), again.to());
        }
    }

    @TestFactory
    List<DynamicTest> seedsOfPaths() throws IOException, URISyntaxException {
        return Seeds.replay(PathsTest.class, "path", PathsTest::path);
    }

    @Test
    void isemail() throws IOException, ParserConfigurationException, SAXException {
        Path file = Corpora.find("smtp/addresses/isemail/tests.xml");
        var tests = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getElementsByTagName("test");
        var count = new Corpora.Count("isemail");
        for (int i = 0; i < tests.getLength(); i++) {
            var test = (Element) tests.item(i);
            String category = text(test, "category");
            String diagnosis = text(test, "diagnosis");
            String address = controls(text(test, "address"));
            boolean here = valid("<" + address + ">");
            String said =
                    test.getAttribute("id") + " " + address + " " + diagnosis + " -> " + rcpt("<" + address + ">");
            if (diagnosis.equals("ISEMAIL_RFC5322_LOCAL_TOOLONG") && address.startsWith("\"")) {
                count.skipped("64 octets are counted without the quotes");
                continue;
            }
            if (address.startsWith("@") || address.indexOf('\r') >= 0 || address.indexOf('\n') >= 0) {
                count.skipped("a source route or a line end: not a mailbox by itself");
                continue;
            }
            switch (category) {
                case "ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN" -> count.check(here, said);
                case "ISEMAIL_RFC5321" -> {
                    switch (diagnosis) {
                        case "ISEMAIL_RFC5321_ADDRESSLITERAL", "ISEMAIL_RFC5321_QUOTEDSTRING", "ISEMAIL_RFC5321_TLD" ->
                            count.check(here, said);
                        case "ISEMAIL_RFC5321_IPV6DEPRECATED" -> count.skipped("deprecated spelling of IPv6");
                        default -> count.skipped("unusual: " + diagnosis);
                    }
                }
                case "ISEMAIL_ERR" -> count.check(!here, said);
                case "ISEMAIL_CFWS", "ISEMAIL_DEPREC", "ISEMAIL_RFC5322" -> {
                    if (diagnosis.equals("ISEMAIL_RFC5322_DOMAIN") || diagnosis.equals("ISEMAIL_DEPREC_QTEXT")) {
                        count.skipped("header syntax that SMTP reads otherwise: " + diagnosis);
                    } else {
                        count.check(!here, said);
                    }
                }
                default -> count.skipped(category);
            }
        }
        count.report();
    }

    private static String text(Element test, String name) {
        var found = test.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }

    /// Control characters are written as U+2400 and so on.
    private static String controls(String text) {
        var plain = new StringBuilder();
        text.chars().forEach(c -> plain.append((char) (c >= 0x2400 && c < 0x2420 ? c - 0x2400 : c)));
        return plain.toString();
    }

    @Test
    void flanker() throws IOException {
        var count = new Corpora.Count("flanker");
        for (String name : new String[] {"mailbox_valid.txt", "mailbox_invalid.txt"}) {
            boolean wanted = name.equals("mailbox_valid.txt");
            Path file = Corpora.find("smtp/addresses/flanker/" + name);
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                String address = line.strip();
                if (address.isEmpty() || address.startsWith("#")) {
                    continue;
                }
                if (address.indexOf('<') >= 0 || address.indexOf('(') >= 0 || address.contains(" ") && wanted) {
                    count.skipped("a header's form: display name, comment or folding");
                } else {
                    count.check(valid("<" + address + ">") == wanted, wanted + ": " + address);
                }
            }
        }
        count.report();
    }

    @Test
    void emailValidator() {
        var count = new Corpora.Count("EmailValidator");
        for (JsonNode row : Corpora.json("smtp/addresses/emailvalidator.json").get("rows")) {
            String address = row.get("address").asText();
            String set = row.get("set").asText();
            boolean wanted = row.get("valid").asBoolean();
            if (address.indexOf('(') >= 0 || address.indexOf('\r') >= 0 || address.indexOf('\n') >= 0) {
                count.skipped("comment or folding");
            } else if (address.contains("\\ ") && !address.startsWith("\"")) {
                count.skipped("a quoted pair outside of quotes: header syntax of old");
            } else if (address.contains("@email_a") || address.contains("@email€a")) {
                count.skipped("names that exist though they should not: underscore, symbols of IDNA2003");
            } else if (wanted && !set.equals("ValidEmails")) {
                count.skipped("valid with a remark: " + set);
            } else {
                count.check(valid("<" + address + ">") == wanted, set + " " + wanted + ": " + address);
            }
        }
        count.report();
    }

    @Test
    void rspamd() {
        var count = new Corpora.Count("rspamd smtp_addr");
        for (JsonNode table : Corpora.json("smtp/tables/rspamd-smtp_addr.json").get("tables")) {
            boolean wanted = table.get("table").asText().contains("valid")
                    && !table.get("table").asText().contains("invalid");
            for (JsonNode row : table.get("rows")) {
                String path = row.isArray() ? row.get(0).asText() : row.asText();
                if (!path.startsWith("<") && wanted) {
                    count.skipped("without angle brackets");
                } else if (path.equals("<>")) {
                    count.check(PARSER.parse("MAIL FROM:<>", ALL) instanceof Command.Mail, path);
                } else {
                    count.check(valid(path) == wanted, wanted + ": " + path);
                }
            }
        }
        count.report();
    }

    @Test
    void mox() {
        var count = new Corpora.Count("mox address");
        for (JsonNode table : Corpora.json("smtp/tables/mox-address-smtp.json").get("tables")) {
            boolean wanted = table.get("check").asText().equals("good");
            boolean local = table.get("test").asText().equals("TestParseLocalpart");
            for (JsonNode row : table.get("rows")) {
                String address = row.get(0).asText() + (local ? "@example.com" : "");
                count.check(valid("<" + address + ">") == wanted, wanted + ": " + address);
            }
        }
        count.report();
    }
}
