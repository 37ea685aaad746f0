package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.smtp.Corpora;

/// End-of-data forms that are none, in DATA, in BDAT, and in messages that are refused: byte exact. Promise 20.
final class SmugglingTest {
    private static final String INSIDE =
            "MAIL FROM:<evil@example.net>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n" + "From: evil\r\n\r\nsmuggled";

    /// Ours, beside the corpus: more line ends around a dot.
    private static Map<String, String> forms() {
        Map<String, String> forms = new LinkedHashMap<>();
        List<String> ends = List.of("\n", "\r", "\r\n", "\n\r", "\r\r\n", "\r\n\0", "\0\r\n", "\u0085", "\u000b");
        for (String before : ends) {
            for (String after : ends) {
                if (!(before + "." + after).contains("\r\n.\r\n")) {
                    String form = before + "." + after;
                    forms.put(shown(form), form);
                }
            }
        }
        return forms;
    }

    private static String shown(String octets) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            shown.append(c > ' ' && c < 127 ? String.valueOf(c) : "{" + (int) c + "}");
        }
        return shown.toString();
    }

    @TestFactory
    Stream<DynamicTest> ofTheCorpus() {
        JsonNode vectors = Corpora.json("smtp/smuggling-vectors.json").get("sequences");
        Map<String, String> forms = new LinkedHashMap<>();
        vectors.forEach(vector ->
                forms.put(vector.get("name").asText(), vector.get("bytes").asText()));
        assertTrue(forms.size() >= 12);
        return tests(forms);
    }

    @TestFactory
    Stream<DynamicTest> ofOurOwn() {
        Map<String, String> forms = forms();
        assertTrue(forms.size() >= 40, () -> "only " + forms.size());
        return tests(forms);
    }

    private static Stream<DynamicTest> tests(Map<String, String> forms) {
        List<DynamicTest> tests = new ArrayList<>();
        forms.forEach((name, form) -> {
            tests.add(DynamicTest.dynamicTest(name + " in DATA", () -> data(form, "ann", BareLineEnds.REFUSE)));
            tests.add(DynamicTest.dynamicTest(
                    name + " in DATA, mended", () -> data(form, "ann", BareLineEnds.NORMALISE)));
            tests.add(
                    DynamicTest.dynamicTest(name + " in refused DATA", () -> data(form, "picky", BareLineEnds.REFUSE)));
            tests.add(DynamicTest.dynamicTest(name + " in BDAT", () -> chunk(form)));
        });
        return tests.stream();
    }

    private static void data(String form, String to, BareLineEnds bare) {
        String body = "Subject: x\r\n\r\nbefore" + form + INSIDE;
        String sent = "EHLO client.test\r\nMAIL FROM:<bo@example.net>\r\nRCPT TO:<" + to + "@example.com>\r\nDATA\r\n"
                + body + "\r\n.\r\nNOOP behind\r\nQUIT\r\n";
        for (int packet : new int[] {1, 3, 64, 100_000}) {
            Talk talk = new Talk().packet(packet).settings(s -> with(s, bare));
            String said = talk.throwAt(sent.getBytes(StandardCharsets.ISO_8859_1));
            List<String> lines = said.lines().toList();
            int from = lines.indexOf("354 end with <CR LF>.<CR LF>");
            assertTrue(from > 0, said);
            assertEquals(4, lines.size() - from, "one answer to the message, one to NOOP, one to QUIT: " + said);
            assertEquals("250 2.0.0 ok", lines.get(from + 2), said);
            String answer = lines.get(from + 1);
            boolean bareInside = bare(body);
            if (bareInside && bare == BareLineEnds.REFUSE) {
                assertTrue(answer.startsWith("550 5.6.0 "), said);
            } else if (to.equals("picky")) {
                assertTrue(answer.startsWith("550 5.7.1 "), said);
            } else {
                assertTrue(answer.startsWith("250 2.0.0 kept as "), said);
                String kept = talk.pipeline.taken.getFirst().octets();
                assertTrue(!bare(kept), () -> "bare line ends were kept: " + shown(kept));
                assertTrue(kept.endsWith("smuggled\r\n"));
            }
            assertTrue(talk.pipeline.taken.size() <= 1, "more than one message");
            assertEquals(0, talk.pipeline.openTransactions);
        }
    }

    private static void chunk(String form) {
        String body = "Subject: x\r\n\r\nbefore" + form + INSIDE + "\r\n.\r\nQUIT\r\n";
        byte[] octets = ("EHLO client.test\r\nMAIL FROM:<bo@example.net>\r\nRCPT TO:<ann@example.com>\r\nBDAT "
                        + body.length() + " LAST\r\n" + body + "NOOP behind\r\nQUIT\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int packet : new int[] {1, 3, 64, 100_000}) {
            Talk talk = new Talk().packet(packet);
            String said = talk.throwAt(octets);
            List<String> lines = said.lines().toList();
            assertEquals("250 2.0.0 ok", lines.get(lines.size() - 2), said);
            if (bare(body)) {
                assertTrue(lines.get(lines.size() - 3).startsWith("550 5.6.0 "), said);
                assertTrue(talk.pipeline.taken.isEmpty());
            } else {
                assertEquals(body, talk.pipeline.taken.getFirst().octets());
            }
        }
    }

    private static boolean bare(String octets) {
        String rest = octets.replace("\r\n", "");
        return rest.indexOf('\r') >= 0 || rest.indexOf('\n') >= 0;
    }

    private static ServerSettings with(ServerSettings s, BareLineEnds bare) {
        return new ServerSettings(
                s.hostName(),
                s.messageSize(),
                s.recipients(),
                s.submissionRecipients(),
                s.errors(),
                s.junk(),
                s.xclient(),
                s.tolerated(),
                bare,
                s.pace(),
                s.version());
    }
}
