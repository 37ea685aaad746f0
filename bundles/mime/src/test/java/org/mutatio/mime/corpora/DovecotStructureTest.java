package org.mutatio.mime.corpora;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.mutatio.mime.imap.ImapStructureWriter;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;

/// Every message of the folder as Dovecot 2.3.19.1 shows it.
class DovecotStructureTest {
    private interface Writing {
        void write(ImapStructureWriter writer, Summary summary) throws IOException;
    }

    @Test
    void bodyBodyStructureAndEnvelopeAreThoseOfDovecot() throws IOException {
        Path folder = Corpora.find("mime");
        var files = Corpora.files(folder);
        var count = new Corpora.Count("oracle-dovecot-structure");
        for (JsonNode message :
                Corpora.json(folder.resolve("oracle-dovecot-structure.json")).get("messages")) {
            String name = message.get("message").asText();
            byte[] octets = files.get(name);
            if (octets == null) {
                count.failed("no file " + name);
                continue;
            }
            Summary summary = StructureScanner.scan(Corpora.withCrlf(octets));
            check(count, name + " ENVELOPE", message.get("envelope"), render(summary, ImapStructureWriter::envelope));
            check(
                    count,
                    name + " STRUCTURE",
                    message.get("bodystructure"),
                    render(summary, ImapStructureWriter::bodyStructure));
            check(count, name + " BODY", message.get("body"), render(summary, ImapStructureWriter::body));
        }
        count.report();
    }

    private static void check(Corpora.Count count, String what, JsonNode expected, String actual) {
        if (Corpora.octets(expected).equals(actual)) {
            count.passed();
        } else {
            count.failed(what + "\n  dovecot " + Corpora.octets(expected) + "\n  mutatio " + actual);
        }
    }

    private static String render(Summary summary, Writing writing) throws IOException {
        var out = new ByteArrayOutputStream();
        writing.write(new ImapStructureWriter(out, ImapStructureWriter.Strings.ASCII), summary);
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
