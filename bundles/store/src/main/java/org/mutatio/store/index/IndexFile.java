package org.mutatio.store.index;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/// The file under H2's tables, written by the thread that changes the tables and at no other moment than between two
/// transactions.
///
/// H2's own thread would take one map after the other while a transaction changes them: a kill then left rows of one
/// moment beside rows of another (seen: a message without its mail, a row locked for good). It is turned off, and what
/// else it did (rewriting chunks that are mostly dead) is done here, too.
final class IndexFile {

    private static final long STORE_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long REWRITE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int REWRITE_BELOW_PERCENT = 50;
    private static final int REWRITE_OCTETS = 4 << 20;
    /// The two blocks that say where the newest chunk lies; all behind them is only appended to while space is not
    /// reused.
    private static final int HEAD = 2 * 4096;

    private final Path path;
    private final MVStore store;
    private final AtomicInteger copies = new AtomicInteger();
    private long stored = System.nanoTime();
    private long rewritten = stored;
    private volatile boolean closed;

    private IndexFile(Path path, MVStore store) {
        this.path = path;
        this.store = store;
    }

    /// @param connection an open one of the database whose file lies at `path`
    static IndexFile of(Connection connection, Path path) throws SQLException {
        try {
            // Public methods of classes whose packages H2's bundle does not export.
            Object session = get(connection.unwrap(Connection.class), "getSession");
            MVStore store = (MVStore) get(get(get(session, "getDatabase"), "getStore"), "getMvStore");
            // Ends its thread. Not 0: then it would store at the end of each transaction.
            store.setAutoCommitDelay(-1);
            return new IndexFile(path, store);
        } catch (ReflectiveOperationException e) {
            throw new SQLException("this H2 does not show its file: " + e, e);
        }
    }

    private static Object get(Object from, String name) throws ReflectiveOperationException {
        Method method = from.getClass().getMethod(name);
        return method.invoke(from);
    }

    /// By the thread that changes the tables, between two transactions. What a kill takes of the index is replayed.
    void storeIfDue() throws SQLException {
        long now = System.nanoTime();
        if (now - stored < STORE_EVERY_NANOS) {
            return;
        }
        if (!room()) {
            stored = now;
            return;
        }
        storeNow();
        if (now - rewritten >= REWRITE_EVERY_NANOS && copies.get() == 0) {
            try {
                boolean _ = store.compact(REWRITE_BELOW_PERCENT, REWRITE_OCTETS);
            } catch (MVStoreException e) {
                throw failed(e);
            }
            rewritten = now;
        }
    }

    /// H2 closes a database that it could not write, and then nobody reads. On a disk without room what was changed
    /// stays in memory: it is not much, since the journal has no room for more, and it is replayed.
    private boolean room() {
        try {
            return Index.room(path);
        } catch (IOException e) {
            return true; // the store itself will say what is wrong
        }
    }

    private void storeNow() throws SQLException {
        try {
            long _ = store.commit();
        } catch (MVStoreException e) {
            throw failed(e);
        }
        stored = System.nanoTime();
    }

    private static SQLException failed(MVStoreException e) {
        return new SQLException("the index does not take what was changed: " + e.getMessage(), e);
    }

    /// The file as it is between two transactions. Until the copy is closed nothing of it is written over.
    Copy copy() throws SQLException, IOException {
        copies.incrementAndGet();
        try {
            store.setReuseSpace(false);
            storeNow();
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                ByteBuffer head = ByteBuffer.allocate(HEAD);
                int read = 0;
                while (read >= 0 && head.hasRemaining()) {
                    read = channel.read(head, head.position());
                }
                return new Copy(channel, head.array(), channel.size());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (SQLException | IOException | RuntimeException e) {
            released();
            throw e;
        }
    }

    private void released() {
        if (copies.decrementAndGet() == 0 && !closed) {
            store.setReuseSpace(true);
        }
    }

    /// What is copied from now on is of no use: closing moves chunks about.
    void closing() {
        closed = true;
    }

    /// A moment of the file; for one thread, which may be another one than the writer.
    final class Copy implements AutoCloseable {
        private final FileChannel channel;
        private final byte[] head;
        private final long length;

        private Copy(FileChannel channel, byte[] head, long length) {
            this.channel = channel;
            this.head = head;
            this.length = length;
        }

        /// @throws IOException also when the index was closed meanwhile
        void write(Path zip) throws IOException {
            try (OutputStream file = Files.newOutputStream(zip, StandardOpenOption.CREATE_NEW);
                    ZipOutputStream out = new ZipOutputStream(file)) {
                out.setLevel(Deflater.BEST_SPEED);
                out.putNextEntry(new ZipEntry(String.valueOf(path.getFileName())));
                out.write(head);
                WritableByteChannel to = Channels.newChannel(out);
                long at = head.length;
                while (at < length) {
                    long more = channel.transferTo(at, Math.min(length - at, 1 << 20), to);
                    if (more <= 0) {
                        throw new IOException("the index became shorter while it was copied");
                    }
                    at += more;
                }
                out.closeEntry();
            }
            if (closed) {
                throw new IOException("the index was closed while it was copied");
            }
        }

        @Override
        public void close() throws IOException {
            try {
                channel.close();
            } finally {
                released();
            }
        }
    }
}
