package org.mutatio.mime.structure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.encoding.Charsets;
import org.mutatio.mime.encoding.TransferEncoding;

/// The octets of one part, behind its transfer encoding; reads the source in pieces, holds none of it.
public final class Content {
    private static final int OCTETS_A_CHARACTER = 4;

    private final OctetSource source;
    private final Part part;

    public Content(OctetSource source, Part part) {
        this.source = source;
        this.part = part;
    }

    /// As transferred.
    public InputStream raw() {
        return stream(source, part.bodyStart(), part.bodyEnd());
    }

    /// With the transfer encoding taken off. A multipart or message has none (RFC 2045 section 6.4), whatever it
    /// says.
    public InputStream decoded() {
        return part.kind() == Part.Kind.LEAF ? encoding().decode(raw()) : raw();
    }

    public TransferEncoding encoding() {
        return TransferEncoding.of(part.encoding());
    }

    /// Octets after decoding, counted by reading them all.
    ///
    /// @throws IOException the source failed
    public long decodedSize() throws IOException {
        if (part.kind() != Part.Kind.LEAF || encoding() == TransferEncoding.IDENTITY) {
            return part.bodySize();
        }
        long size = 0;
        byte[] piece = new byte[8192];
        try (InputStream decoded = decoded()) {
            for (int count = decoded.read(piece); count >= 0; count = decoded.read(piece)) {
                size += count;
            }
        }
        return size;
    }

    /// As text in its charset, at most `limit` characters, U+FFFD for what is none. Unnamed, unknown or wrongly named
    /// charsets fall back as [Charsets#decodeNamed] says.
    ///
    /// @throws IOException the source failed
    public String text(int limit) throws IOException {
        if (limit <= 0) {
            return "";
        }
        long wanted = Math.min((long) limit * OCTETS_A_CHARACTER, Integer.MAX_VALUE - 16L);
        byte[] octets;
        try (InputStream decoded = decoded()) {
            octets = decoded.readNBytes((int) wanted);
        }
        if (octets.length == wanted) {
            octets = Charsets.withoutCutCharacter(octets);
        }
        String text =
                Charsets.decodeNamed(octets, part.parameters().text("charset").orElse(""));
        return text.length() <= limit ? text : text.substring(0, cut(text, limit));
    }

    private static int cut(String text, int limit) {
        return Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
    }

    /// Do the first octets look like anything but text? See [Charsets#isBinary].
    ///
    /// @throws IOException the source failed
    public boolean isBinary() throws IOException {
        try (InputStream decoded = decoded()) {
            byte[] head = decoded.readNBytes(1024);
            return Charsets.isBinary(head, head.length);
        }
    }

    /// A stream over a range of a source; closing it frees nothing.
    public static InputStream stream(OctetSource source, long start, long end) {
        return new Range(source, start, Math.min(end, source.size()));
    }

    private static final class Range extends InputStream {
        private final OctetSource source;
        private final long end;
        private final byte[] piece = new byte[8192];
        private long at;
        private int from;
        private int to;

        Range(OctetSource source, long start, long end) {
            this.source = source;
            this.at = start;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            if (from == to) {
                int wanted = (int) Math.min(piece.length, end - at);
                int count = wanted <= 0 ? -1 : source.read(at, piece, 0, wanted);
                if (count <= 0) {
                    return -1;
                }
                at += count;
                from = 0;
                to = count;
            }
            return piece[from++] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            if (from < to) {
                int count = Math.min(length, to - from);
                System.arraycopy(piece, from, into, offset, count);
                from += count;
                return count;
            }
            int wanted = (int) Math.min(length, end - at);
            int count = wanted <= 0 ? -1 : source.read(at, into, offset, wanted);
            if (count <= 0) {
                return -1;
            }
            at += count;
            return count;
        }

        @Override
        public long skip(long count) {
            if (count <= 0) {
                return 0;
            }
            long held = Math.min(count, to - from);
            from += (int) held;
            long jumped = Math.max(0, Math.min(count - held, end - at));
            at += jumped;
            return held + jumped;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, to - from + Math.max(0, end - at));
        }
    }
}
