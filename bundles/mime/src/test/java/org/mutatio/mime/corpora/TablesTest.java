package org.mutatio.mime.corpora;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.encoding.Charsets;
import org.mutatio.mime.encoding.TransferEncoding;
import org.mutatio.mime.header.Address;
import org.mutatio.mime.header.AddressList;
import org.mutatio.mime.header.ContentTransferEncoding;
import org.mutatio.mime.header.EncodedWords;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.header.MailDate;
import org.mutatio.mime.header.MediaType;

/// The tables that other projects test their header parsers with.
class TablesTest {

    /// `table | input (its begin)`, below the reason why we differ; a line that is no longer needed fails
    /// the test.
    private static final String JUDGED = """
            # a blank that is not there is not added
            encoded words | [SUSPECTED SPAM]=?utf-8?B?VGhpcyBpcyB0aGUgb3JpZ2luYWwgc3Viam
            encoded words | [SUSPECTED SPAM]=?utf-8?B?VGhpcyBpcyB0aGUgb\\n 3JpZ2luYWwgc3V
            encoded words | [SUSPECTED SPAM]=?utf-8?B?VGhpcyBpcyB0aGUgb\\r\\n 3JpZ2luYWwgc
            # what follows type/subtype is forgiven
            content types | text/plain/format
            content types | text/plain/format;charset=us-ascii
            content types | text/plain/format\\n
            content types | text/plain/format;charset=us-ascii\\n
            content types | text/plain/format ;charset=us-ascii\\n
            # an empty value is a value
            content types | text/plain; name=  \\n
            # segments above 999 and names of stars are names
            content types | test/encoded; key4*=us-ascii''foo; key*9999=ba%; key2*0=a; k
            content types | malicious/attempt; 1*2*=a; 3**=b; 4***=c; *5**6*=d;*****7*8*
            # a repeated charset is forgiven only in its whole form
            content types | application/pdf\\n   filename*0*=iso-8859-1'es'%D1and%FA\\n
            # NUL is left to the reader
            content types | ; key4*=us-ascii''foo; key*2=ba%; key2*0*=us-ascii''a; key3*
            # the extended form wins (RFC 6266 section 4.3), the first of two extended ones
            content types | ; key3=foobar; key3*=us-ascii''foo
            content types | ; key1*0*=us-ascii''foo; key1*1*=baz; key1*=foobar
            # 8-bit octets under us-ascii, or without a charset, are read as UTF-8 or windows-1252
            content types | ; key1*=iso-8859-1''foo%E5%E4; key2*=us-ascii''foo%E5%E4; ke
            # an empty name without an address is no name
            dovecot-message-address | ""
            # an unclosed comment is a comment
            dovecot-message-address | a(aa
            # a date without a time is a date
            dates | Tue, 19 Jan 2038
            # a date needs a month that has a name
            dates | 17-6-2008 17:10:08
            dates | 4 8 15 16 23 42, 4 8 15 16 23 42, 4 8 15 16 23 42,
            # an unclosed comment takes the rest
            dates | Tue, 1 Jul 2003 ((invalid)\\ncomment) 10:52:37 +0200
            # a comment is no part of a name that is there
            mail-parser-address | Pete(A nice \\n \\\\n ) chap) <pete(his\\n account)@silly\\n .tes
            mail-parser-address | John Doe <jdoe@machine(comment).  example>\\n
            mail-parser-address | Nathaniel Borenstein <nsb@thumper.bellcore.com>\\n    (=?iso-
            mail-parser-address | Name (comment) =?utf-8?q?Doe?= <a@b.com>\\n
            # words behind an address are dropped
            mail-parser-address | <a@b.com> =?utf-8?q?Doe?=\\n
            """;

    private final Map<String, String> judged = new HashMap<>();
    private final TreeSet<String> used = new TreeSet<>();

    TablesTest() {
        String reason = "";
        for (String line : JUDGED.lines().toList()) {
            if (line.startsWith("#")) {
                reason = line.substring(1).strip();
            } else {
                judged.put(line, reason);
            }
        }
    }

    private void check(
            Corpora.Count count, String table, String input, @Nullable Object expected, @Nullable Object actual) {
        if (String.valueOf(expected).equals(String.valueOf(actual))) {
            count.passed();
            return;
        }
        String shown = input.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
        String key = table + " | " + (shown.length() > 60 ? shown.substring(0, 60) : shown).strip();
        String reason = judged.get(key);
        if (reason == null) {
            count.failed(key + "\n   expected " + expected + "\n   mutatio  " + actual);
        } else {
            used.add(key);
            count.skipped("judged: " + reason);
        }
    }

    private void report(Corpora.Count count, String table) {
        for (String key : judged.keySet()) {
            if (key.startsWith(table + " |") && !used.contains(key)) {
                count.failed("judged, but does not differ: " + key);
            }
        }
        count.report();
    }

    private static JsonNode tables(String file) {
        return Corpora.json(Corpora.find("mime/tables/" + file));
    }

    private static @Nullable JsonNode table(String file, String kind, String name) {
        for (JsonNode table : tables(file).get("tables")) {
            if (table.path(kind).asText("").equals(name)) {
                return table.get("rows");
            }
        }
        throw new IllegalArgumentException(file + " has no " + name);
    }

    private static JsonNode rows(String file, String kind, String name) {
        JsonNode rows = table(file, kind, name);
        if (rows == null) {
            throw new IllegalArgumentException(file);
        }
        return rows;
    }

    private static String unfold(String value) {
        return HeaderBlock.of(("X: " + value.replaceAll("\r?\n$", "") + "\r\n").getBytes(StandardCharsets.ISO_8859_1))
                .fields()
                .getFirst()
                .value();
    }

    @Test
    void addressesOfDovecot() {
        var count = new Corpora.Count("dovecot-message-address");
        for (JsonNode row : rows("dovecot-message-address.json", "function", "test_message_address")) {
            String input = Corpora.octets(row.get(0));
            var expected = new ArrayList<@Nullable String>();
            for (int i = 2; i <= 5; i++) {
                expected.add(
                        row.get(3).get(i).isNull() ? null : row.get(3).get(i).asText());
            }
            check(count, "dovecot-message-address", input, List.of(expected), show(AddressList.parse(input)));
        }
        report(count, "dovecot-message-address");
    }

    private static List<List<@Nullable String>> show(List<Address> addresses) {
        var shown = new ArrayList<List<@Nullable String>>();
        for (Address address : addresses) {
            var one = new ArrayList<@Nullable String>();
            if (address instanceof Address.Mailbox mailbox) {
                one.add(mailbox.nullableName());
                one.add(mailbox.nullableRoute());
                one.add(mailbox.localPart());
                one.add(mailbox.domain());
            } else {
                one.add(address.toString());
            }
            shown.add(one);
        }
        return shown;
    }

    @Test
    void addressesOfStalwart() {
        var count = new Corpora.Count("mail-parser-address");
        for (JsonNode row : tables("mail-parser-address.json").get("rows")) {
            String input = Corpora.octets(row.get("header"));
            var expected = new ArrayList<String>();
            JsonNode wanted = row.get("expected");
            if (wanted.has("List")) {
                addresses(expected, wanted.get("List"));
            } else if (wanted.has("Group")) {
                for (JsonNode group : wanted.get("Group")) {
                    if (group.hasNonNull("name")) {
                        expected.add(group.get("name").asText() + ":");
                    }
                    addresses(expected, group.get("addresses"));
                }
            }
            check(count, "mail-parser-address", input, expected, texts(AddressList.parse(unfold(input))));
        }
        report(count, "mail-parser-address");
    }

    private static void addresses(List<String> into, JsonNode list) {
        for (JsonNode address : list) {
            into.add(address.path("name").asText("null").replace("null", "-")
                    + ' '
                    + address.path("address").asText("null").replace("null", ""));
        }
    }

    private static List<String> texts(List<Address> addresses) {
        var texts = new ArrayList<String>();
        for (Address address : addresses) {
            switch (address) {
                case Address.Mailbox mailbox -> texts.add(text(mailbox));
                case Address.Group group -> {
                    texts.add(EncodedWords.decode(group.groupName()) + ":");
                    for (Address.Mailbox member : group.members()) {
                        texts.add(text(member));
                    }
                }
            }
        }
        return texts;
    }

    private static String text(Address.Mailbox mailbox) {
        String local = EncodedWords.decode(mailbox.localPart());
        return mailbox.displayName().orElse("-")
                + ' '
                + (mailbox.domain().isEmpty() ? local : local + '@' + EncodedWords.decode(mailbox.domain()));
    }

    @Test
    void addressesOfRspamd() {
        var count = new Corpora.Count("rspamd-mime_addr");
        for (JsonNode table : tables("rspamd-mime_addr.json").get("tables")) {
            for (JsonNode row : table.get("rows")) {
                if (!row.isArray() || row.size() != 2 || !row.get(1).isArray()) {
                    count.skipped("no list of addresses");
                    continue;
                }
                String input = Corpora.octets(row.get(0));
                var expected = new ArrayList<String>();
                for (JsonNode address : row.get(1)) {
                    expected.add(address.path("addr").asText());
                }
                var actual = new ArrayList<String>();
                for (Address.Mailbox mailbox : AddressList.mailboxes(unfold(input))) {
                    actual.add(OctetStrings.text(mailbox.address().equals("\"\"") ? "" : mailbox.address()));
                }
                check(count, "rspamd-mime_addr", input, expected, actual);
            }
        }
        report(count, "rspamd-mime_addr");
    }

    @Test
    void datesOfDovecotGmimeAndStalwart() {
        var count = new Corpora.Count("dates");
        for (JsonNode row :
                tables("dovecot-message-date.json").get("tables").get(0).get("rows")) {
            Optional<OffsetDateTime> date = MailDate.parse(row.get(0).asText());
            Object expected = row.get(3).asBoolean()
                    ? row.get(1).asLong() + " " + row.get(2).asInt()
                    : "none";
            Object actual = date.map(
                            d -> d.toEpochSecond() + " " + d.getOffset().getTotalSeconds() / 60)
                    .orElse("none");
            check(count, "dates", row.get(0).asText(), expected, actual);
        }
        for (JsonNode row : rows("gmime-test-mime.json", "table", "dates")) {
            Optional<OffsetDateTime> date = MailDate.parse(row.get(0).asText());
            check(
                    count,
                    "dates",
                    row.get(0).asText(),
                    row.get(1).asText(),
                    date.map(MailDate::format).orElse("none"));
        }
        for (JsonNode row : tables("mail-parser-date.json").get("rows")) {
            JsonNode e = row.get("expected");
            String expected = e.isNull() || !e.has("year")
                    ? "none"
                    : "%d-%d-%d %d:%d:%d %s%d:%d"
                            .formatted(
                                    e.get("year").asInt(),
                                    e.get("month").asInt(),
                                    e.get("day").asInt(),
                                    e.get("hour").asInt(),
                                    e.get("minute").asInt(),
                                    e.get("second").asInt(),
                                    e.get("tz_before_gmt").asBoolean() ? "-" : "+",
                                    e.get("tz_hour").asInt(),
                                    e.get("tz_minute").asInt());
            String actual = MailDate.parse(unfold(row.get("header").asText()))
                    .map(d -> "%d-%d-%d %d:%d:%d %s%d:%d"
                            .formatted(
                                    d.getYear(),
                                    d.getMonthValue(),
                                    d.getDayOfMonth(),
                                    d.getHour(),
                                    d.getMinute(),
                                    d.getSecond(),
                                    d.getOffset().getTotalSeconds() < 0 ? "-" : "+",
                                    Math.abs(d.getOffset().getTotalSeconds()) / 3600,
                                    Math.abs(d.getOffset().getTotalSeconds()) / 60 % 60))
                    .orElse("none");
            check(count, "dates", row.get("header").asText(), expected, actual);
        }
        report(count, "dates");
    }

    @Test
    void encodedWordsOfDovecotGmimeRspamdAndStalwart() {
        var count = new Corpora.Count("encoded words");
        for (JsonNode row : rows("dovecot-message-header-decode.json", "function", "test_message_header_decode")) {
            check(
                    count,
                    "encoded words",
                    Corpora.octets(row.get(0)),
                    plain(row.get(1)),
                    plainText(EncodedWords.decode(unfold(Corpora.octets(row.get(0))))));
        }
        for (String table : List.of("rfc2047_text", "broken_rfc2047_text")) {
            for (JsonNode row : rows("gmime-test-mime.json", "table", table)) {
                check(
                        count,
                        "encoded words",
                        Corpora.octets(row.get(0)),
                        plain(row.get(1)),
                        plainText(EncodedWords.decode(unfold(Corpora.octets(row.get(0))))));
            }
        }
        for (JsonNode row : tables("rspamd-rfc2047.json").get("tables").get(0).get("rows")) {
            check(
                    count,
                    "encoded words",
                    Corpora.octets(row.get(0)),
                    plain(row.get(1)),
                    plainText(EncodedWords.decode(unfold(Corpora.octets(row.get(0))))));
        }
        for (JsonNode row : tables("mail-parser-unstructured.json").get("rows")) {
            String octets = "X: " + Corpora.octets(row.get("header")).stripLeading();
            String actual = HeaderBlock.of(octets.getBytes(StandardCharsets.ISO_8859_1))
                    .fields()
                    .getFirst()
                    .text();
            check(
                    count,
                    "encoded words",
                    Corpora.octets(row.get("header")),
                    plain(row.get("expected")),
                    plainText(actual));
        }
        report(count, "encoded words");
    }

    private static String plain(JsonNode node) {
        if (node.has("expr")) {
            var text = new StringBuilder();
            for (JsonNode part : node.get("expr")) {
                text.append(part.asText().equals("UNICODE_REPLACEMENT_CHAR_UTF8") ? "\uFFFD" : part.asText());
            }
            return plainText(text.toString());
        }
        return plainText(node.asText());
    }

    /// How many blanks stand for a fold, and how many U+FFFD for a broken character, is left to each.
    private static String plainText(String text) {
        return text.replaceAll("[ \t\r\n]+", " ")
                .replaceAll("\uFFFD+", "\uFFFD")
                .strip();
    }

    @Test
    void contentTypesOfDovecotAndStalwart() {
        var count = new Corpora.Count("content types");
        for (JsonNode row : rows("dovecot-rfc822-parser.json", "function", "test_rfc822_parse_content_type")) {
            String input = Corpora.octets(row.get(0).get("args").get(0));
            String expected = row.get(1).asInt() < 0 ? "none" : Corpora.octets(row.get(2));
            check(
                    count,
                    "content types",
                    input,
                    expected,
                    MediaType.parse(input)
                            .map(m -> m.type() + '/' + m.subtype())
                            .orElse("none"));
        }
        for (JsonNode row : tables("mail-parser-content_type.json").get("rows")) {
            String input = Corpora.octets(row.get("header"));
            JsonNode expected = row.get("expected");
            if (!expected.hasNonNull("c_subtype")) {
                count.skipped("no content type");
                continue;
            }
            var wanted = new HashMap<String, String>();
            for (JsonNode attribute : expected.path("attributes")) {
                if (!attribute.get(0).asText().endsWith("-language")) { // we do not keep it
                    wanted.putIfAbsent(
                            attribute.get(0).asText(), attribute.get(1).asText());
                }
            }
            Optional<MediaType> read = MediaType.parse(unfold(input));
            check(
                    count,
                    "content types",
                    input,
                    expected.get("c_type").asText()
                            + '/'
                            + expected.get("c_subtype").asText()
                            + ' '
                            + new TreeMap<>(wanted),
                    read.map(m -> OctetStrings.text(OctetStrings.lower(m.type() + '/' + m.subtype())) + ' ' + texts(m))
                            .orElse("none"));
        }
        for (JsonNode row :
                tables("dovecot-rfc2231-parser.json").get("tables").get(0).get("rows")) {
            var wanted = new TreeMap<String, String>();
            for (JsonNode parameter : row.get("params")) {
                wanted.put(parameter.get(0).asText(), parameter.get(1).asText());
            }
            String input = Corpora.octets(row.get("input"));
            check(
                    count,
                    "content types",
                    input,
                    wanted,
                    MediaType.parse("a/b" + input)
                            .map(m -> new TreeMap<>(m.parameters().texts()))
                            .orElseThrow());
        }
        report(count, "content types");
    }

    private static Map<String, String> texts(MediaType type) {
        var texts = new TreeMap<String, String>();
        type.parameters().texts().forEach((name, text) -> texts.put(OctetStrings.text(name), text));
        return texts;
    }

    @Test
    void transferEncodingsOfDovecot() {
        var count = new Corpora.Count("transfer encodings");
        for (JsonNode row :
                tables("dovecot-message-decoder.json").get("tables").get(0).get("rows")) {
            if (!row.get("args").get(0).isTextual()) {
                count.skipped("expression");
                continue;
            }
            String input = Corpora.octets(row.get("args").get(0));
            Object expected = row.get("args").get(1).asText().equals("MESSAGE_CTE_BASE64")
                    ? TransferEncoding.BASE64
                    : TransferEncoding.IDENTITY;
            check(
                    count,
                    "transfer encodings",
                    input,
                    expected,
                    TransferEncoding.of(ContentTransferEncoding.token(input)));
        }
        report(count, "transfer encodings");
    }

    @Test
    void quotedPrintableOfDovecot() {
        var count = new Corpora.Count("quoted-printable");
        for (String file : List.of("dovecot-qp-decoder.json", "dovecot-istream-qp-decoder.json")) {
            for (JsonNode row : tables(file).get("tables").get(0).get("rows")) {
                if (row.get(0).has("expr")
                        || row.get(1).has("expr")
                        || row.get(1).isNull()) {
                    count.skipped("expression");
                    continue;
                }
                if (!row.get(2).isInt() || row.get(2).asInt() != 0) {
                    count.skipped("Dovecot refuses it, we give what we can");
                    continue;
                }
                String input = Corpora.octets(row.get(0));
                byte[] decoded = TransferEncoding.QUOTED_PRINTABLE.decode(input.getBytes(StandardCharsets.ISO_8859_1));
                String actual = new String(decoded, StandardCharsets.ISO_8859_1).replaceAll("\r?\n", "\r\n");
                check(
                        count,
                        "quoted-printable",
                        input,
                        Corpora.octets(row.get(1)).replaceAll("\r?\n", "\r\n"),
                        actual);
            }
        }
        report(count, "quoted-printable");
    }

    @Test
    void charsetsOfDovecotAndCyrus() {
        var count = new Corpora.Count("charsets");
        for (JsonNode row : rows("dovecot-charset.json", "function", "test_charset_iconv")) {
            byte[] octets = Corpora.octets(row.get(1)).getBytes(StandardCharsets.ISO_8859_1);
            check(
                    count,
                    "charsets",
                    Corpora.octets(row.get(1)),
                    row.get(2).asText(),
                    Charsets.decodeNamed(octets, row.get(0).asText()));
        }
        for (JsonNode row : rows("cyrus-charset.json", "function", "test_to_utf8_iso2022jp")) {
            byte[] octets = Corpora.octets(row.get("input")).getBytes(StandardCharsets.ISO_8859_1);
            check(
                    count,
                    "charsets",
                    Corpora.octets(row.get("input")),
                    row.get("want").asText(),
                    Charsets.decodeNamed(octets, "iso-2022-jp"));
        }
        report(count, "charsets");
    }
}
