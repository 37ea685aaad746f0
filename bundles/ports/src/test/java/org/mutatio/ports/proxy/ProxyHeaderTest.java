package org.mutatio.ports.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.fuzz.Spoiled;

/// proxy-protocol.txt, sections 2.1 and 2.2.
class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String REST = "EHLO";

    private static byte[] line(String text) {
        return (text + "\r\n" + REST).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] binary(String hex) {
        return HexFormat.of()
                .parseHex(SIGNATURE
                        + hex.replace(" ", "")
                        + HexFormat.of().formatHex(REST.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /// Reads the header, and checks that what follows was left.
    private static String read(byte[] octets) throws IOException {
        var in = new ByteArrayInputStream(octets);
        var header = ProxyHeader.read(in);
        assertEquals(REST, new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
        return switch (header) {
            case ProxyHeader.Local _ -> "local";
            case ProxyHeader.Proxied(var client, var server) ->
                client.getAddress().getHostAddress() + " " + client.getPort() + " > "
                        + server.getAddress().getHostAddress() + " " + server.getPort();
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PROXY TCP4 192.0.2.1 198.51.100.2 56324 25         | 192.0.2.1 56324 > 198.51.100.2 25
            PROXY TCP4 255.255.255.255 255.255.255.255 65535 0 | 255.255.255.255 65535 > 255.255.255.255 0
            PROXY TCP6 2001:db8::1 2001:db8::2 1 993           | 2001:db8:0:0:0:0:0:1 1 > 2001:db8:0:0:0:0:0:2 993
            PROXY TCP6 ::ffff:192.0.2.1 ::1 1 993              | 192.0.2.1 1 > 0:0:0:0:0:0:0:1 993
            PROXY UNKNOWN                                      | local
            PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535 | local
            """)
    void version1(String line, String expected) throws IOException {
        assertEquals(expected, read(line(line)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY",
                "PROXY ",
                "PROXYTCP4 192.0.2.1 192.0.2.2 1 2",
                "PROXY TCP5 192.0.2.1 192.0.2.2 1 2",
                "PROXY TCP4 192.0.2.1 192.0.2.2 1",
                "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3",
                "PROXY TCP4 192.0.2.1  192.0.2.2 1 2",
                "PROXY TCP4 192.0.2.256 192.0.2.2 1 2",
                "PROXY TCP4 example.com 192.0.2.2 1 2",
                "PROXY TCP4 2001:db8::1 2001:db8::2 1 2",
                "PROXY TCP6 fe80::1%lo 2001:db8::2 1 2",
                "PROXY TCP6 192.0.2.1 192.0.2.2 1 2",
                "PROXY TCP6 2001:db8::1 192.0.2.2 1 2",
                "PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2",
                "PROXY TCP4 ::ffff:192.0.2.1 192.0.2.2 1 2",
                "PROXY TCP4 1 192.0.2.2 1 2", // 0.0.0.1 for the JDK
                "PROXY TCP4 127.1 192.0.2.2 1 2",
                "PROXY TCP4 192.0.2.1 192.0.2.2  2",
                "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2",
                "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2",
                "PROXY TCP4 192.0.2.1 192.0.2.2 01 2",
                "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2",
                "proxy TCP4 192.0.2.1 192.0.2.2 1 2",
                "EHLO client.example",
                "PROXY UNKNOWN 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
            })
    void version1Refused(String line) {
        assertThrows(ProtocolException.class, () -> read(line(line)));
    }

    @Test
    void version1EndsWithCrLf() {
        assertThrows(
                ProtocolException.class,
                () -> read("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\nEHLO".getBytes(StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            21 11 000c c0000201 c6336402 dc04 0019                    | 192.0.2.1 56324 > 198.51.100.2 25
            21 11 0013 c0000201 c6336402 dc04 0019 04 0004 00000000   | 192.0.2.1 56324 > 198.51.100.2 25
            21 11 000f c0000201 c6336402 dc04 0019 04 0000            | 192.0.2.1 56324 > 198.51.100.2 25
            21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 0001 03e1 | 2001:db8:0:0:0:0:0:1 1 > 2001:db8:0:0:0:0:0:2 993
            20 00 0000                                                | local
            20 11 000c c0000201 c6336402 dc04 0019                    | local
            20 31 0003 000000                                         | local
            21 21 0024 00000000000000000000ffffc0000201 00000000000000000000ffffc6336402 dc04 0019 | 192.0.2.1 56324 > 198.51.100.2 25
            21 00 0003 ffffff                                         | local
            """)
    void version2(String hex, String expected) throws IOException {
        assertEquals(expected, read(binary(hex)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            11 11 000c c0000201 c6336402 dc04 0019           | version 1
            22 11 000c c0000201 c6336402 dc04 0019           | command 2
            21 12 000c c0000201 c6336402 dc04 0019           | UDP
            21 31 00d8                                       | UNIX socket
            21 11 000b c0000201 c6336402 dc04 00             | addresses cut short
            21 21 000c c0000201 c6336402 dc04 0019           | IPv4 called IPv6
            21 11 000e c0000201 c6336402 dc04 0019 04 00     | TLV without length
            21 11 0010 c0000201 c6336402 dc04 0019 04 0002 00 | TLV longer than the header
            21 11 ffff c0000201 c6336402 dc04 0019           | 64 KiB
            21 11 0100 c0000201 c6336402 dc04 0019           | ends before its end
            """)
    void version2Refused(String hex, String why) {
        assertThrows(ProtocolException.class, () -> read(binary(hex)), why);
    }

    /// Each header cut short after each of its octets: an end, never a wait for more and never an address.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "50524f5859205443503420312e322e332e3420352e362e372e3820312032350d0a", // PROXY TCP4 1.2.3.4 5.6.7.8 1 25
                "50524f585920554e4b4e4f574e0d0a", // PROXY UNKNOWN
                SIGNATURE + "2111000cc0000201c6336402dc040019",
                SIGNATURE + "20000000"
            })
    void aHeaderCutShortIsRefusedWhereverItIsCut(String hex) throws IOException {
        var whole = HexFormat.of().parseHex(hex);
        for (var length = 0; length < whole.length; length++) {
            var in = new ByteArrayInputStream(whole, 0, length);
            assertThrows(ProtocolException.class, () -> ProxyHeader.read(in), "cut after " + length);
        }
        var in = new ByteArrayInputStream(whole);
        ProxyHeader _ = ProxyHeader.read(in);
        assertEquals(0, in.available());
    }

    /// As a TCP segment may bring it: octet by octet.
    @Test
    void aHeaderMayComeInPieces() throws IOException {
        var octets = binary("21 11 0013 c0000201 c6336402 dc04 0019 04 0004 00000000");
        var slow = new InputStream() {
            private final InputStream in = new ByteArrayInputStream(octets);

            @Override
            public int read() throws IOException {
                return in.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return in.read(into, offset, Math.min(length, 1));
            }
        };
        var proxied = ProxyHeader.read(slow).proxied().orElseThrow();
        assertEquals(
                "192.0.2.1:56324",
                proxied.client().getAddress().getHostAddress() + ":"
                        + proxied.client().getPort());
        assertEquals(REST, new String(slow.readAllBytes(), StandardCharsets.ISO_8859_1));
    }

    /// A line without end must not be read, let alone kept, for ever.
    @Test
    void noMoreThanAHeaderIsReadOfALineWithoutEnd() {
        var read = new AtomicInteger();
        var endless = new InputStream() {
            @Override
            public int read() {
                return read.getAndIncrement() == 0 ? 'P' : 'x';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                java.util.Arrays.fill(into, offset, offset + length, (byte) 'x');
                read.addAndGet(length);
                return length;
            }
        };
        assertThrows(ProtocolException.class, () -> ProxyHeader.read(endless));
        assertTrue(read.get() <= ProxyHeader.LONGEST_LINE, read + " octets read");
    }

    @Test
    void theLongestLineOfTheDocumentIsRead() throws IOException { // section 2.1: 107 octets with CR LF
        var longest = "PROXY UNKNOWN " + "ffff:".repeat(7) + "ffff " + "ffff:".repeat(7) + "ffff 65535 65535";
        assertEquals(ProxyHeader.LONGEST_LINE - 2, longest.length());
        assertEquals("local", read(line(longest)));
        assertThrows(ProtocolException.class, () -> read(line(longest + "x")));
    }

    /// Fuzz: whatever comes, it is a header, a ProtocolException, or a host that is no address; never more octets
    /// than a header has.
    @Test
    void anythingElseIsRefusedQuietly() throws IOException {
        var seed = 20261125L;
        var random = new Random(seed);
        var samples = new byte[][] {
            line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 25"),
            line("PROXY TCP6 2001:db8::1 2001:db8::2 1 993"),
            binary("21 11 0013 c0000201 c6336402 dc04 0019 04 0004 00000000"),
            binary("21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 0001 03e1")
        };
        var parsed = 0;
        for (var round = 0; round < 50_000; round++) {
            var octets = samples[random.nextInt(samples.length)].clone();
            for (var i = random.nextInt(4); i >= 0; i--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            var in = new ByteArrayInputStream(octets, 0, 1 + random.nextInt(octets.length));
            try {
                ProxyHeader.read(in);
                parsed++;
            } catch (ProtocolException e) {
                assertTrue(e.getMessage() != null && e.getMessage().length() < 100, "seed " + seed);
            }
        }
        assertTrue(parsed > 0, "seed " + seed);
    }

    @Provide
    Arbitrary<byte[]> spoiled() {
        return Spoiled.of(
                List.of(
                        new String(line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 25"), StandardCharsets.ISO_8859_1),
                        new String(line("PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 1 993"), StandardCharsets.ISO_8859_1),
                        new String(line("PROXY UNKNOWN"), StandardCharsets.ISO_8859_1),
                        new String(
                                binary("21 11 0013 c0000201 c6336402 dc04 0019 04 0004 00000000"),
                                StandardCharsets.ISO_8859_1),
                        new String(binary("20 00 0000"), StandardCharsets.ISO_8859_1)),
                List.of(
                        "PROXY ", " ", "\r\n", "\r", "\n", "\0", "0", ":", "::", ".", "65536", "\u00ff", "%", "TCP6",
                        "[", "+1"));
    }

    /// A header is understood or refused in words, and no octet behind its longest form is touched.
    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void headersOfAllKinds(@ForAll("spoiled") byte[] octets) throws IOException {
        var in = new ByteArrayInputStream(octets);
        try {
            var header = ProxyHeader.read(in);
            header.proxied().ifPresent(proxied -> {
                assertTrue(proxied.client().getPort() >= 0);
                assertTrue(!proxied.client().isUnresolved(), "no name is looked up");
            });
        } catch (ProtocolException e) {
            assertTrue(e.getMessage() != null && e.getMessage().length() < 100);
        }
    }
}
