package org.mutatio.launcher;

import java.util.List;
import java.util.function.Supplier;
import org.mutatio.vault.ChannelVault;

/// `java org.mutatio.launcher.Main --home DIR`: the server, in the foreground, until SIGTERM or SIGINT.
///
/// At the end, in this order, in the shutdown hook: the vault says that the server goes down, `deployer` drains and
/// stops what it started, the framework stops, the channels are closed, the log is closed.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Thread.setDefaultUncaughtExceptionHandler(new Uncaught(Runtime.getRuntime()::halt));
        // After SIGTERM the shutdown hook runs already: this exit changes nothing, and the code is 143.
        System.exit(run(List.of(arguments)));
    }

    /// @return the exit code
    private static int run(List<String> arguments) {
        long begun = System.nanoTime();
        try {
            Places places = Places.of(arguments, System.getenv("MUTATIO_HOME"));
            places.prepare();
            HomeLock lock = HomeLock.take(places);
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
}
