package org.mutatio.imap.corpora;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;
import org.mutatio.mime.structure.Part;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;

/// What Dovecot answered on real mail, against us over the real store.
class DovecotOracleTest {

    @Test
    void search(@TempDir Path folder) throws Exception {
        JsonNode oracle = Corpora.json(Corpora.find("imap/oracle-dovecot-search.json"));
        Map<String, byte[]> files = Corpora.files(Corpora.find("spam"));
        Corpora.Count count = new Corpora.Count("imap/oracle-dovecot-search.json");
        try (RealStore store = new RealStore(folder);
                House house = store.house("search")) {
            Client client = house.loggedIn();
            for (JsonNode message : oracle.get("mailbox")) {
                byte[] octets = withoutMboxLine(of(files, message.get("message").asText()));
                List<String> flags = new ArrayList<>();
                message.get("flags").forEach(flag -> flags.add(flag.asText()));
                client.append(
                        "INBOX (" + String.join(" ", flags) + ") \""
                                + date(message.get("internaldate").asText()) + "\"",
                        Corpora.withCrlf(octets));
            }
            client.ok("SELECT INBOX");
            for (JsonNode query : oracle.get("queries")) {
                String command = query.get("command").asText();
                if (command.startsWith("SORT") || command.startsWith("THREAD")) {
                    count.skipped("SORT and THREAD are not offered yet");
                    continue;
                }
                if (command.matches("SEARCH (NEW|OLD|RECENT).*")) {
                    count.skipped("\\Recent is gone with RFC 9051");
                    continue;
                }
                client.raw("t " + octets(command) + "\r\n");
                String said = client.answers("t").getFirst();
                String wanted = query.get("result").isArray()
                        ? "* SEARCH" + numbers(query.get("result"))
                        : query.get("result").asText();
                if (wanted.equals(said)) {
                    count.passed();
                } else {
                    count.failed(command + "\n  difference " + difference(wanted, said));
                }
            }
        }
        count.report();
    }

    private static byte[] of(Map<String, byte[]> files, String name) {
        byte[] octets = files.get(name);
        if (octets == null) {
            throw new AssertionError("no such file in the corpora: " + name);
        }
        return octets;
    }

    private static String date(String text) {
        return text.indexOf('-') == 1 ? " " + text : text;
    }

    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static byte[] withoutMboxLine(byte[] octets) {
        if (!new String(octets, 0, Math.min(5, octets.length), StandardCharsets.ISO_8859_1).equals("From ")) {
            return octets;
        }
        int end = 0;
        while (octets[end] != '\n') {
            end++;
        }
        return java.util.Arrays.copyOfRange(octets, end + 1, octets.length);
    }

    private static String numbers(JsonNode array) {
        StringBuilder text = new StringBuilder();
        array.forEach(number -> text.append(' ').append(number.asText()));
        return text.toString();
    }

    private static String difference(String wanted, String said) {
        Set<String> missing = new TreeSet<>(List.of(wanted.split(" ")));
        missing.removeAll(List.of(said.split(" ")));
        Set<String> extra = new TreeSet<>(List.of(said.split(" ")));
        extra.removeAll(List.of(wanted.split(" ")));
        return "missing " + missing + " extra " + extra;
    }

    @Test
    void sections(@TempDir Path folder) throws Exception {
        JsonNode oracle = Corpora.json(Corpora.find("imap/oracle-dovecot-sections.json"));
        Map<String, byte[]> files = Corpora.files(Corpora.find("mime"));
        Corpora.Count count = new Corpora.Count("imap/oracle-dovecot-sections.json");
        try (RealStore store = new RealStore(folder);
                House house = store.house("sections")) {
            Client client = house.loggedIn();
            client.ok("SELECT INBOX");
            int number = 0;
            for (JsonNode message : oracle.get("messages")) {
                String name = message.get("message").asText();
                byte[] octets = Corpora.withCrlf(of(files, name));
                List<String> appended = client.append("INBOX", octets);
                if (!appended.getLast().startsWith("OK")) {
                    count.skipped("refused: " + appended.getLast());
                    continue;
                }
                number++;
                for (Map.Entry<String, JsonNode> item : message.get("fetch").properties()) {
                    compare(count, client, number, name, item.getKey(), item.getValue(), octets);
                }
            }
        }
        count.report();
    }

    private static void compare(
            Corpora.Count count, Client client, int number, String name, String item, JsonNode wanted, byte[] octets)
            throws NoSuchAlgorithmException {
        Optional<String> explained = explained(name, item, wanted, octets);
        if (explained.isPresent()) {
            count.skipped(explained.get());
            return;
        }
        List<String> answers =
                client.command("FETCH " + number + " " + item.replaceFirst("^(BODY|BINARY)\\[", "$1.PEEK["));
        boolean ok = answers.getLast().startsWith("OK");
        if (wanted.isTextual()) {
            if (!ok) {
                count.passed();
            } else if (answers.size() > 1) {
                count.skipped("Dovecot refused, we answer");
            } else {
                count.failed(name + " " + item + " " + answers);
            }
            return;
        }
        if (!ok) {
            count.failed(name + " " + item + " " + answers.getLast() + " wanted " + wanted);
            return;
        }
        String value = value(answers.getFirst());
        boolean nothing = wanted.isNull() || wanted.isArray() && wanted.get(0).asInt() == 0;
        if (nothing) {
            if (value.equals("NIL") || value.equals("\"\"") || value.equals("0")) {
                count.passed();
            } else {
                count.failed(name + " " + item + " is not empty: " + value.substring(0, Math.min(80, value.length())));
            }
            return;
        }
        if (wanted.isNumber()) {
            if (wanted.asText().equals(value)) {
                count.passed();
            } else {
                count.failed(name + " " + item + " " + value + " wanted " + wanted);
            }
            return;
        }
        byte[] content = content(value);
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(content))
                .substring(0, 32);
        if (content.length == wanted.get(0).asInt()
                && digest.equals(wanted.get(1).asText())) {
            count.passed();
        } else {
            count.failed(name + " " + item + " " + content.length + " wanted " + wanted);
        }
    }

    /// Broken mail whose boundaries, blank lines or headers our scanner finds an octet or two elsewhere.
    private static final Set<String> BROKEN = Set.of(
            "cpython-email.zip!msg_25.txt",
            "cpython-email.zip!msg_31.txt",
            "enmime.zip!mail/header-only.raw",
            "enmime.zip!mail/multipart-wo-boundary.raw",
            "enmime.zip!parts/multi-malformed.raw",
            "flanker-messages.zip!false-multipart.eml",
            "james-mailet-mime.zip!multipart-8bit-attachment-content.txt",
            "mime4j/mimetools-testmsgs/badbound.msg",
            "mime4j/mimetools-testmsgs/double-semicolon.msg",
            "mime4j/testmsgs/bad-newlines-multiple-parts-base64.msg",
            "mime4j/testmsgs/malformedHeaderStartsBody-noheader.msg",
            "mime4j/testmsgs/missing-boundary.msg",
            "mime4j/testmsgs/missing-inner-start-boundary.msg",
            "mimekit-messages.zip!messages/rfc2060.txt",
            "nodemailer.zip!decoderended.eml",
            "php-mime-mail-parser.zip!m0002",
            "ruby-mail.zip!attachment_emails/attachment_message_rfc822_inline_image.eml",
            "ruby-mail.zip!error_emails/empty_group_lists.eml",
            "ruby-mail.zip!error_emails/missing_body.eml",
            "ruby-mail.zip!error_emails/must_supply_encoding.eml",
            "stalwart-mail-parser.zip!legacy/049.eml",
            "stalwart-mail-parser.zip!malformed/007.eml",
            "stalwart-mail-parser.zip!malformed/017.eml",
            "stalwart-mail-parser.zip!thirdparty/011.eml",
            "stalwart-mail-parser.zip!thirdparty/015.eml");

    /// Why we and Dovecot may differ there.
    private static Optional<String> explained(String name, String item, JsonNode wanted, byte[] octets) {
        if (BROKEN.contains(name)) {
            return Optional.of("broken mail, read by another rule (see org.mutatio.mime.structure.StructureScanner)");
        }
        String part = item.substring(item.indexOf('[') + 1, item.indexOf(']'));
        Summary summary = StructureScanner.scan(octets);
        if (item.startsWith("BINARY")) {
            Optional<Part> found = part.isEmpty() ? Optional.empty() : summary.part(part);
            if (found.isPresent() && found.get().kind() != Part.Kind.LEAF) {
                return Optional.of("Dovecot decodes inside of what has parts; RFC 3516 section 4.2 does not");
            }
        }
        boolean there = wanted.isArray() && wanted.get(0).asInt() > 0;
        if (there && part.endsWith(".1") && summary.part(part).isEmpty()) {
            return Optional.of("Dovecot takes N.1 of a leaf for the leaf");
        }
        return Optional.empty();
    }

    /// What stands behind the item's name.
    private static String value(String answer) {
        int open = answer.indexOf('(');
        int bracket = answer.indexOf(']', open);
        int space = answer.indexOf(' ', bracket);
        return answer.substring(space + 1, answer.length() - 1);
    }

    private static byte[] content(String value) {
        if (value.startsWith("\"")) {
            return value.substring(1, value.length() - 1)
                    .replaceAll("\\\\(.)", "$1")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
        if (value.equals("NIL")) {
            return new byte[0];
        }
        return value.substring(value.indexOf('\n') + 1).getBytes(StandardCharsets.ISO_8859_1);
    }
}
