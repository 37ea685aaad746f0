package org.mutatio.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.vault.ChannelVault;

/// `java org.mutatio.launcher.Main --home DIR`: the server, in the foreground, until SIGTERM or SIGINT.
///
/// At the end, in this order, in the shutdown hook: the vault says that the server goes down, `deployer` drains and
/// stops
/// what it started, the framework stops, the channels are closed, the log is closed.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        // After SIGTERM the shutdown hook runs already: this exit changes nothing, and the code is 143.
        System.exit(run(List.of(arguments)));
    }

    /// @return the exit code
    private static int run(List<String> arguments) {
        long begun = System.nanoTime();
        try {
            Places places = Places.of(arguments, System.getenv("MUTATIO_HOME"));
            places.prepare();
            FileChannel lock = lock(places);
            Supplier<List<String>> errors = Logs.begin(places.data().resolve("log"), System.getProperty("mutatio.log"));
            try (Server server = new Server(places, new ChannelVault(), lock, errors, begun)) {
                Thread hook = Thread.ofPlatform().name("mutatio-shutdown").unstarted(server::end);
                Runtime.getRuntime().addShutdownHook(hook);
                server.begin(BootBundles.of(places));
                return server.await();
            }
        } catch (StartFailure e) {
            System.err.println("mutatio: " + e.getMessage());
            return e.exitCode();
        }
    }

    /// Two servers on one home would both write the journal.
    private static FileChannel lock(Places places) throws StartFailure {
        Path file = places.data().resolve("mutatio.pid");
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String other = Files.readString(file, StandardCharsets.US_ASCII).strip();
                channel.close();
                throw new StartFailure(
                        75,
                        "the home " + places.home() + " is in use by process " + other
                                + "; stop it with: mutatio stop");
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
            return channel;
        } catch (IOException e) {
            throw new StartFailure(73, "cannot write " + file + ": " + e + "; check its owner and mode");
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // this very process holds it
        }
    }
}
