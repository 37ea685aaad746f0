package org.mutatio.pipeline.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.mutatio.sdk.mail.Octets;

/// Octets made of ranges of the received message and of new ones; immutable, nothing is copied.
public final class Rope implements Octets {

    /// A piece of a rope.
    public sealed interface Piece {

        long length();

        /// A range of the received octets.
        record Received(long offset, long length) implements Piece {}

        /// Octets of ours; not changed any more.
        final class New implements Piece {
            private final byte[] octets;
            private final int from;
            private final int size;

            New(byte[] octets, int from, int size) {
                this.octets = octets;
                this.from = from;
                this.size = size;
            }

            @Override
            public long length() {
                return size;
            }

            public ByteBuffer octets() {
                return ByteBuffer.wrap(octets, from, size).slice().asReadOnlyBuffer();
            }
        }
    }

    private final Octets received;
    private final List<Piece> pieces;
    private final long size;

    private Rope(Octets received, List<Piece> pieces) {
        this.received = received;
        this.pieces = List.copyOf(pieces);
        long sum = 0;
        for (Piece piece : this.pieces) {
            sum += piece.length();
        }
        this.size = sum;
    }

    /// @param received what its ranges are of
    public static Rope of(Octets received, List<Piece> pieces) {
        List<Piece> joined = new ArrayList<>();
        for (Piece piece : pieces) {
            append(joined, piece);
        }
        return new Rope(received, joined);
    }

    /// All of the received message.
    public static Rope whole(Octets received) {
        return of(received, List.of(new Piece.Received(0, received.size())));
    }

    /// Neighbouring ranges become one.
    private static void append(List<Piece> pieces, Piece piece) {
        if (piece.length() == 0) {
            return;
        }
        if (!pieces.isEmpty()
                && piece instanceof Piece.Received(long offset, long length)
                && pieces.getLast() instanceof Piece.Received(long before, long beforeLength)
                && before + beforeLength == offset) {
            pieces.set(pieces.size() - 1, new Piece.Received(before, beforeLength + length));
            return;
        }
        pieces.add(piece);
    }

    public List<Piece> pieces() {
        return pieces;
    }

    @Override
    public long size() {
        return size;
    }

    /// The octets from `from` to `to`.
    public Rope slice(long from, long to) {
        List<Piece> inside = new ArrayList<>();
        long at = 0;
        for (Piece piece : pieces) {
            long start = Math.max(from - at, 0);
            long end = Math.min(to - at, piece.length());
            if (start < end) {
                inside.add(cut(piece, start, end));
            }
            at += piece.length();
        }
        return new Rope(received, inside);
    }

    private static Piece cut(Piece piece, long start, long end) {
        return switch (piece) {
            case Piece.Received range -> new Piece.Received(range.offset() + start, end - start);
            case Piece.New octets -> new Piece.New(octets.octets, octets.from + (int) start, (int) (end - start));
        };
    }

    public Rope then(Rope more) {
        List<Piece> all = new ArrayList<>(pieces);
        for (Piece piece : more.pieces) {
            append(all, piece);
        }
        return new Rope(received, all);
    }

    public Rope then(byte[] more) {
        return then(new Rope(received, more.length == 0 ? List.of() : List.of(new Piece.New(more, 0, more.length))));
    }

    /// With the octets from `from` to `to` replaced.
    public Rope splice(long from, long to, byte[] instead) {
        return slice(0, from).then(instead).then(slice(to, size));
    }

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        int read = 0;
        long at = 0;
        for (Piece piece : pieces) {
            long inside = offset + read - at;
            if (inside >= 0 && inside < piece.length() && into.hasRemaining()) {
                read += read(piece, inside, into);
            }
            at += piece.length();
        }
        return read;
    }

    private int read(Piece piece, long inside, ByteBuffer into) throws IOException {
        int most = (int) Math.min(into.remaining(), piece.length() - inside);
        return switch (piece) {
            case Piece.New octets -> {
                into.put(octets.octets, octets.from + (int) inside, most);
                yield most;
            }
            case Piece.Received range -> {
                int limit = into.limit();
                into.limit(into.position() + most);
                int done = 0;
                while (done < most) {
                    int count = received.read(range.offset() + inside + done, into);
                    if (count <= 0) {
                        throw new IOException("received octets end before " + (range.offset() + range.length()));
                    }
                    done += count;
                }
                into.limit(limit);
                yield most;
            }
        };
    }

    @Override
    public void transfer(long offset, long length, OutputStream to) throws IOException {
        long end = Math.min(size, offset + length);
        long at = 0;
        for (Piece piece : pieces) {
            long start = Math.max(offset - at, 0);
            long stop = Math.min(end - at, piece.length());
            if (start < stop) {
                switch (piece) {
                    case Piece.New octets -> to.write(octets.octets, octets.from + (int) start, (int) (stop - start));
                    case Piece.Received range -> received.transfer(range.offset() + start, stop - start, to);
                }
            }
            at += piece.length();
        }
    }

    @Override
    public InputStream stream(long offset, long length) {
        return new OctetStream(this, offset, length);
    }
}
