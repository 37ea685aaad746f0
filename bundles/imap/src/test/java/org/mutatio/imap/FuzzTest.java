package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.mutatio.api.store.UidRange;
import org.mutatio.imap.protocol.ListPattern;
import org.mutatio.imap.protocol.ModifiedUtf7;
import org.mutatio.imap.protocol.SequenceSet;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// Nonsense of all kinds: nothing throws, nothing hangs, and the session is in step afterwards or has said
/// good-bye.
class FuzzTest {
    private static final List<String> PIECES = List.of(
            "FETCH",
            "UID",
            "STORE",
            "SEARCH",
            "APPEND",
            "LOGIN",
            "LIST",
            "SELECT",
            "INBOX",
            "STATUS",
            "IDLE",
            "COPY",
            "ID",
            "NIL",
            "(",
            ")",
            "[",
            "]",
            "<",
            ">",
            "\"",
            "\\",
            "{",
            "}",
            "{3}",
            "{3+}",
            "{0+}",
            "~{2+}",
            "{99999999999+}",
            "*",
            "%",
            "1:*",
            "$",
            "1,2,3",
            "4294967296",
            "0",
            "BODY[",
            "BODY.PEEK[HEADER.FIELDS (A)]",
            "BINARY[1]<0.5>",
            "RETURN (SAVE)",
            "CHARSET",
            "OR",
            "NOT",
            "FLAGS",
            "+FLAGS",
            "(\\Seen)",
            "MODSEQ",
            "\u00e9",
            "\0",
            "\t",
            ".");

    @Provide
    Arbitrary<String> line() {
        Arbitrary<String> pieces = Arbitraries.of(PIECES);
        Arbitrary<String> separator = Arbitraries.of(" ", " ", " ", "", "\r");
        return pieces.list()
                .ofMaxSize(10)
                .flatMap(words -> separator.list().ofSize(words.size()).map(separators -> {
                    StringBuilder line = new StringBuilder();
                    for (int i = 0; i < words.size(); i++) {
                        line.append(words.get(i)).append(separators.get(i));
                    }
                    return line.toString();
                }));
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void noLineConfusesAStranger(@ForAll("line") String line) {
        try (House house = new House()) {
            Client client = house.connect();
            client.line();
            inStep(client, line);
        }
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void noLineConfusesASession(@ForAll("line") String line) {
        try (House house = new House()) {
            Client client = house.loggedIn();
            client.append("INBOX", "s");
            client.ok("SELECT INBOX");
            inStep(client, line);
        }
    }

    /// Says the line, then as many line ends and NOOPs as any waiting literal needs; a NOOP is answered in the end.
    private static void inStep(Client client, String line) {
        try {
            client.raw("f " + line + "\r\n");
            for (int i = 0; i < 4; i++) {
                client.raw("xxx\r\nDONE\r\n");
            }
            client.raw("f1 NOOP\r\nf2 LOGOUT\r\n");
        } catch (UncheckedIOException closed) {
            // A literal that is too large ends the session before all is said; the good-bye must have come.
            assertTrue(line.contains("99999999999"), "closed after " + line + ": " + closed);
        }
        boolean answered = false;
        boolean goodBye = false;
        while (true) {
            var heard = client.next();
            if (heard.isEmpty()) {
                break;
            }
            answered |= heard.get().startsWith("f1 OK") || heard.get().startsWith("f2 OK");
            goodBye |= heard.get().startsWith("* BYE");
            assertTrue(!heard.get().contains("SERVERBUG"), line + " was answered " + heard.get());
        }
        assertTrue(goodBye, "no good-bye after " + line);
        assertTrue(answered || line.contains("99999999999"), "the session was not in step after " + line);
    }

    @Property(tries = 300)
    void setsResolveToAscendingRanges(@ForAll("set") String text, @ForAll int size) {
        int largest = Math.abs(size % 1000);
        long last = -1;
        for (UidRange range : SequenceSet.parse(text).resolve(largest)) {
            assertTrue(range.first() > last + (last < 0 ? 0 : 1), text);
            last = range.last();
        }
    }

    @Provide
    Arbitrary<String> set() {
        Arbitrary<String> number = Arbitraries.oneOf(
                Arbitraries.integers().between(1, 20).map(String::valueOf), Arbitraries.of("*", "4294967295"));
        Arbitrary<String> range =
                Arbitraries.oneOf(number, number.flatMap(one -> number.map(other -> one + ":" + other)));
        return range.list().ofMinSize(1).ofMaxSize(20).map(ranges -> String.join(",", ranges));
    }

    @Property(tries = 500)
    void whatIsEncodedIsDecodedAgain(@ForAll String text) {
        String clean = text.codePoints()
                .filter(c -> c < 0xD800 || c > 0xDFFF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        assertTrue(ModifiedUtf7.decode(ModifiedUtf7.encode(clean)).orElse("?").equals(clean), clean);
    }

    @Property(tries = 300)
    void anythingMayBeDecoded(@ForAll String text) {
        ModifiedUtf7.decode(text)
                .ifPresent(decoded -> assertTrue(ModifiedUtf7.encode(decoded).equals(text), text));
    }

    @Property(tries = 1)
    void patternsTakeNoExponentialTime() {
        ListPattern pattern = new ListPattern("*a%".repeat(80) + "b");
        // a guard against a hang, not a measure: exponential would outlast the universe
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> assertFalse(pattern.matches("a".repeat(255))));
    }
}
