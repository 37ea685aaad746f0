package org.mutatio.imap.corpora;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mutatio.imap.protocol.ImapDates;
import org.mutatio.imap.protocol.ListPattern;
import org.mutatio.imap.protocol.ModifiedUtf7;
import org.mutatio.imap.protocol.SequenceSet;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// Tables of Dovecot, go-imap and mox for what stands alone.
class TablesTest {

    private static JsonNode rows(String file, int table) {
        return Corpora.json(Corpora.find("imap/tables/" + file))
                .get("tables")
                .get(table)
                .get("rows");
    }

    @Test
    void modifiedUtf7() {
        Corpora.Count count = new Corpora.Count("imap/tables, modified UTF-7");
        for (JsonNode row : rows("dovecot-imap-utf7.json", 0)) {
            decode(
                    count,
                    row.get(1).asText(),
                    row.get(0).isNull()
                            ? Optional.empty()
                            : Optional.of(row.get(0).asText()));
            if (!row.get(0).isNull()) {
                check(count, row.get(1).asText(), ModifiedUtf7.encode(row.get(0).asText()));
            }
        }
        for (JsonNode row : rows("mox-utf7-imapserver.json", 0)) {
            if (row.get(0).isObject()) {
                count.skipped("an expression of go");
                continue;
            }
            decode(
                    count,
                    Corpora.octets(row.get(0)),
                    row.get(2).isNull() ? Optional.of(row.get(1).asText()) : Optional.empty());
        }
        for (JsonNode row : rows("go-imap-decoder.json", 0)) {
            if (row.get(0).isObject() && !row.get(0).has("b64") || row.get(1).isObject()) {
                count.skipped("an expression of go");
                continue;
            }
            decode(
                    count,
                    Corpora.octets(row.get(0)),
                    row.get(2).asBoolean() ? Optional.of(row.get(1).asText()) : Optional.empty());
        }
        for (JsonNode row : rows("go-imap-encoder.json", 0)) {
            if (row.get(2).asBoolean() && !row.get(0).has("b64")) {
                check(count, row.get(1).asText(), ModifiedUtf7.encode(row.get(0).asText()));
            } else {
                count.skipped("go strings that are no Unicode");
            }
        }
        count.report();
    }

    private static void decode(Corpora.Count count, String encoded, Optional<String> expected) {
        check(count, encoded + " " + expected, encoded + " " + ModifiedUtf7.decode(encoded));
    }

    private static void check(Corpora.Count count, Object expected, Object is) {
        if (expected.equals(is)) {
            count.passed();
        } else {
            count.failed("expected " + expected + " but was " + is);
        }
    }

    @Test
    void listPatterns() {
        Corpora.Count count = new Corpora.Count("imap/tables, LIST patterns");
        for (JsonNode row : rows("dovecot-imap-match.json", 0)) {
            String name = row.get(1).asText();
            String result = row.get(2).asText();
            if (row.get(0).asText().equals("inbox")
                    || name.endsWith("/")
                    || name.startsWith("/")
                    || name.contains("//")) {
                count.skipped("names that we do not have, and INBOX in another case");
                continue;
            }
            boolean is = new ListPattern(row.get(0).asText()).matches(name);
            check(count, row + " " + result.contains("YES"), row + " " + is);
        }
        for (JsonNode row : rows("go-imap-list.json", 0)) {
            String pattern = row.path("ref").asText("") + row.path("pattern").asText("");
            if (row.path("ref").asText("").length() > 0
                            && !row.path("ref").asText("").endsWith("/")
                    || row.path("pattern").asText("").startsWith("/")) {
                count.skipped("go-imap joins reference and pattern by a delimiter");
                continue;
            }
            check(
                    count,
                    row + " " + row.path("result").asBoolean(),
                    row + " " + new ListPattern(pattern).matches(row.get("name").asText()));
        }
        count.report();
    }

    @Test
    void sequenceSets() {
        Corpora.Count count = new Corpora.Count("imap/tables, sequence sets");
        for (JsonNode row : rows("dovecot-imap-seqset.json", 0)) {
            set(count, row.get(0).asText(), row.get(2).asInt() >= 0);
        }
        for (JsonNode row : rows("go-imap-numset.json", 0)) {
            if (row.get(0).asText().equals("1,2") || row.get(0).asText().equals("1:2,3")) {
                count.skipped("go-imap reads one element there");
                continue;
            }
            set(count, row.get(0).asText(), row.get(2).asBoolean());
        }
        count.report();
    }

    private static void set(Corpora.Count count, String text, boolean valid) {
        if (text.startsWith("0") && text.length() > 1 || text.contains(":0") || text.contains(",0")) {
            count.skipped("leading zeros: we read them as numbers");
            return;
        }
        boolean read;
        try {
            SequenceSet set = SequenceSet.parse(text);
            set.resolve(100);
            read = true;
        } catch (IllegalArgumentException e) {
            read = false;
        }
        check(count, text + " " + valid, text + " " + read);
    }

    @Test
    void dates() {
        Corpora.Count count = new Corpora.Count("imap/tables, dates");
        for (JsonNode row : rows("dovecot-imap-date.json", 0)) {
            if (!row.isArray()
                    || row.get(1).asLong() == Integer.MAX_VALUE
                    || row.get(1).asLong() == 0xFFFF_FFFFL) {
                count.skipped("for a C library with 32 bits");
                continue;
            }
            LocalDate day = ImapDates.day(row.get(0).asText());
            check(count, row.get(1).asLong(), day.atStartOfDay().toEpochSecond(ZoneOffset.UTC));
        }
        count.report();
    }

    @Test
    void searchArguments() {
        Corpora.Count count = new Corpora.Count("imap/tables, search arguments");
        try (House house = new House()) {
            Client client = house.loggedIn();
            client.append("INBOX", "s");
            client.ok("SELECT INBOX");
            for (JsonNode row : rows("dovecot-mail-search-args-imap.json", 0)) {
                String input = row.get(0).asText();
                if (input.contains("18446744073709551615") || input.startsWith("MODSEQ /")) {
                    count.skipped("MODSEQs of 64 bits and entry names without quotes (RFC 7162 has neither)");
                } else if (!input.matches(
                                "(?s).*\\b(SAVED|X-|MIMEPART|INTHREAD|SAVEDATESUPPORTED|EMAILID|THREADID|FUZZY).*")
                        && OURS.stream().anyMatch(input::startsWith)) {
                    List<String> answers = client.command("SEARCH " + input);
                    check(count, input + " OK", input + " " + answers.getLast().substring(0, 2));
                } else {
                    count.skipped("keys of Dovecot alone");
                }
            }
        }
        count.report();
    }

    private static final List<String> OURS = List.of(
            "ALL",
            "BEFORE",
            "SINCE",
            "ON",
            "SENT",
            "SMALLER",
            "LARGER",
            "OR",
            "NOT",
            "(",
            "KEYWORD",
            "UNKEYWORD",
            "SEEN",
            "BODY",
            "TEXT",
            "FROM",
            "TO",
            "CC",
            "BCC",
            "SUBJECT",
            "HEADER",
            "UID",
            "MODSEQ",
            "1",
            "OLDER",
            "YOUNGER");
}
