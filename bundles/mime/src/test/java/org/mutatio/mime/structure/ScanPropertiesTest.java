package org.mutatio.mime.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ScanPropertiesTest {

    @Provide
    Arbitrary<byte[]> messages() {
        return Messages.messages();
    }

    @Property(tries = 2000)
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

    @Property(tries = 2000)
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

    @Property(tries = 1000)
    void storedSummariesAreReadBack(@ForAll("messages") byte[] message) {
        byte[] stored = StructureScanner.scan(message).toBytes();
        Summary read = Summary.parse(ByteBuffer.wrap(stored)).orElseThrow();
        assertArrayEquals(stored, read.toBytes());
    }

    @Property(tries = 1000)
    void damagedSummariesAreRefusedOrReadButNeverThrow(
            @ForAll("messages") byte[] message, @ForAll int where, @ForAll byte octet) {
        byte[] stored = StructureScanner.scan(message).toBytes();
        byte[] damaged = stored.clone();
        damaged[Math.floorMod(where, damaged.length)] = octet;
        Summary.parse(ByteBuffer.wrap(damaged)).ifPresent(summary -> assertTrue(summary.toBytes().length > 0));
        byte[] cut = Arrays.copyOf(stored, Math.floorMod(where, stored.length));
        assertEquals(Optional.empty(), Summary.parse(ByteBuffer.wrap(cut)));
    }

    @Property(tries = 2000)
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
