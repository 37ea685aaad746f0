package org.mutatio.launcher;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
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

    /// What TLS needs for its first signature, while the framework starts on the other core: the JDK makes a table for
    /// P-256 once in a process, with code that is not compiled yet (0.3 s, else on the way to the first greeting).
    private static void warmUp() {
        try {
            KeyPairGenerator pairs = KeyPairGenerator.getInstance("EC");
            pairs.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair _ = pairs.generateKeyPair();
        } catch (GeneralSecurityException e) {
            // A Java without P-256: who needs it says so with more to tell.
            System.err.println("mutatio: no P-256 in this Java: " + e.getMessage());
        }
    }

    /// @return the exit code
    private static int run(List<String> arguments) {
        long begun = System.nanoTime();
        Thread _ = Thread.ofPlatform().daemon().name("mutatio-warm").start(Main::warmUp);
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
