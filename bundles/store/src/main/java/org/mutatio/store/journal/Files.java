package org.mutatio.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// The file system as the journal needs it: a seam that can tear, fail and fill up in tests.
public interface Files {

    /// Opens for appending (creates when absent) at the given length; cut there when it is longer.
    Appender append(Path file, long length) throws IOException;

    /// Reads fully or to the end.
    ///
    /// @return octets read
    int read(Path file, long at, ByteBuffer into) throws IOException;

    long size(Path file) throws IOException;

    /// When it was last written, epoch milliseconds.
    long modified(Path file) throws IOException;

    boolean exists(Path file);

    /// Forces the names in a folder to the disk.
    void forceFolder(Path folder) throws IOException;

    /// Forces a whole file.
    void force(Path file) throws IOException;

    void delete(Path file) throws IOException;

    void rename(Path from, Path to) throws IOException;

    void createFolders(Path folder) throws IOException;

    /// Sorted names.
    List<Path> list(Path folder) throws IOException;

    /// What H2 calls a file of its own here, without its `.mv.db`.
    String database(Path file);

    /// A file being written; used by one thread.
    interface Appender extends AutoCloseable {

        /// One gathering write of everything, or an exception: then any part may be there.
        void write(List<ByteBuffer> octets) throws IOException;

        void force() throws IOException;

        void truncate(long length) throws IOException;

        @Override
        void close() throws IOException;
    }
}
