package org.mutatio.mime.corpora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.imap.Section;
import org.mutatio.mime.structure.Content;
import org.mutatio.mime.structure.Part;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;

/// Part trees, bodies and sections as mime4j, Stalwart and Dovecot see them.
class TreesTest {

    /// As in [DovecotStructureTest].
    private static final String JUDGED = """
            # multipart without boundary or parts is one leaf
            mime4j/mimetools-testmsgs/badbound.msg
            mime4j/testmsgs/missing-boundary.msg
            mime4j/testmsgs/missing-inner-start-boundary.msg
            mime4j/testmsgs/multipartnopart.msg
            sections/cpython-email.zip!msg_25.txt
            sections/cpython-email.zip!msg_31.txt
            sections/enmime.zip!mail/header-only.raw
            sections/enmime.zip!mail/multipart-wo-boundary.raw
            sections/flanker-messages.zip!false-multipart.eml
            sections/mime4j/mimetools-testmsgs/badbound.msg
            sections/mime4j/testmsgs/missing-boundary.msg
            sections/mime4j/testmsgs/missing-inner-start-boundary.msg
            sections/ruby-mail.zip!error_emails/missing_body.eml
            sections/ruby-mail.zip!error_emails/must_supply_encoding.eml
            stalwart/malformed/007.eml
            # message/rfc822 in base64 is opaque
            mime4j/testmsgs/bad-newlines-multiple-parts-base64.msg
            mime4j/testmsgs/base64encoded-rfc822message.msg
            bodies/testmsgs/bad-newlines-multiple-parts-base64_decoded_1_1_1.txt
            bodies/testmsgs/base64encoded-rfc822message_decoded_1_1.txt
            sections/mime4j/testmsgs/bad-newlines-multiple-parts-base64.msg
            # blanks at the end of a boundary parameter do not count (RFC 2046 section 5.1.1)
            mime4j/testmsgs/very-long-boundary.msg
            mime4j/testmsgs/very-very-long-boundary.msg
            mime4j/testmsgs/weird-boundary.msg
            bodies/testmsgs/very-long-boundary_decoded_1_1.txt
            bodies/testmsgs/very-very-long-boundary_decoded_1_1.txt
            bodies/testmsgs/weird-boundary_decoded_1_1.txt
            # a header ends at a blank line, not at a line without colon; as Dovecot
            bodies/testmsgs/malformedHeaderStartsBody-nocrlfcrlf_decoded_1.txt
            bodies/testmsgs/malformedHeaderStartsBody-noheader_decoded_1.txt
            # a base64 group that is cut off gives the octets it can
            bodies/mimetools-testmsgs/multi-frag_decoded_1_3_2.bin
            # mime4j numbers the epilogue
            bodies/testmsgs/multipartemptypart_decoded_1_2.txt
            # Dovecot sees what we see: Stalwart lets inner boundaries end late, leaves out empty parts, or stops
            stalwart/malformed/008.eml
            stalwart/malformed/011.eml
            stalwart/malformed/012.eml
            stalwart/malformed/013.eml
            stalwart/malformed/020.eml
            stalwart/thirdparty/015.eml
            # unquoted or doubled semicolons are forgiven
            sections/mime4j/mimetools-testmsgs/double-semicolon.msg
            sections/stalwart-mail-parser.zip!malformed/017.eml
            # the blank line before a boundary ends the header, and is part of it
            sections/enmime.zip!parts/multi-malformed.raw
            sections/nodemailer.zip!decoderended.eml
            sections/stalwart-mail-parser.zip!malformed/007.eml
            sections/stalwart-mail-parser.zip!thirdparty/011.eml
            sections/ruby-mail.zip!attachment_emails/attachment_message_rfc822_inline_image.eml
            # the line end before a boundary is the boundary's, behind an inner closing boundary or in a header too
            sections/mimekit-messages.zip!messages/rfc2060.txt
            sections/php-mime-mail-parser.zip!m0002
            sections/stalwart-mail-parser.zip!thirdparty/015.eml
            # Dovecot drops a CR at the very end
            sections/stalwart-mail-parser.zip!legacy/049.eml
            """;

    private final Map<String, String> judged = new HashMap<>();
    private final TreeSet<String> used = new TreeSet<>();

    TreesTest() {
        String reason = "";
        for (String line : JUDGED.lines().toList()) {
            if (line.startsWith("#")) {
                reason = line.substring(1).strip();
            } else {
                judged.put(line, reason);
            }
        }
    }

    private void check(Corpora.Count count, String name, String expected, String actual) {
        if (expected.equals(actual)) {
            count.passed();
            return;
        }
        String reason = judged.get(name);
        if (reason == null) {
            count.failed(name + "\n   expected " + shown(expected) + "\n   mutatio  " + shown(actual));
        } else {
            used.add(name);
            count.skipped("judged: " + reason);
        }
    }

    private static String shown(String text) {
        String plain = text.replace("\r", "\\r").replace("\n", "\\n");
        return plain.length() > 400 ? plain.substring(0, 400) + "..." : plain;
    }

    private void report(Corpora.Count count, String prefix) {
        for (String name : judged.keySet()) {
            if (name.startsWith(prefix) && !used.contains(name)) {
                count.failed("judged, but does not differ: " + name);
            }
        }
        count.report();
    }

    @Test
    void treesOfMime4j() {
        var count = new Corpora.Count("mime4j trees");
        Path folder = Corpora.find("mime/mime4j");
        Map<String, byte[]> files = Corpora.files(folder);
        for (var file : files.entrySet()) {
            String name = file.getKey();
            byte[] events = files.get(name.replaceAll("\\.msg$", ".xml"));
            if (!name.endsWith(".msg") || events == null) {
                continue;
            }
            Summary summary = StructureScanner.scan(file.getValue());
            check(count, "mime4j/" + name, tree(new String(events, StandardCharsets.UTF_8)), tree(summary.root()));
        }
        report(count, "mime4j/");
    }

    /// The nesting of multiparts, messages and bodies: `(.m(.))` is a multipart of a leaf and a message
    /// that is a multipart.
    private static String tree(String events) {
        var tree = new StringBuilder();
        int at = 0;
        while (at < events.length()) {
            int open = events.indexOf('<', at);
            int close = open < 0 ? -1 : events.indexOf('>', open);
            if (close < 0) {
                break;
            }
            switch (events.substring(open + 1, close)) {
                case "multipart" -> tree.append('(');
                case "/multipart" -> tree.append(')');
                case "body" -> tree.append('.');
                case "message" -> tree.append('m');
                default -> {}
            }
            at = close + 1;
        }
        return tree.toString();
    }

    private static String tree(Part root) {
        return "m" + below(root);
    }

    private static String below(Part part) {
        return switch (part.kind()) {
            case LEAF -> ".";
            case MESSAGE -> "m" + below(part.children().getFirst());
            case MULTIPART -> {
                var tree = new StringBuilder("(");
                for (Part child : part.children()) {
                    tree.append(below(child));
                }
                yield tree.append(')').toString();
            }
        };
    }

    @Test
    void decodedBodiesOfMime4j() throws IOException {
        var count = new Corpora.Count("mime4j bodies");
        Map<String, byte[]> files = Corpora.files(Corpora.find("mime/mime4j"));
        for (var file : files.entrySet()) {
            String name = file.getKey();
            int suffix = name.indexOf("_decoded_1");
            if (suffix < 0) {
                continue;
            }
            byte[] message = files.get(name.substring(0, suffix) + ".msg");
            if (message == null) {
                count.skipped("no message");
                continue;
            }
            String number = name.substring(suffix + "_decoded_".length(), name.lastIndexOf('.'))
                    .replace('_', '.');
            Summary summary = StructureScanner.scan(message);
            Part part = find(summary.root(), number);
            if (part == null) {
                check(
                        count,
                        "bodies/" + name,
                        "a part " + number,
                        summary.root().toString());
                continue;
            }
            byte[] decoded =
                    new Content(OctetSource.of(message), part).decoded().readAllBytes();
            String expected = new String(file.getValue(), StandardCharsets.ISO_8859_1);
            String actual = new String(decoded, StandardCharsets.ISO_8859_1);
            if (name.endsWith(".txt")) { // mime4j writes text with the line ends of the test's author
                expected = expected.replace("\r\n", "\n");
                actual = actual.replace("\r\n", "\n");
            }
            check(count, "bodies/" + name, expected, actual);
        }
        report(count, "bodies/");
    }

    /// mime4j numbers by nesting: `1` is the root, `1.2` its second child, an enclosed message is the only
    /// child of its part.
    private static @org.jspecify.annotations.Nullable Part find(Part root, String number) {
        Part part = root;
        String[] steps = number.split("\\.", -1);
        for (int i = 1; i < steps.length; i++) {
            int step = Integer.parseInt(steps[i]);
            if (step > part.children().size()) {
                return null;
            }
            part = part.children().get(step - 1);
        }
        return part;
    }

    @Test
    void treesOfStalwart() throws IOException {
        var count = new Corpora.Count("stalwart trees");
        Map<String, byte[]> files = Corpora.files(Corpora.find("mime"));
        var json = new ObjectMapper();
        for (var file : files.entrySet()) {
            String name = file.getKey();
            byte[] expected = files.get(name.replaceAll("\\.eml$", ".json"));
            if (!name.startsWith("stalwart-mail-parser.zip!") || !name.endsWith(".eml") || expected == null) {
                continue;
            }
            Summary summary = StructureScanner.scan(file.getValue());
            String wanted = stalwart(json.readTree(expected), 0, 0);
            check(count, name.replace("stalwart-mail-parser.zip!", "stalwart/"), "m" + wanted, tree(summary.root()));
        }
        report(count, "stalwart/");
    }

    private static String stalwart(JsonNode message, int index, int depth) {
        JsonNode part = message.get("parts").get(index);
        JsonNode body = part.get("body");
        if (depth > 60) {
            return "...";
        }
        if (body.isObject() && body.has("Multipart")) {
            var tree = new StringBuilder("(");
            for (JsonNode child : body.get("Multipart")) {
                tree.append(stalwart(message, child.asInt(), depth + 1));
            }
            return tree.append(')').toString();
        }
        if (body.isObject() && body.has("Message")) {
            return "m" + stalwart(body.get("Message"), 0, depth + 1);
        }
        return ".";
    }

    @Test
    void sectionsOfDovecot() throws IOException, NoSuchAlgorithmException {
        var count = new Corpora.Count("oracle-dovecot-sections");
        Map<String, byte[]> files = Corpora.files(Corpora.find("mime"));
        for (JsonNode message :
                Corpora.json(Corpora.find("imap/oracle-dovecot-sections.json")).get("messages")) {
            String name = message.get("message").asText();
            byte[] octets = files.get(name);
            if (octets == null) {
                count.failed("no file " + name);
                continue;
            }
            octets = Corpora.withCrlf(octets);
            Summary summary = StructureScanner.scan(octets);
            var expected = new ArrayList<String>();
            var actual = new ArrayList<String>();
            for (var fetch : message.get("fetch").properties()) {
                String item = fetch.getKey();
                byte[] ours = section(item, summary, octets);
                if (ours == null) {
                    count.skipped("item " + item);
                    continue;
                }
                JsonNode wanted = fetch.getValue();
                if (!wanted.isArray()) {
                    count.skipped("refused or NIL");
                    continue;
                }
                expected.add(
                        item + ' ' + wanted.get(0).asInt() + ' ' + wanted.get(1).asText());
                String digest = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(ours))
                        .substring(0, 32);
                actual.add(item + ' ' + ours.length + ' ' + digest);
            }
            if (expected.isEmpty()) {
                continue;
            }
            var missing = new ArrayList<>(expected);
            missing.removeAll(actual);
            var more = new ArrayList<>(actual);
            more.removeAll(expected);
            check(count, "sections/" + name, missing.toString(), more.toString());
        }
        report(count, "sections/");
    }

    /// @return null for an item that is not of this library
    private static byte @org.jspecify.annotations.Nullable [] section(String item, Summary summary, byte[] octets)
            throws IOException {
        if (item.contains("<")) {
            return null;
        }
        boolean binary = item.startsWith("BINARY[");
        if (!binary && !item.startsWith("BODY[")) {
            return null;
        }
        String inside = item.substring(item.indexOf('[') + 1, item.indexOf(']'));
        if (inside.contains("FIELDS")) {
            return null;
        }
        var words = new ArrayList<>(List.of(inside.split("\\.", -1)));
        var text = Section.Text.ALL;
        String last = words.getLast();
        if (!last.isEmpty() && !Character.isDigit(last.charAt(0))) {
            text = Section.Text.valueOf(last);
            words.removeLast();
        }
        String number = String.join(".", words);
        if (summary.part(number).isEmpty()) {
            return null; // Dovecot takes `1.1` of a part without parts for `1`
        }
        if (binary && summary.part(number).orElseThrow().kind() != Part.Kind.LEAF) {
            return null; // RFC 9051 section 6.4.5.2 knows no decoded multiparts
        }
        if (binary) {
            var part = summary.part(number);
            return part.isEmpty()
                    ? new byte[0]
                    : new Content(OctetSource.of(octets), part.get()).decoded().readAllBytes();
        }
        var range = new Section(number, text).range(summary);
        return range.isEmpty()
                ? new byte[0]
                : OctetSource.of(octets).slice(range.get().start(), range.get().end());
    }
}
