package org.mutatio.sdk.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/// Octets that lie somewhere (memory, spool file, journal, blob) and are read in parts; immutable, for many threads.
@ProviderType
public interface Octets {

    long size();

    /// Reads into the buffer as much as fits and is there, from `offset` on.
    ///
    /// @return how many octets were read; 0 at the end or when the buffer is full
    /// @throws IOException the disk failed or the content was erased; the message names the mail id where known
    int read(long offset, ByteBuffer into) throws IOException;

    /// Writes `length` octets from `offset` on (less when it ends before) without holding them all in memory.
    void transfer(long offset, long length, OutputStream to) throws IOException;

    /// A stream over a part; closing it frees nothing else.
    InputStream stream(long offset, long length);

    default InputStream stream() {
        return stream(0, size());
    }
}
