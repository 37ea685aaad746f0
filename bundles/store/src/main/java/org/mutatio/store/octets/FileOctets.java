package org.mutatio.store.octets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.mutatio.sdk.mail.Octets;

/// A range of a file that does not change. Each read opens a channel of its own, so that no interrupt elsewhere can
/// close it; a whole transfer opens it once.
///
/// @param what for messages of failure: the mail id
public record FileOctets(Path file, long start, long size, String what) implements Octets {

    private static final int STEP = 64 * 1024;

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        if (offset >= size) {
            return 0;
        }
        int many = (int) Math.min(into.remaining(), size - offset);
        ByteBuffer part = into.slice(into.position(), many);
        try (FileChannel channel = open()) {
            while (part.hasRemaining()) {
                int read = channel.read(part, start + offset + part.position());
                if (read < 0) {
                    throw new IOException("octets of " + what + " are cut off in " + file.getFileName());
                }
            }
        }
        into.position(into.position() + many);
        return many;
    }

    private FileChannel open() throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new IOException("octets of " + what + " cannot be read: " + e, e);
        }
    }

    @Override
    public void transfer(long offset, long length, OutputStream to) throws IOException {
        long left = Math.min(length, size - offset);
        if (left <= 0) {
            return;
        }
        byte[] buffer = new byte[(int) Math.min(STEP, left)];
        try (FileChannel channel = open()) {
            long at = start + offset;
            while (left > 0) {
                ByteBuffer part = ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, left));
                int read = channel.read(part, at);
                if (read < 0) {
                    throw new IOException("octets of " + what + " are cut off in " + file.getFileName());
                }
                to.write(buffer, 0, read);
                at += read;
                left -= read;
            }
        }
    }

    @Override
    public InputStream stream(long offset, long length) {
        long many = Math.max(0, Math.min(length, size - offset));
        return new java.io.BufferedInputStream(new OctetsStream(this, offset, many), Math.clamp(many, 512, STEP));
    }

    /// The whole file as a stream, for hashing.
    public InputStream whole() throws IOException {
        return Channels.newInputStream(open());
    }
}
