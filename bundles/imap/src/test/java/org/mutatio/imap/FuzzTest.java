package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.api.store.UidRange;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.fuzz.Seeds;
import org.mutatio.fuzz.Spoiled;
import org.mutatio.imap.protocol.ListPattern;
import org.mutatio.imap.protocol.ModifiedUtf7;
import org.mutatio.imap.protocol.SequenceSet;
import org.mutatio.imap.talk.House;

/// Nonsense of all kinds: nothing throws, nothing is our fault, and the session is in step afterwards or has said
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

    /// Sessions that are right, before they are spoiled.
    private static final List<String> SESSIONS = List.of(
            "a LIST (SUBSCRIBED) \"\" (* %) RETURN (CHILDREN STATUS (MESSAGES UIDNEXT))\r\nb LSUB \"\" *\r\n",
            "a FETCH 1:* (FLAGS UID ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (From To)]<0.10>)\r\nb NOOP\r\n",
            "a UID SEARCH RETURN (MIN MAX COUNT SAVE) CHARSET UTF-8 OR SUBJECT {2+}\r\n\u00c3\u00a9 NOT (BODY \"x\" UID $)\r\n",
            "a APPEND INBOX (\\Seen x) \"01-Feb-1994 21:52:25 -0800\" {20+}\r\nSubject: x\r\n\r\ntext\r\n\r\nb NOOP\r\n",
            "a STORE 1 +FLAGS.SILENT (\\Seen \\Deleted key)\r\nb UID EXPUNGE 1:*\r\nc UID MOVE 1,2 b\r\n",
            "a CREATE b (USE (\\Junk))\r\nb RENAME b c\r\nc SUBSCRIBE c\r\nd STATUS c (MESSAGES)\r\ne DELETE c\r\n",
            "a ENABLE IMAP4rev2 UTF8=ACCEPT\r\nb SELECT {5+}\r\nINBOX (CONDSTORE)\r\nc FETCH 1 FLAGS (CHANGEDSINCE 1)\r\n",
            "a ID (\"name\" {3+}\r\nabc \"x\" NIL)\r\nb IDLE\r\nDONE\r\nc FETCH 1 BINARY.PEEK[1]<0.5>\r\n",
            "a LOGIN {3}\r\nann {3}\r\nxyz\r\nb AUTHENTICATE PLAIN\r\nAGEAYg==\r\nc CAPABILITY\r\n",
            "a SEARCH 1,3:5,* SENTBEFORE 1-Feb-1994 LARGER 10 HEADER X-Y \"\" MODSEQ 1\r\nb COPY 1 INBOX\r\nc CLOSE\r\n");

    private static final String BEFORE =
            "in LOGIN ann@example.com secret\r\nap APPEND INBOX {20+}\r\nSubject: s\r\n\r\ntext\r\n\r\nse SELECT INBOX\r\n";

    /// As many line ends and words as any waiting literal needs; a NOOP is answered in the end.
    private static final String BEHIND = "xxx\r\nDONE\r\n".repeat(4) + "f1 NOOP\r\nf2 LOGOUT\r\n";

    @Provide
    Arbitrary<byte[]> spoiled() {
        return Spoiled.of(SESSIONS, PIECES);
    }

    @Property(tries = ForAWhile.MANY, shrinking = ShrinkingMode.OFF)
    @AddLifecycleHook(ForAWhile.class)
    void noLineConfusesASession(@ForAll("line") String line, @ForAll boolean stranger) {
        String said = said(stranger, "f " + line + "\r\n" + BEHIND);
        // a literal that is too large ends the session before all is said
        boolean over = said.contains("* BYE [TOOBIG]");
        assertTrue(over || said.contains("\r\nf1 OK") || said.contains("\r\nf2 OK"), () -> line + " answered " + said);
        assertTrue(said.contains("\r\n* BYE"), () -> "no good-bye after " + line);
    }

    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void noOctetsConfuseASession(@ForAll("spoiled") byte[] octets) {
        session(octets);
    }

    private static void session(byte[] octets) {
        for (boolean stranger : new boolean[] {true, false}) {
            String _ = said(stranger, new String(octets, StandardCharsets.ISO_8859_1) + "\r\n" + BEHIND);
        }
    }

    private static String said(boolean stranger, String octets) {
        try (House house = new House()) {
            String said = house.hear(House.PLAIN, (stranger ? "" : BEFORE) + octets);
            assertFalse(said.contains("SERVERBUG"), () -> octets + " was answered " + said);
            return said;
        }
    }

    @TestFactory
    List<DynamicTest> seeds() throws IOException, URISyntaxException {
        return Seeds.replay(FuzzTest.class, "session", FuzzTest::session);
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
