package org.mutatio.store.port;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.api.store.Flags;

/// A message on its way in.
///
/// @param source file, and place in it, for reports
/// @param uid it had, when the format knows
/// @param expected what the index says of its octets
record IncomingMessage(
        String source, OptionalLong uid, Instant date, Flags flags, Optional<Expected> expected, Content content) {

    private static final long EARLIEST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    /// Whether the year has four digits: RFC 9051 section 9 (date-year).
    static boolean datable(long epochSecond) {
        return epochSecond >= EARLIEST && epochSecond <= LATEST;
    }

    /// @param sha256 hex
    record Expected(long size, String sha256) {}

    /// Gives the octets once, piece by piece.
    @FunctionalInterface
    interface Content {
        /// @throws IOException reading failed, or what the sink threw
        void transfer(Sink to) throws IOException;
    }

    /// Takes octets; the buffer is another's and good during the call.
    @FunctionalInterface
    interface Sink {
        void accept(ByteBuffer octets) throws IOException;
    }
}
