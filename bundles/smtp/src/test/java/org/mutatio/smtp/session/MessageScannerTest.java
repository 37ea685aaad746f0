package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MessageScannerTest {

    /// What came of some octets.
    private record Outcome(String message, boolean ended, int consumed, boolean bare) {}

    private static Outcome scan(byte[] octets, boolean dotted, BareLineEnds bare, int packet) {
        var out = new ByteArrayOutputStream();
        var scanner = new MessageScanner(dotted, bare, out::write);
        int at = 0;
        while (at < octets.length && !scanner.ended()) {
            int to = Math.min(octets.length, at + packet);
            at = scanner.take(octets, at, to);
        }
        boolean ended = scanner.ended();
        if (!dotted) {
            scanner.finish();
        }
        return new Outcome(out.toString(StandardCharsets.ISO_8859_1), ended, at, scanner.bareSeen());
    }

    private static String shown(String octets) {
        return octets.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
        # in                        | message                | ended | bare
        .\\r\\n                     |                        | true  | false
        a\\r\\n.\\r\\n              | a\\r\\n               | true  | false
        ..\\r\\n.\\r\\n             | .\\r\\n               | true  | false
        ...\\r\\n.\\r\\n            | ..\\r\\n              | true  | false
        .a\\r\\n.\\r\\n             | a\\r\\n               | true  | false
        a\\r\\n.b\\r\\n.\\r\\n      | a\\r\\nb\\r\\n        | true  | false
        a.\\r\\n.\\r\\n             | a.\\r\\n              | true  | false
        \\r\\n\\r\\n.\\r\\n         | \\r\\n\\r\\n          | true  | false
        a\\n.\\n                    | a\\n.\\n              | false | true
        a\\r.\\r                    | a\\r.\\r              | false | true
        a\\r\\n.\\n                 | a\\r\\n\\n            | false | true
        a\\r\\n.\\rb\\r\\n.\\r\\n   | a\\r\\n\\rb\\r\\n     | true  | true
        a\\r\\r\\n.\\r\\n           | a\\r\\r\\n            | true  | true
        a\\n.\\r\\nb\\r\\n.\\r\\n   | a\\n.\\r\\nb\\r\\n    | true  | true
        a\\r.\\r\\nb\\r\\n.\\r\\n   | a\\r.\\r\\nb\\r\\n    | true  | true
        a\\r\\n.\\r\\r\\nb          | a\\r\\n\\r\\r\\nb     | false | true
        a\\r\\n\\0.\\r\\nb          | a\\r\\n\\0.\\r\\nb    | false | false
        """)
    void data(String in, String message, boolean ended, boolean bare) {
        byte[] octets = Talk.unescape(in);
        for (int packet = 1; packet <= octets.length; packet++) {
            Outcome outcome = scan(octets, true, BareLineEnds.REFUSE, packet);
            assertEquals(message == null ? "" : message, shown(outcome.message()), "in packets of " + packet);
            assertEquals(ended, outcome.ended());
            assertEquals(bare, outcome.bare());
            assertEquals(octets.length, outcome.consumed());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # RFC 5321 section 2.3.8: mended, and never an end
        a\\nb\\r\\n.\\r\\n          | a\\r\\nb\\r\\n
        a\\rb\\r\\n.\\r\\n          | a\\r\\nb\\r\\n
        a\\n.\\nb\\r\\n.\\r\\n      | a\\r\\n.\\r\\nb\\r\\n
        a\\r\\r\\n.\\r\\n           | a\\r\\n\\r\\n
        a\\n\\rb\\r\\n.\\r\\n       | a\\r\\n\\r\\nb\\r\\n
        a\\r\\n.\\rb\\r\\n.\\r\\n   | a\\r\\n\\r\\nb\\r\\n
        """)
    void normalised(String in, String message) {
        byte[] octets = Talk.unescape(in);
        for (int packet = 1; packet <= octets.length; packet++) {
            Outcome outcome = scan(octets, true, BareLineEnds.NORMALISE, packet);
            assertEquals(message, shown(outcome.message()), "in packets of " + packet);
            assertTrue(outcome.ended());
            assertTrue(outcome.bare());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # RFC 3030 section 2: dots mean nothing
        ..\\r\\n.\\r\\n.a   | false
        a\\nb              | true
        a\\rb              | true
        a\\r               | true
        a\\r\\n            | false
        """)
    void chunks(String in, boolean bare) {
        byte[] octets = Talk.unescape(in);
        for (int packet = 1; packet <= octets.length; packet++) {
            Outcome outcome = scan(octets, false, BareLineEnds.REFUSE, packet);
            assertEquals(in, shown(outcome.message()));
            assertEquals(bare, outcome.bare());
            assertFalse(scan(octets, false, BareLineEnds.KEEP, packet).bare());
        }
    }

    /// The same in a way that is plainly right and slow.
    private static Outcome slowly(byte[] octets) {
        String all = "\r\n" + new String(octets, StandardCharsets.ISO_8859_1);
        int end = all.indexOf("\r\n.\r\n");
        String raw = end < 0 ? all : all.substring(0, end + 2);
        var message = new StringBuilder();
        boolean bare = false;
        for (int i = 2; i < raw.length(); i++) {
            char c = raw.charAt(i);
            boolean lineStart = raw.startsWith("\r\n", i - 2);
            if (c == '.' && lineStart) {
                if (end < 0 && (i == raw.length() - 1 || raw.substring(i + 1).equals("\r"))) {
                    break; // held back still
                }
                continue;
            }
            boolean undecided = c == '\r' && i == raw.length() - 1 && end < 0;
            bare |= c == '\n' && raw.charAt(i - 1) != '\r';
            bare |= c == '\r' && !undecided && (i + 1 == raw.length() || raw.charAt(i + 1) != '\n');
            message.append(c);
        }
        return new Outcome(message.toString(), end >= 0, end < 0 ? octets.length : end + 3, bare);
    }

    @Provide
    Arbitrary<byte[]> lineEnds() {
        return Arbitraries.of((byte) '\r', (byte) '\n', (byte) '.', (byte) 'a', (byte) 0, (byte) 0x8d, (byte) 0x8a)
                .array(byte[].class)
                .ofMaxSize(40);
    }

    @Property(tries = 20_000)
    void asASlowOneDoesIt(@ForAll("lineEnds") byte[] octets, @ForAll @IntRange(min = 1, max = 40) int packet) {
        assertEquals(slowly(octets), scan(octets, true, BareLineEnds.REFUSE, packet));
    }

    @ParameterizedTest
    @CsvSource({"100000, 1", "100000, 7", "1000000, 32768"})
    void longRunsInAnyPackets(int size, int packet) {
        byte[] octets = new byte[size];
        var random = new Random(size);
        for (int i = 0; i < size; i++) {
            octets[i] = i % 77 == 75 ? (byte) '\r' : i % 77 == 76 ? (byte) '\n' : (byte) (random.nextInt(200) + 32);
        }
        assertEquals(slowly(octets), scan(octets, true, BareLineEnds.REFUSE, packet));
    }
}
