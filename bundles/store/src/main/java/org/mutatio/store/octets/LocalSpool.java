package org.mutatio.store.octets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.store.journal.Hashes;

/// Octets on their way in; memory first, then a file. Used by one thread, read by the committer when it is
/// whole.
public final class LocalSpool implements Spool {

    private static final Reply FULL = Reply.of(452, "4.3.1", "not enough room to keep the message, try again later");

    private final SpoolSpace space;
    private final MessageDigest digest = Hashes.sha256();
    private byte[] memory = new byte[0];
    private int reserved;
    private int inMemory;
    private long size;
    private @Nullable FileChannel channel;
    private @Nullable Path file;
    private @Nullable ByteBuffer hash;
    private boolean taken;

    LocalSpool(SpoolSpace space) {
        this.space = space;
    }

    @Override
    public void write(ByteBuffer octets) throws StoreUnavailableException {
        if (hash != null) {
            throw new IllegalStateException("the spool is whole already");
        }
        digest.update(octets.duplicate());
        int many = octets.remaining();
        try {
            if (channel == null && inMemory + many <= SpoolSpace.IN_MEMORY && grow(inMemory + many)) {
                octets.get(memory, inMemory, many);
                inMemory += many;
            } else {
                FileChannel to = channel != null ? channel : spill();
                while (octets.hasRemaining()) {
                    to.write(octets);
                }
            }
        } catch (IOException e) {
            throw new StoreUnavailableException(FULL, "spool: " + e);
        }
        size += many;
    }

    private boolean grow(int wanted) {
        if (wanted <= memory.length) {
            return true;
        }
        int length = Math.min(SpoolSpace.IN_MEMORY, Math.max(16 * 1024, Math.max(wanted, memory.length * 2)));
        if (!space.reserve(length - reserved)) {
            return false;
        }
        reserved = length;
        memory = Arrays.copyOf(memory, length);
        return true;
    }

    private FileChannel spill() throws IOException {
        Path to = space.file();
        FileChannel opened = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        file = to;
        channel = opened;
        ByteBuffer before = ByteBuffer.wrap(memory, 0, inMemory);
        while (before.hasRemaining()) {
            opened.write(before);
        }
        forgetMemory();
        return opened;
    }

    private void forgetMemory() {
        space.release(reserved);
        reserved = 0;
        memory = new byte[0];
        inMemory = 0;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Octets content() throws StoreUnavailableException {
        if (hash == null) {
            hash = ByteBuffer.wrap(digest.digest()).asReadOnlyBuffer();
        }
        Path spilled = file;
        return spilled == null
                ? new MemoryOctets(memory, 0, inMemory)
                : new FileOctets(spilled, 0, size, "a message on its way in");
    }

    @Override
    public ByteBuffer sha256() {
        ByteBuffer known = hash;
        if (known == null) {
            throw new IllegalStateException("the spool is not whole yet");
        }
        return known.duplicate();
    }

    /// The file it spilled to, if it did: the commit may rename it away.
    public @Nullable Path file() {
        return file;
    }

    /// The commit has renamed the file: closing leaves it alone.
    public void taken() {
        taken = true;
    }

    @Override
    public void close() {
        forgetMemory();
        FileChannel open = channel;
        Path spilled = file;
        channel = null;
        try {
            if (open != null) {
                open.close();
            }
            if (spilled != null && !taken) {
                Files.deleteIfExists(spilled);
            }
        } catch (IOException e) {
            org.slf4j.LoggerFactory.getLogger(LocalSpool.class)
                    .warn("event=spool.close file={} reason=\"{}\"", spilled, e.toString());
        }
        file = null;
    }
}
