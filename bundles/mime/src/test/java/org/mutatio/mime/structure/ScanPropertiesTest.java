package org.mutatio.mime.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.fuzz.Seeds;
import org.mutatio.fuzz.Spoiled;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.imap.ImapStructureWriter;

class ScanPropertiesTest {

    @Provide
    Arbitrary<byte[]> messages() {
        return Messages.messages();
    }

    @Property(tries = 500)
    void chunksDoNotMatter(@ForAll("messages") byte[] message, @ForAll @IntRange(min = 1, max = 9) int size) {
        var scanner = new StructureScanner();
        var direct = new StructureScanner();
        for (int at = 0; at < message.length; at += size) {
            int count = Math.min(size, message.length - at);
            scanner.accept(message, at, count);
            ByteBuffer chunk =
                    ByteBuffer.allocateDirect(count).put(message, at, count).flip();
            direct.accept(chunk);
        }
        byte[] whole = StructureScanner.scan(message).toBytes();
        assertArrayEquals(whole, scanner.finish().toBytes());
        assertArrayEquals(whole, direct.finish().toBytes());
    }

    @Provide
    Arbitrary<byte[]> spoiled() {
        return Spoiled.of(GOOD, WORDS);
    }

    private static final List<String> GOOD = List.of(
            "From: Bo <bo@example.net>\r\nTo: a, b: c@d, e;\r\nSubject: =?utf-8?q?x?= y\r\nDate: Wed, 25 Nov 2026 09:59:00 +0000\r\n\r\nx\r\n",
            "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\u00c3\u00a9\r\n"
                    + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz\r\n--b--\r\nbehind",
            "Content-Type: text/plain; charset*0=iso-; charset*1=2022-jp\r\nContent-Transfer-Encoding: base64\r\n\r\nGyRC\r\n",
            "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nA: b\r\n\r\n--d\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n--d--",
            "Content-Disposition: attachment; filename*=utf-8''%C3%A9;\r\n size=3 (c)\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n#0V%T\r\n`\r\nend\r\n");

    private static final List<String> WORDS = List.of(
            "\r\n",
            "\n",
            "\r",
            "\r\n\r\n",
            "--b",
            "--b--",
            "--d\r\n",
            ":",
            ";",
            "\"",
            "(",
            ")",
            "=?",
            "?=",
            "<",
            "@",
            ",",
            " ",
            "\t",
            "\0",
            "Content-Type: message/rfc822\r\n\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n",
            "utf-7",
            "gb18030",
            "*0*=",
            "%",
            "=");

    /// What every consumer does with a message: nothing throws, whatever it is.
    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void spoiledMessagesAreRead(@ForAll("spoiled") byte[] message) throws IOException {
        read(message);
    }

    private static void read(byte[] message) throws IOException {
        Summary summary = StructureScanner.scan(message);
        check(summary.root(), 0, message.length, message);
        Summary stored = Summary.parse(ByteBuffer.wrap(summary.toBytes())).orElseThrow();
        for (var strings : ImapStructureWriter.Strings.values()) {
            var writer = new ImapStructureWriter(new ByteArrayOutputStream(), strings);
            writer.envelope(stored);
            writer.body(stored);
            writer.bodyStructure(stored);
        }
        Deque<Part> parts = new ArrayDeque<>(List.of(stored.root()));
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            assertTrue(new Content(OctetSource.of(message), part).text(100).length() <= 100);
            for (HeaderBlock.Field field : HeaderBlock.of(
                            message, (int) part.headerStart(), (int) (part.bodyStart() - part.headerStart()))
                    .fields()) {
                assertTrue(field.text().length() <= message.length * 4);
            }
            parts.addAll(part.children());
        }
    }

    @TestFactory
    List<DynamicTest> seeds() throws IOException, URISyntaxException {
        return Seeds.replay(ScanPropertiesTest.class, "message", ScanPropertiesTest::read);
    }

    @Property(tries = 500)
    void theTreeLiesInsideOfTheMessage(@ForAll("messages") byte[] message) {
        Summary summary = StructureScanner.scan(message);
        assertEquals(message.length, summary.size());
        assertEquals(message.length, summary.root().bodyEnd());
        check(summary.root(), 0, message.length, message);
    }

    private static void check(Part part, long from, long to, byte[] message) {
        assertTrue(from <= part.headerStart(), part::toString);
        assertTrue(part.headerStart() <= part.bodyStart(), part::toString);
        assertTrue(part.bodyStart() <= part.bodyEnd(), part::toString);
        assertTrue(part.bodyEnd() <= to, part::toString);
        assertEquals(lines(message, part.bodyStart(), part.bodyEnd()), part.bodyLines(), part::toString);
        assertEquals(lines(message, part.headerStart(), part.bodyStart()), part.headerLines(), part::toString);
        assertEquals(part.kind() == Part.Kind.LEAF, part.children().isEmpty());
        if (part.kind() == Part.Kind.MESSAGE) {
            assertEquals(1, part.children().size());
        }
        long at = part.bodyStart();
        for (Part child : part.children()) {
            check(child, at, part.bodyEnd(), message);
            at = child.bodyEnd();
        }
    }

    private static long lines(byte[] message, long from, long to) {
        long lines = 0;
        for (long at = from; at < to; at++) {
            if (message[(int) at] == '\n') {
                lines++;
            }
        }
        return lines;
    }

    @Property(tries = 500)
    void storedSummariesAreReadBack(@ForAll("messages") byte[] message) {
        byte[] stored = StructureScanner.scan(message).toBytes();
        Summary read = Summary.parse(ByteBuffer.wrap(stored)).orElseThrow();
        assertArrayEquals(stored, read.toBytes());
    }

    @Property(tries = 500)
    void damagedSummariesAreRefusedOrReadButNeverThrow(
            @ForAll("messages") byte[] message, @ForAll int where, @ForAll byte octet) {
        byte[] stored = StructureScanner.scan(message).toBytes();
        byte[] damaged = stored.clone();
        damaged[Math.floorMod(where, damaged.length)] = octet;
        Summary.parse(ByteBuffer.wrap(damaged)).ifPresent(summary -> assertTrue(summary.toBytes().length > 0));
        byte[] cut = Arrays.copyOf(stored, Math.floorMod(where, stored.length));
        assertEquals(Optional.empty(), Summary.parse(ByteBuffer.wrap(cut)));
    }

    @Property(tries = 500)
    void anotherHeaderGivesWhatAScanWouldGive(@ForAll("messages") byte[] message, @ForAll("messages") byte[] other) {
        Summary old = StructureScanner.scan(message);
        byte[] header =
                Arrays.copyOf(other, (int) StructureScanner.scan(other).root().bodyStart());
        Optional<Summary> changed = old.withHeader(header);
        if (changed.isEmpty()) {
            return;
        }
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(header);
        whole.write(message, (int) old.root().bodyStart(), (int) old.root().bodySize());
        Summary scanned = StructureScanner.scan(whole.toByteArray());
        assertEquals(scanned.root().toString(), changed.get().root().toString());
        assertArrayEquals(structure(scanned), structure(changed.get()));
        assertTrue(
                changed.get().facts().containsAll(scanned.facts()),
                () -> changed.get().facts() + " " + scanned.facts());
    }

    /// Without facts and longest line, which may say too much after a change of header.
    private static byte[] structure(Summary summary) {
        return new Summary(summary.size(), java.util.Set.of(), 0, "", summary.root()).toBytes();
    }

    @Property(tries = 500)
    void prependedFieldsNeedNoScan(@ForAll("messages") byte[] message) {
        Summary old = StructureScanner.scan(message);
        if (old.has(Fact.NO_BODY)) {
            assertEquals(Optional.empty(), old.withHeader("A: b\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1)));
            return;
        }
        boolean continues = message.length > 0 && (message[0] == ' ' || message[0] == '\t');
        var header = new ByteArrayOutputStream();
        header.writeBytes("Received: by x\r\n".getBytes(StandardCharsets.ISO_8859_1));
        header.write(message, 0, (int) old.root().bodyStart());
        Optional<Summary> changed = old.withHeader(header.toByteArray());
        if (!continues && !old.has(Fact.NUL)) {
            assertEquals(old.size() + 16, changed.orElseThrow().size());
        }
    }
}
