package org.mutatio.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// `data/mutatio.pid`: locked as a whole by the server that runs on the home, with its process number in it. Two
/// servers on one home would both write the journal. The kernel takes the lock away however the process ends.
///
/// Others only read-lock octets of it: the command line the first, for a moment, to ask whether a server runs; commands
/// that read the store of a home without a server the second, as long as they read.
///
/// Whoever opens and closes that file inside of this process drops the lock (fcntl(2)): nobody here does.
final class HomeLock implements AutoCloseable {
    /// Who only asks is gone in microseconds.
    private static final int TRIES = 20;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long OFFLINE = 1;

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /// @throws StartFailure 75 when another server, or a command that reads the store, holds it; 73 when it cannot be
    ///     written
    static HomeLock take(Places places) throws StartFailure {
        Path file = places.data().resolve("mutatio.pid");
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                String why = held(channel, places, file);
                channel.close();
                throw new StartFailure(75, why);
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
            // Of a server that was killed: its port may be somebody else's by now, who must not be sent a token.
            Files.deleteIfExists(places.data().resolve("admin.address"));
            Files.deleteIfExists(places.data().resolve("admin.token"));
            return new HomeLock(channel);
        } catch (IOException e) {
            throw new StartFailure(73, "cannot write " + file + ": " + e + "; check its owner and mode");
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            if (tryLock(channel, 0, Long.MAX_VALUE) != null) {
                return true;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return false;
    }

    private static String held(FileChannel channel, Places places, Path file) throws IOException {
        FileLock offline = tryLock(channel, OFFLINE, 1);
        if (offline == null && tryLock(channel, 0, 1) != null) {
            return "a command reads the store of the home " + places.home()
                    + " (mutatio store verify?); start the server when it has ended";
        }
        return "the home " + places.home() + " is in use by process "
                + Files.readString(file, StandardCharsets.US_ASCII).strip()
                + "; stop it with: mutatio stop --home " + places.home();
    }

    private static @Nullable FileLock tryLock(FileChannel channel, long position, long size) throws IOException {
        try {
            return channel.tryLock(position, size, false);
        } catch (OverlappingFileLockException _) {
            return null; // this very process holds it
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
