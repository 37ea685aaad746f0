package org.mutatio.command;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The folder with config, data and plugins.
///
/// Whether a server runs on it is said by the lock on `data/mutatio.pid`, which no crash and no reused process number
/// can fake: a server locks the whole file, and asking is a shared lock of its first octet for a moment (the launcher
/// tries again when it meets one).
record Home(Path folder) {
    private static final int PID_TRIES = 20;

    /// @throws ExitException 64: no home was named
    static Home of(Optional<String> option) throws ExitException {
        String named = option.orElse(System.getenv("MUTATIO_HOME"));
        if (named == null || named.isBlank()) {
            throw new ExitException(ExitException.USAGE, "no home given; use --home DIR, or set MUTATIO_HOME");
        }
        return new Home(Path.of(named).toAbsolutePath().normalize());
    }

    Path data() {
        return folder.resolve("data");
    }

    Path configuration() {
        return folder.resolve("config/mutatio.toml");
    }

    /// What the running server wrote for its administrator.
    private Optional<String> read(String name) throws ExitException {
        Path file = data().resolve(name);
        try {
            return Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static ExitException unreadable(Path file, IOException e) {
        return new ExitException(
                ExitException.NO_PERMISSION,
                "cannot read " + file + " (" + e.getClass().getSimpleName()
                        + "); run this as the server's user or root");
    }

    Optional<String> address() throws ExitException {
        return read("admin.address");
    }

    Optional<String> token() throws ExitException {
        return read("admin.token");
    }

    /// Whether a server runs on it, be it only just starting or about to end.
    ///
    /// @throws ExitException 77: not ours to read
    boolean served() throws ExitException {
        Path file = data().resolve("mutatio.pid");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, 1, true)) {
            return lock == null;
        } catch (NoSuchFileException _) {
            return false;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// The process that serves it. Empty too when that process is not to be seen from here (another container's).
    Optional<ProcessHandle> process() throws ExitException {
        for (int i = 0; i < PID_TRIES && served(); i++) {
            String pid = read("mutatio.pid").orElse("");
            if (!pid.isEmpty() && pid.length() < 19 && pid.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return ProcessHandle.of(Long.parseLong(pid))
                        .filter(process -> process.info()
                                .command()
                                .map(command -> command.contains("java"))
                                .orElse(true));
            }
            // Locked, but its number is not written yet: a matter of microseconds.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return Optional.empty();
    }
}
