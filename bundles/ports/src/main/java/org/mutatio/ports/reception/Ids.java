package org.mutatio.ports.reception;

import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Connection ids: 12 characters of Crockford's base 32, unique within a run and not to be guessed from their
/// neighbours.
final class Ids {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final long MASK = (1L << 60) - 1;

    /// Odd, so that multiplying by it modulo 2^60 never gives the same twice.
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private final AtomicLong next;

    Ids(RandomGenerator random) {
        this.next = new AtomicLong(random.nextLong());
    }

    String next() {
        var value = next.getAndIncrement() * STEP & MASK;
        var text = new char[12];
        for (var i = 11; i >= 0; i--) {
            text[i] = ALPHABET.charAt((int) (value & 31));
            value >>>= 5;
        }
        return new String(text);
    }
}
