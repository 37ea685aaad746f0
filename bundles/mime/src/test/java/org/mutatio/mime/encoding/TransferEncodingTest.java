package org.mutatio.mime.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransferEncodingTest {

    private static String decode(TransferEncoding encoding, String text) {
        return new String(encoding.decode(text.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
    }

    private static byte[] encode(TransferEncoding encoding, byte[] octets) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var encoder = encoding.encode(out)) {
            encoder.write(octets);
        }
        return out.toByteArray();
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SGVsbG8=            | Hello
            SGVs bG8            | Hello
            S*G!Vsb.G8=         | Hello
            SGVsbG8=footer text | Hello
            SGVsbG              | Hell
            SGVsb               | Hel
            =SGVsbG8=           | Hello
            """)
    void base64IsReadTolerantly(String encoded, String text) {
        assertEquals(text, decode(TransferEncoding.BASE64, encoded));
    }

    @Test
    void theExampleOfTheStandardIsRead() { // RFC 2045 section 6.7
        assertEquals(
                "Now's the time for all folk to come to the aid of their country.",
                decode(
                        TransferEncoding.QUOTED_PRINTABLE,
                        "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country."));
    }

    @Test
    void uuencodedLinesAreRead() {
        assertEquals(
                "Hello, world\n",
                decode(
                        TransferEncoding.UUENCODE,
                        "junk\r\nbegin 644 a.txt\r\n-2&5L;&\\L('=O<FQD\"@``\r\n`\r\nend\r\nmore"));
        assertEquals("", decode(TransferEncoding.UUENCODE, "no begin at all"));
    }

    @Property(tries = 500)
    void base64GoesThereAndBack(@ForAll byte[] octets) throws IOException {
        byte[] encoded = encode(TransferEncoding.BASE64, octets);
        assertArrayEquals(octets, TransferEncoding.BASE64.decode(encoded));
        assertLines(encoded);
    }

    @Property(tries = 1000)
    void quotedPrintableGoesThereAndBack(@ForAll byte[] octets) throws IOException {
        byte[] encoded = encode(TransferEncoding.QUOTED_PRINTABLE, octets);
        assertArrayEquals(octets, TransferEncoding.QUOTED_PRINTABLE.decode(encoded));
        assertLines(encoded);
    }

    @Test
    void quotedPrintableKeepsLinesAndHidesBlanksDotsAndFrom() throws IOException {
        byte[] text = "From a\r\n.\r\nblank \r\nx=y\r\n".getBytes(StandardCharsets.US_ASCII);
        assertEquals(
                "=46rom a\r\n=2E\r\nblank=20\r\nx=3Dy\r\n",
                new String(encode(TransferEncoding.QUOTED_PRINTABLE, text), StandardCharsets.US_ASCII));
    }

    private static void assertLines(byte[] encoded) {
        for (String line : new String(encoded, StandardCharsets.ISO_8859_1).split("\r\n", -1)) {
            assertTrue(line.length() <= 76, line);
            assertTrue(line.chars().allMatch(c -> c >= 32 && c < 127 || c == '\t'), line);
        }
    }

    @Property(tries = 500)
    void piecesDoNotMatter(@ForAll byte[] octets, @ForAll @IntRange(min = 1, max = 5) int size) throws IOException {
        for (TransferEncoding encoding : TransferEncoding.values()) {
            byte[] whole = encoding.decode(octets);
            var slow = new ByteArrayInputStream(octets) {
                @Override
                public synchronized int read(byte[] into, int from, int length) {
                    return super.read(into, from, Math.min(size, length));
                }
            };
            var pieces = new ByteArrayOutputStream();
            try (InputStream decoded = encoding.decode(slow)) {
                for (int octet = decoded.read(); octet >= 0; octet = decoded.read()) {
                    pieces.write(octet);
                }
            }
            assertArrayEquals(whole, pieces.toByteArray());
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesAreKnown(TransferEncoding encoding) {
        String name = switch (encoding) {
            case IDENTITY -> "x-unknown";
            case BASE64 -> "BASE64";
            case QUOTED_PRINTABLE -> "Quoted-Printable";
            case UUENCODE -> "x-uuencode";
        };
        assertEquals(encoding, TransferEncoding.of(name));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            utf8, UTF-8
            "UTF-8", UTF-8
            latin1, windows-1252
            ISO-8859-1, windows-1252
            iso8859_15, ISO-8859-15
            cp-1250, windows-1250
            windows1251, windows-1251
            gb2312, GB18030
            shift_jis, windows-31j
            ks_c_5601-1987, x-windows-949
            UTF-7, UTF-7
            """)
    void charsetsHaveManyNames(String name, String charset) {
        assertEquals(charset, Charsets.find(name).orElseThrow().name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "no such", "\u00e4", "../etc/passwd", "-", "x-"})
    void unknownCharsetsAreUnknown(String name) {
        assertTrue(Charsets.find(name).isEmpty());
        assertEquals("\u00e4", Charsets.decodeNamed(new byte[] {(byte) 0xC3, (byte) 0xA4}, name));
        assertEquals("\u00e4", Charsets.decodeNamed(new byte[] {(byte) 0xE4}, name));
    }

    @Property(tries = 300)
    void textIsNeverAnException(@ForAll byte[] octets) {
        for (String name :
                new String[] {"utf-8", "utf-7", "utf-16", "iso-2022-jp", "gb18030", "big5", "us-ascii", "x-none"}) {
            Charsets.decodeNamed(octets, name);
        }
    }

    @Test
    void utf7OfTheStandardIsRead() { // RFC 2152
        assertEquals(
                "Hi Mom -\u263a-!",
                Charsets.decodeNamed("Hi Mom -+Jjo--!".getBytes(StandardCharsets.US_ASCII), "utf-7"));
        assertEquals("1 + 1", Charsets.decodeNamed("1 +- 1".getBytes(StandardCharsets.US_ASCII), "utf-7"));
    }

    @Test
    void textAndOctetsAreToldApart() {
        byte[] text = "Grüße\r\n\tund so".getBytes(StandardCharsets.UTF_8);
        assertFalse(Charsets.isBinary(text, text.length));
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13};
        assertTrue(Charsets.isBinary(png, png.length));
    }
}
