package org.mutatio.pipeline.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// Octets that are lent until [#close]: a call that was given up and still runs gets an [IOException] then, not the
/// octets of the next message.
final class LentOctets implements Octets {

    private final Octets lent;
    private final long size;
    private volatile boolean closed;

    LentOctets(Octets lent) {
        this.lent = lent;
        this.size = lent.size();
    }

    void close() {
        closed = true;
    }

    private Octets lent() throws IOException {
        if (closed) {
            throw new IOException("the transaction of this message has ended");
        }
        return lent;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        return lent().read(offset, into);
    }

    @Override
    public void transfer(long offset, long length, OutputStream to) throws IOException {
        lent().transfer(offset, length, to);
    }

    @Override
    public InputStream stream(long offset, long length) {
        return new OctetStream(this, offset, length);
    }
}
