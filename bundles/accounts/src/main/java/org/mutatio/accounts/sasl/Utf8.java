package org.mutatio.accounts.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Text of a client.
final class Utf8 {

    private static final int MOST_OCTETS = 8_192;

    private Utf8() {}

    /// Empty for what is not UTF-8 or too long.
    static Optional<String> read(ByteBuffer octets) {
        if (octets.remaining() > MOST_OCTETS) {
            return Optional.empty();
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(octets.duplicate())
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    static ByteBuffer write(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
    }
}
