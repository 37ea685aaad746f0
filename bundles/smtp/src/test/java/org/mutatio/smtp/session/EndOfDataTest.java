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

/// Ends of data that are none, on every way a message comes in, byte exact: promises.md section 8 row 20.
///
/// Only CR LF dot CR LF ends DATA, only the count ends BDAT. Behind each form stands a second message as commands; it
/// must stay text, each command gets one answer, and the one behind the message is understood.
final class EndOfDataTest {
    /// The form, and what it is: `bare` holds a CR or LF alone, `dots` lines that begin with a dot, `text` neither.
    private static final String FORMS = """
            \\n.\\n             | bare
            \\n.\\r             | bare
            \\n.\\r\\n           | bare
            \\n.\\n\\r           | bare
            \\n.\\r\\r\\n         | bare
            \\n\\n.\\n\\n         | bare
            \\n\\n.\\r\\n         | bare
            \\n..\\n            | bare
            \\n..\\r\\n          | bare
            \\n. \\n            | bare
            \\n.\\0\\n           | bare
            \\n\\0.\\n           | bare
            \\r.\\r             | bare
            \\r.\\n             | bare
            \\r.\\r\\n           | bare
            \\r.\\n\\r           | bare
            \\r\\r.\\r\\r         | bare
            \\r\\r.\\r\\n         | bare
            \\r..\\r            | bare
            \\r. \\r            | bare
            \\r.\\0\\r           | bare
            \\r\\0.\\r           | bare
            \\n\\r.\\n\\r         | bare
            \\n\\r.\\r\\n         | bare
            \\r\\n.\\n           | bare
            \\r\\n.\\r           | bare
            \\r\\n.\\n\\r         | bare
            \\r\\n.\\r\\r\\n       | bare
            \\r\\r\\n.\\r\\r\\n     | bare
            \\r\\n\\n.\\r\\n       | bare
            \\r\\n\\r.\\r\\n       | bare
            \\r\\n..\\n          | bare
            \\r\\n..\\r          | bare
            \\r\\n.\\0\\n         | bare
            \\r\\n.\\0\\r         | bare
            \\r\\n\\0.\\n         | bare
            \\r\\n.\\x1a\\n       | bare
            \\r\\n.\\r\\0\\n       | bare
            \\r\\0\\n.\\r\\0\\n     | bare
            \\r\\n.\\x85         | dots
            \\r\\n.\\x0b\\r\\n     | dots
            \\r\\n.\\x0c\\r\\n     | dots
            \\r\\n. \\r\\n        | dots
            \\r\\n.\\x09\\r\\n     | dots
            \\r\\n.\\0\\r\\n       | dots
            \\r\\n.\\x8d\\x8a     | dots
            \\r\\n..\\r\\n        | dots
            \\r\\n...\\r\\n       | dots
            \\r\\n.. .\\r\\n      | dots
            \\r\\n.QUIT\\r\\n     | dots
            \\r\\n .\\r\\n        | text
            \\r\\n\\x09.\\r\\n     | text
            \\r\\n\\0.\\r\\n       | text
            \\r\\n\\x2e\\x2e\\r\\n | dots
            \\x85.\\x85         | text
            \\xe2\\x80\\xa8.\\xe2\\x80\\xa8 | text
            \\x0b.\\x0b         | text
            \\x8d\\x8a.\\x8d\\x8a | text
            """;

    /// What a smuggler wants to be commands.
    private static final String SMUGGLED = """
            MAIL FROM:<evil@example.net>
            RCPT TO:<ann@example.com>
            DATA
            From: evil

            smuggled
            """.replace("\n", "\r\n");

    private static final String HELLO = "EHLO client.test\r\n";
    private static final String OPEN = HELLO + "MAIL FROM:<bo@example.net>\r\nRCPT TO:<ann@example.com>\r\n";
    private static final int[] CUTS = {1, 5, 100_000};

    /// How a message begins before the form: the form may be its very first octets.
    private enum Before {
        MIDDLE("Subject: x\r\n\r\nbefore"),
        BEGIN(""),
        HEADER("Subject: x");

        private final String octets;

        Before(String octets) {
            this.octets = octets;
        }
    }

    /// A way in and what is said to the message.
    private enum Way {
        DATA,
        DATA_MENDED,
        /// 550 to the message.
        DATA_REFUSED,
        /// 552: the octets beyond the limit are read away.
        DATA_TOO_LARGE,
        /// 451 before the end is there.
        DATA_WITH_A_FAULT,
        /// 550 to the only RCPT, so 554 to DATA: no message follows, what comes is lines.
        NO_DATA,
        CHUNK,
        /// The cut goes through the form.
        CHUNKS,
        CHUNK_BINARY,
        CHUNK_REFUSED,
        /// 550 to the only RCPT: the octets are read away.
        CHUNK_FOR_NOBODY,
        /// 503: no transaction, and the octets are read away.
        CHUNK_FROM_NOWHERE
    }

    @TestFactory
    Stream<DynamicTest> endOfDataForms() {
        Map<String, String> forms = new LinkedHashMap<>();
        for (String line : FORMS.lines().toList()) {
            int bar = line.indexOf('|');
            String form = octets(line.substring(0, bar).stripTrailing());
            String kind = line.substring(bar + 1).strip();
            boolean dots = form.contains("\r\n.");
            assertEquals(kind, bare(form) ? "bare" : dots ? "dots" : "text", line);
            forms.put(line.substring(0, bar).strip(), form);
        }
        assertTrue(forms.size() >= 40, () -> "only " + forms.size());
        return tests(forms, List.of(Before.values()));
    }

    /// All pairs of line ends and what was taken for some, around a dot.
    @TestFactory
    Stream<DynamicTest> everyPairOfLineEnds() {
        Map<String, String> forms = new LinkedHashMap<>();
        List<String> ends = List.of("\\n", "\\r", "\\r\\n", "\\n\\r", "\\r\\r\\n", "\\r\\n\\0", "\\0\\r\\n");
        for (String before : ends) {
            for (String after : ends) {
                String form = octets(before + "." + after);
                if (!form.contains("\r\n.\r\n")) {
                    forms.put(before + "." + after, form);
                }
            }
        }
        return tests(forms, List.of(Before.MIDDLE));
    }

    @TestFactory
    Stream<DynamicTest> ofTheCorpus() {
        JsonNode vectors = Corpora.json("smtp/smuggling-vectors.json").get("sequences");
        Map<String, String> forms = new LinkedHashMap<>();
        vectors.forEach(vector ->
                forms.put(vector.get("name").asText(), vector.get("bytes").asText()));
        assertTrue(forms.size() >= 12);
        return tests(forms, List.of(Before.MIDDLE));
    }

    private static Stream<DynamicTest> tests(Map<String, String> forms, List<Before> places) {
        List<DynamicTest> tests = new ArrayList<>();
        forms.forEach((name, form) -> {
            for (Way way : Way.values()) {
                tests.add(DynamicTest.dynamicTest(name + " " + way, () -> {
                    for (Before before : places) {
                        for (int cut : CUTS) {
                            smuggle(way, before.octets + form + SMUGGLED, cut);
                        }
                    }
                }));
            }
        });
        return tests.stream();
    }

    private static void smuggle(Way way, String message, int cut) {
        Talk talk = new Talk().packet(cut);
        String data = message + ".\r\n"; // it ended with CR LF
        boolean bare = bare(message);
        switch (way) {
            case DATA -> {
                String answer = answers(talk, OPEN + "DATA\r\n", data, 1).getLast();
                if (bare) {
                    refused(talk, answer, "550 5.6.0 ");
                } else {
                    kept(talk, answer, unstuffed(message));
                }
            }
            case DATA_MENDED -> {
                Talk _ = talk.settings(EndOfDataTest::mending);
                String answer = answers(talk, OPEN + "DATA\r\n", data, 1).getLast();
                kept(talk, answer, unstuffed(message).replaceAll("\r\n|\r|\n", "\r\n"));
            }
            case DATA_REFUSED ->
                refused(
                        talk,
                        answers(talk, to("picky") + "DATA\r\n", data, 1).getLast(),
                        bare ? "550 5.6.0 " : "550 5.7.1 ");
            case DATA_TOO_LARGE -> {
                talk.pipeline.sizeLimit = 20;
                // 552, or 550 when the bare line end came first
                refused(talk, answers(talk, OPEN + "DATA\r\n", data, 1).getLast(), "55");
            }
            case DATA_WITH_A_FAULT -> {
                boolean _ = talk.pipeline.faults.add("write 1");
                refused(talk, answers(talk, OPEN + "DATA\r\n", data, 1).getLast(), "451 4.3.0 ");
            }
            case NO_DATA -> {
                // The form and a dot as lines, each refused; behind 554 no message is read.
                String lines = message.substring(0, message.indexOf(SMUGGLED)) + "\r\n.\r\n";
                int count = count(lines);
                List<String> said = answers(talk, to("nobody") + "DATA\r\n", lines, count);
                assertTrue(said.getFirst().startsWith("554 5.5.1 "), said::toString);
                assertTrue(said.subList(1, count + 1).stream().allMatch(line -> line.startsWith("500 5.5.2 ")));
                assertTrue(talk.pipeline.taken.isEmpty());
            }
            case CHUNK -> {
                String answer = answers(talk, OPEN, chunk(message, " LAST"), 1).getLast();
                if (bare) {
                    refused(talk, answer, "550 5.6.0 ");
                } else {
                    kept(talk, answer, message);
                }
            }
            case CHUNKS -> {
                int half = message.indexOf(SMUGGLED) - 2;
                String chunks = chunk(message.substring(0, half), "") + chunk(message.substring(half), "");
                List<String> said = answers(talk, OPEN, chunks + chunk("", " LAST"), 3);
                if (bare) {
                    assertTrue(said.stream().anyMatch(line -> line.startsWith("550 5.6.0 ")), said::toString);
                    assertTrue(talk.pipeline.taken.isEmpty());
                } else {
                    kept(talk, said.getLast(), message);
                }
            }
            case CHUNK_BINARY -> {
                String open = OPEN.replace(".net>", ".net> BODY=BINARYMIME");
                kept(talk, answers(talk, open, chunk(message, " LAST"), 1).getLast(), message);
            }
            case CHUNK_REFUSED ->
                refused(
                        talk,
                        answers(talk, to("picky"), chunk(message, " LAST"), 1).getLast(),
                        bare ? "550 5.6.0 " : "550 5.7.1 ");
            case CHUNK_FOR_NOBODY ->
                refused(
                        talk,
                        answers(talk, to("nobody"), chunk(message, " LAST"), 1).getLast(),
                        "554 5.5.1 ");
            case CHUNK_FROM_NOWHERE ->
                refused(talk, answers(talk, HELLO, chunk(message, " LAST"), 1).getLast(), "503 5.5.1 ");
        }
        assertEquals(0, talk.pipeline.openTransactions);
        assertEquals(0, talk.pipeline.openSpools);
    }

    private static String to(String localPart) {
        return OPEN.replace("ann@", localPart + "@");
    }

    private static String chunk(String octets, String last) {
        return "BDAT " + octets.length() + last + "\r\n" + octets;
    }

    private static int count(String lines) {
        return lines.split("\r\n", -1).length - 1;
    }

    /// Throws it all at the server.
    ///
    /// @param commands EHLO and more, each with one reply
    /// @param count replies to the message
    /// @return the reply to the last command and those to the message; behind them there are just two more
    private static List<String> answers(Talk talk, String commands, String message, int count) {
        String said = talk.throwAt((commands + message + "NOOP\r\nQUIT\r\n").getBytes(StandardCharsets.ISO_8859_1));
        List<String> replies =
                said.lines().filter(line -> line.charAt(3) == ' ').toList();
        int before = 1 + count(commands); // with the greeting
        assertEquals(before + count + 2, replies.size(), said);
        assertEquals("250 2.0.0 ok", replies.get(before + count), said);
        assertTrue(replies.getLast().startsWith("221 2.0.0 "), said);
        assertTrue(talk.pipeline.taken.size() <= 1, "more than one message");
        return replies.subList(before - 1, before + count);
    }

    private static void refused(Talk talk, String answer, String begin) {
        assertTrue(answer.startsWith(begin), () -> begin + " expected: " + answer);
        assertTrue(talk.pipeline.taken.isEmpty());
    }

    private static void kept(Talk talk, String answer, String octets) {
        assertTrue(answer.startsWith("250 2.0.0 kept as "), answer);
        assertEquals(octets, talk.pipeline.taken.getFirst().octets());
        assertEquals("<bo@example.net>", talk.pipeline.taken.getFirst().from().toString());
    }

    /// RFC 5321 section 4.5.2, by other means than the scanner's.
    private static String unstuffed(String message) {
        return ("\r\n" + message).replace("\r\n.", "\r\n").substring(2);
    }

    private static boolean bare(String octets) {
        String rest = octets.replace("\r\n", "");
        return rest.indexOf('\r') >= 0 || rest.indexOf('\n') >= 0;
    }

    private static String octets(String written) {
        return new String(Talk.unescape(written), StandardCharsets.ISO_8859_1);
    }

    private static ServerSettings mending(ServerSettings s) {
        return new ServerSettings(
                s.hostName(),
                s.messageSize(),
                s.recipients(),
                s.submissionRecipients(),
                s.errors(),
                s.junk(),
                s.xclient(),
                s.tolerated(),
                BareLineEnds.NORMALISE,
                s.pace(),
                s.version());
    }
}
