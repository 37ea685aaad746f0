package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// What was said in the clear does not count under TLS: RFC 9051 section 11.1, promises.md section 8 row 20.
class StartTlsInjectionTest {
    /// All in one packet. Nothing behind STARTTLS is answered, and there is no handshake.
    private static final String INJECTED = """
            a STARTTLS\\r\\nb LOGIN ann@example.com secret\\r\\n
            a STARTTLS\\r\\nb LOGIN {15+}\\r\\nann@example.com {6+}\\r\\nsecret\\r\\n
            a STARTTLS\\r\\nb LOGIN {15}\\r\\n
            a STARTTLS\\r\\nb AUTHENTICATE PLAIN AGFubkBleGFtcGxlLmNvbQBzZWNyZXQ=\\r\\n
            a STARTTLS\\r\\nb AUTHENTICATE PLAIN\\r\\n
            a STARTTLS\\r\\nb CAPABILITY\\r\\n
            a STARTTLS\\r\\nb ID NIL\\r\\n
            a STARTTLS\\r\\nb NOOP\\r\\n
            a STARTTLS\\r\\nb LOGOUT\\r\\n
            a STARTTLS\\r\\nb STARTTLS\\r\\n
            a STARTTLS\\r\\na STARTTLS\\r\\n
            a STARTTLS\\r\\nb
            a STARTTLS\\r\\n\\r
            a STARTTLS\\r\\n\\n
            a STARTTLS\\r\\n\\r\\n
            a STARTTLS\\r\\n\\0
            a STARTTLS\\r\\n{5+}\\r\\nabcde
            a STARTTLS\\r\\n* OK\\r\\n
            a STARTTLS\\r\\n\\x16\\x03\\x01\\x00\\x05hello
            a STARTTLS \\r\\nb NOOP\\r\\n
            a starttls\\r\\nb NOOP\\r\\n
            a STARTTLS\\nb NOOP\\n
            x NOOP\\r\\na STARTTLS\\r\\nb NOOP\\r\\n
            x LOGIN {6+}\\r\\na STAR wrong\\r\\na STARTTLS\\r\\nb NOOP\\r\\n
            """;

    /// No STARTTLS after all: what follows is in the clear, as it was said, and is answered so.
    private static final String NONE = """
            a STARTTLS now\\r\\nb NOOP\\r\\n                                        | a BAD b OK
            a STARTTLS {3+}\\r\\nabc\\r\\nb NOOP\\r\\n                             | a BAD b OK
            a STARTTLS {12+}\\r\\na STARTTLS\\r\\n\\r\\nb NOOP\\r\\n               | a BAD b OK
            a STARTTLS\\rb NOOP\\r\\nc NOOP\\r\\n                                   | a BAD c OK
            a LOGIN {11+}\\r\\nx STARTTLS\\r {1+}\\r\\np\\r\\nb NOOP\\r\\n          | a NO b OK
            a LOGIN "x STARTTLS\\r\\nb NOOP\\r\\n                                    | a BAD b OK
            a AUTHENTICATE PLAIN\\r\\nb STARTTLS\\r\\nc NOOP\\r\\n                 | + a BAD c OK
            a UID STARTTLS\\r\\nb NOOP\\r\\n                                        | a BAD b OK
            STARTTLS\\r\\nb NOOP\\r\\n                                              | STARTTLS BAD b OK
            + STARTTLS\\r\\nb NOOP\\r\\n                                            | * BAD b OK
            a LOGIN ann@example.com secret\\r\\nb STARTTLS\\r\\nc NOOP\\r\\n       | a OK b BAD c OK
            """;

    static String octets(String written) {
        StringBuilder octets = new StringBuilder();
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '\\') {
                octets.append(c);
                continue;
            }
            switch (written.charAt(++i)) {
                case 'r' -> octets.append('\r');
                case 'n' -> octets.append('\n');
                case '0' -> octets.append('\0');
                case 'x' -> {
                    octets.append((char) Integer.parseInt(written.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> throw new AssertionError("unknown escape in " + written);
            }
        }
        return octets.toString();
    }

    @TestFactory
    List<DynamicTest> nothingBehindStartTlsCounts() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : INJECTED.lines().toList()) {
            tests.add(DynamicTest.dynamicTest(line, () -> {
                try (House house = new House()) {
                    String said = house.hear(House.PLAIN, octets(line));
                    assertTrue(said.contains("\r\n* BYE [CLIENTBUG] octets behind STARTTLS\r\n"), said);
                    assertTrue(said.endsWith("\r\na BAD [CLIENTBUG] octets behind STARTTLS\r\n"), said);
                    assertFalse(
                            said.contains("begin TLS") || said.contains("\r\nb ") || said.contains("OK welcome"), said);
                }
            }));
        }
        assertTrue(tests.size() >= 20);
        return tests;
    }

    @TestFactory
    List<DynamicTest> whatIsNoStartTlsEncryptsNothing() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : NONE.lines().toList()) {
            int bar = line.lastIndexOf('|');
            tests.add(DynamicTest.dynamicTest(line, () -> {
                try (House house = new House()) {
                    String said = house.hear(
                            House.PLAIN, octets(line.substring(0, bar).stripTrailing()));
                    assertFalse(said.contains("begin TLS"), said);
                    StringBuilder answers = new StringBuilder();
                    said.lines().skip(1).forEach(answer -> {
                        String[] words = answer.split(" ", 3);
                        answers.append(words[0]).append(' ').append(words[0].equals("+") ? "" : words[1] + " ");
                    });
                    assertEquals(
                            line.substring(bar + 1).strip(), answers.toString().strip(), said);
                }
            }));
        }
        return tests;
    }

    @Test
    void behindTlsAllBeginsAnew() {
        try (House house = new House()) {
            Client client = house.connect(House.STRICT);
            assertTrue(client.line().contains(" STARTTLS LOGINDISABLED]"));
            assertTrue(client.command("LOGIN ann@example.com secret").getLast().startsWith("NO [PRIVACYREQUIRED]"));
            assertTrue(client.command("ENABLE IMAP4rev2").getLast().startsWith("BAD [CLIENTBUG]"));
            assertTrue(client.command("AUTHENTICATE PLAIN =").getLast().startsWith("NO [PRIVACYREQUIRED]"));
            List<String> _ = client.ok("STARTTLS");
            assertFalse(client.ok("CAPABILITY").getFirst().contains("STARTTLS"));
            assertTrue(client.connection().tls().isPresent());
            assertTrue(client.command("STATUS INBOX (MESSAGES)").getLast().startsWith("BAD [CLIENTBUG]"));
            assertTrue(client.command("STARTTLS").getLast().startsWith("BAD [CLIENTBUG]"));
            List<String> _ = client.ok("LOGIN ann@example.com secret");
        }
    }
}
