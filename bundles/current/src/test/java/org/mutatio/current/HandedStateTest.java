package org.mutatio.current;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HandedStateTest {

    @Test
    void whatWasToldIsRead() {
        ByteBuffer octets = new HandedState("x/1")
                .put(1, "gr\u00fc\u00df dich")
                .put(2, -7)
                .put(3, true)
                .put(4, new long[] {1, 2, 3})
                .octets();
        HandedState read = HandedState.read("x/1", octets).orElseThrow();
        assertEquals("gr\u00fc\u00df dich", read.text(1));
        assertEquals(-7, read.number(2));
        assertTrue(read.fact(3));
        assertArrayEquals(new long[] {1, 2, 3}, read.numbers(4));
        assertFalse(read.has(5));
        assertEquals("", read.text(5));
        assertEquals(0, read.number(5));
    }

    @Test
    void anotherFormatAndCutOctetsAreNotRead() {
        ByteBuffer octets = new HandedState("x/1").put(1, "one").put(2, 2).octets();
        assertEquals(Optional.empty(), HandedState.read("x/2", octets));
        int whole = octets.remaining();
        int read = 0;
        for (int length = 0; length <= whole; length++) {
            // a cut between two fields reads as fewer fields, every other one as nothing
            read += HandedState.read("x/1", octets.slice(0, length)).isPresent() ? 1 : 0;
        }
        assertEquals(3, read);
    }
}
