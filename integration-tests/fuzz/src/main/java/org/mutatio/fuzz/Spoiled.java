package org.mutatio.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/// Good input, spoiled: octets and words are put in, taken out, doubled, moved.
public final class Spoiled {
    private static final int MOST_CHANGES = 8;
    private static final int LONGEST = 40;

    private enum Kind {
        PUT,
        REPLACE,
        CUT,
        DOUBLE,
        REPEAT,
        END
    }

    /// @param at where, in parts of 10,000 of the length
    /// @param word octets as chars
    private record Change(Kind kind, int at, int length, String word) {
        byte[] of(byte[] good) {
            byte[] octets = octets(word);
            int from = (int) ((long) good.length * at / 10_000);
            int to = Math.min(good.length, from + length);
            ByteArrayOutputStream out = new ByteArrayOutputStream(good.length + octets.length + length);
            out.write(good, 0, from);
            switch (kind) {
                case PUT -> {
                    out.writeBytes(octets);
                    out.write(good, from, good.length - from);
                }
                case REPLACE -> {
                    out.writeBytes(octets);
                    out.write(good, to, good.length - to);
                }
                case CUT -> out.write(good, to, good.length - to);
                case DOUBLE -> {
                    out.write(good, from, to - from);
                    out.write(good, from, good.length - from);
                }
                case REPEAT -> {
                    for (int i = 0; i < length; i++) {
                        out.writeBytes(octets);
                    }
                    out.write(good, from, good.length - from);
                }
                case END -> {}
            }
            return out.toByteArray();
        }
    }

    private Spoiled() {}

    /// @param good inputs that are right, octets as chars
    /// @param words what is known to matter in this language, beside octets of all kinds
    public static Arbitrary<byte[]> of(List<String> good, List<String> words) {
        Arbitrary<String> octets = Arbitraries.oneOf(
                Arbitraries.of(words),
                Arbitraries.strings()
                        .withCharRange('\0', '\u00ff')
                        .ofMinLength(1)
                        .ofMaxLength(3));
        Arbitrary<Change> change = Combinators.combine(
                        Arbitraries.of(Kind.values()),
                        Arbitraries.integers().between(0, 10_000),
                        Arbitraries.integers().between(1, LONGEST),
                        octets)
                .as(Change::new);
        return Combinators.combine(Arbitraries.of(good), change.list().ofMaxSize(MOST_CHANGES))
                .as((text, changes) -> {
                    byte[] spoiled = octets(text);
                    for (Change one : changes) {
                        spoiled = one.of(spoiled);
                    }
                    return spoiled;
                });
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
