package org.mutatio.pipeline.mail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.mutatio.mime.OctetSource;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.sdk.mail.Octets;

/// A message as it came: its octets, what the scan found, its header block (the only thing held in memory).
public final class ReceivedMessage implements AutoCloseable {

    private final LentOctets octets;
    private final Summary summary;
    private final byte[] header;
    private final List<HeaderBlock.Field> fields;
    /// By identity.
    private final Set<HeaderBlock.Field> own;

    private ReceivedMessage(LentOctets octets, Summary summary, byte[] header) {
        this.octets = octets;
        this.summary = summary;
        this.header = header;
        // split here and not later: filters on other threads read it
        this.fields = HeaderBlock.of(header).fields();
        this.own = Collections.newSetFromMap(new IdentityHashMap<>());
        this.own.addAll(fields);
    }

    /// @param summary of these octets
    /// @throws IOException the octets cannot be read
    public static ReceivedMessage of(Octets octets, Summary summary) throws IOException {
        long length = Math.min(summary.root().bodyStart(), StructureScanner.MAX_HEADER_BLOCK * 2L);
        byte[] header = new byte[(int) length];
        ByteBuffer into = ByteBuffer.wrap(header);
        while (into.hasRemaining()) {
            if (octets.read(into.position(), into) <= 0) {
                throw new IOException("octets end in the header block at " + into.position());
            }
        }
        return new ReceivedMessage(new LentOctets(octets), summary, header);
    }

    /// Scans them first.
    public static ReceivedMessage of(Octets octets) throws IOException {
        return of(octets, scan(octets));
    }

    static Summary scan(Octets octets) throws IOException {
        return StructureScanner.scan(source(octets));
    }

    static OctetSource source(Octets octets) {
        return new OctetSource() {
            @Override
            public long size() {
                return octets.size();
            }

            @Override
            public int read(long at, byte[] into, int from, int length) throws IOException {
                int count = length <= 0 ? 0 : octets.read(at, ByteBuffer.wrap(into, from, length));
                return count <= 0 ? -1 : count;
            }
        };
    }

    public Octets octets() {
        return octets;
    }

    public Summary summary() {
        return summary;
    }

    /// With the blank line, when there is one.
    byte[] header() {
        return header;
    }

    /// Its header block alone, as octets that outlive the transaction.
    public MemoryOctets headerOctets() {
        return new MemoryOctets(header);
    }

    public List<HeaderBlock.Field> fields() {
        return fields;
    }

    /// Whether that very field is one of the received ones, so that its offsets are those of the message.
    boolean holds(HeaderBlock.Field field) {
        return own.contains(field);
    }

    /// From now on its octets cannot be read.
    @Override
    public void close() {
        octets.close();
    }
}
