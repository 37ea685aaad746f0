package org.mutatio.mime.corpora;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.mutatio.mime.imap.ImapStructureWriter;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;

/// Every message of the folder as Dovecot 2.3.19.1 shows it.
class DovecotStructureTest {

    /// Where we differ, and why we do not follow. A line that is no longer needed fails the test.
    private static final String JUDGED = """
            # unreadable Content-Type is text/plain (RFC 2045 section 5.2), not an empty type
            cpython-email.zip!msg_14.txt
            enmime.zip!parts/barren-content-type.raw
            enmime.zip!parts/ctype-invalid-characters.raw
            enmime.zip!parts/empty-ctype-bad-content.raw
            # multipart without boundary or parts is one text/plain leaf that shows its octets, not an invented empty part
            cpython-email.zip!msg_25.txt
            cpython-email.zip!msg_31.txt
            cpython-email.zip!msg_41.txt
            cpython-email.zip!msg_42.txt
            enmime.zip!mail/header-only.raw
            enmime.zip!mail/multipart-wo-boundary.raw
            flanker-messages.zip!false-multipart.eml
            mime4j/mimetools-testmsgs/badbound.msg
            mime4j/testmsgs/missing-boundary.msg
            mime4j/testmsgs/missing-inner-start-boundary.msg
            mime4j/testmsgs/multipartnopart.msg
            mimekit-messages.zip!messages/empty-multipart.txt
            ruby-mail.zip!attachment_emails/attachment_message_rfc822_inline_image.eml
            ruby-mail.zip!error_emails/bad_date_header2.eml
            ruby-mail.zip!error_emails/empty_in_reply_to.eml
            ruby-mail.zip!error_emails/missing_body.eml
            ruby-mail.zip!error_emails/must_supply_encoding.eml
            stalwart-mail-parser.zip!malformed/002.eml
            stalwart-mail-parser.zip!malformed/007.eml
            stalwart-mail-parser.zip!thirdparty/015.eml
            # a charset in RFC 2231 form is a charset
            cpython-email.zip!msg_32.txt
            # of a repeated field the first counts
            enmime.zip!mail/malformed-multiple-address-header-values.raw
            ruby-mail.zip!mime_emails/raw_email_with_binary_encoded.eml
            # unquoted parameter value with specials or blanks is read whole
            enmime.zip!mail/mime-unquoted-tspecials-param.raw
            enmime.zip!parts/unquoted-ctype-param-special.raw
            james-mailet-mime.zip!incorrect-headers.mime
            mime4j/mimetools-testmsgs/double-semicolon.msg
            ruby-mail.zip!attachment_emails/attachment_with_unquoted_name.eml
            ruby-mail.zip!mime_emails/raw_email_with_illegal_boundary.eml
            ruby-mail.zip!plain_emails/raw_email_bad_time.eml
            stalwart-mail-parser.zip!malformed/017.eml
            enmime.zip!mail/mime-blank-media-name.raw
            # a forgotten semicolon before a parameter is forgiven
            stalwart-mail-parser.zip!rfc/001.eml
            stalwart-mail-parser.zip!thirdparty/010.eml
            # the line end before a boundary is the boundary's (RFC 2046 section 5.1.1), behind an inner closing boundary too
            flanker-messages.zip!enclosed-bad-encoding.eml
            flanker-messages.zip!enclosed.eml
            mimekit-messages.zip!messages/rfc2060.txt
            stalwart-mail-parser.zip!thirdparty/007.eml
            # order of parameters: where the first segment stood
            james-mailbox-eml.zip!james-3901.eml
            # an empty Content-ID or Content-Description is NIL
            james-mailbox-eml.zip!oneInlinedAttachmentWithEmptyCid.eml
            mime4j/mimetools-testmsgs/infinite.msg
            # fields before a line without colon count
            mime4j/mimetools-testmsgs/hdr-fakeout.msg
            # message/rfc822 in base64 is opaque, not a message of base64 lines
            mime4j/testmsgs/bad-newlines-multiple-parts-base64.msg
            mime4j/testmsgs/base64encoded-rfc822message.msg
            # blanks at the end of a boundary parameter do not count (RFC 2046 section 5.1.1)
            mime4j/testmsgs/weird-boundary.msg
            # broken address read as far as it goes
            mimekit-messages.zip!messages/feedback-report.txt
            mimekit-messages.zip!messages/issue358.txt
            mimekit-messages.zip!messages/stack-overflow.txt
            ruby-mail.zip!plain_emails/mix_caps_content_type.eml
            ruby-mail.zip!plain_emails/raw_email_with_at_display_name.eml
            # an empty element of an address list is none (RFC 5322 section 4.4)
            ruby-mail.zip!error_emails/weird_to_header.eml
            ruby-mail.zip!rfc2822/example11.eml
            # a semicolon behind the encoding is forgiven
            ruby-mail.zip!error_emails/content_transfer_encoding_with_semi_colon.eml
            # a disposition without a token is none
            ruby-mail.zip!error_emails/multiple_invalid_content_dispositions.eml
            # Dovecot drops a CR at the very end
            stalwart-mail-parser.zip!legacy/049.eml
            """;

    private interface Writing {
        void write(ImapStructureWriter writer, Summary summary) throws IOException;
    }

    @Test
    void bodyBodyStructureAndEnvelopeAreThoseOfDovecot() throws IOException {
        Path folder = Corpora.find("mime");
        var files = Corpora.files(folder);
        var count = new Corpora.Count("oracle-dovecot-structure");
        Map<String, String> judged = judged();
        var differing = new TreeSet<String>();
        var reasons = new TreeMap<String, Integer>();
        for (JsonNode message :
                Corpora.json(folder.resolve("oracle-dovecot-structure.json")).get("messages")) {
            String name = message.get("message").asText();
            byte[] octets = files.get(name);
            if (octets == null) {
                count.failed("no file " + name);
                continue;
            }
            Summary summary = StructureScanner.scan(Corpora.withCrlf(octets));
            var differences = new ArrayList<String>();
            if (message.get("size").asLong() != summary.size()) {
                differences.add("  SIZE " + message.get("size").asLong() + " " + summary.size());
            }
            compare(differences, "ENVELOPE", message.get("envelope"), render(summary, ImapStructureWriter::envelope));
            compare(
                    differences,
                    "BODYSTRUCTURE",
                    message.get("bodystructure"),
                    render(summary, ImapStructureWriter::bodyStructure));
            compare(differences, "BODY", message.get("body"), render(summary, ImapStructureWriter::body));
            String reason = judged.get(name);
            if (differences.isEmpty()) {
                count.passed();
            } else if (reason == null) {
                count.failed(name + "\n" + String.join("\n", differences));
            } else {
                differing.add(name);
                reasons.merge(reason, 1, Integer::sum);
                count.skipped("judged: " + reason);
            }
        }
        for (String name : judged.keySet()) {
            if (!differing.contains(name)) {
                count.failed(name + " is judged but does not differ");
            }
        }
        count.report();
    }

    private static Map<String, String> judged() {
        var judged = new HashMap<String, String>();
        String reason = "";
        for (String line : JUDGED.lines().toList()) {
            if (line.startsWith("#")) {
                reason = line.substring(1).strip();
            } else {
                judged.put(line, reason);
            }
        }
        return judged;
    }

    private static void compare(List<String> differences, String item, JsonNode expected, String actual) {
        Object dovecot = plain(ImapValue.parse(Corpora.octets(expected)));
        Object ours = plain(ImapValue.parse(actual));
        if (!dovecot.equals(ours)) {
            differences.add("  " + item + "\n    dovecot " + dovecot + "\n    mutatio " + ours);
        }
    }

    /// What both may write as they like: Dovecot has words for a missing domain or mailbox (we write an empty
    /// string), makes one blank of a fold and its blanks (we only take the line end out, RFC 5322 section 2.2.3),
    /// keeps a blank at the end.
    private static Object plain(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(DovecotStructureTest::plain).toList();
        }
        return switch (value.toString()) {
            case "\"MISSING_DOMAIN\"", "\"MISSING_MAILBOX\"" -> "\"\"";
            default -> value.toString().replaceAll("[ \t]+", " ").replaceAll(" \"$", "\"");
        };
    }

    private static String render(Summary summary, Writing writing) throws IOException {
        var out = new ByteArrayOutputStream();
        writing.write(new ImapStructureWriter(out, ImapStructureWriter.Strings.ASCII), summary);
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
