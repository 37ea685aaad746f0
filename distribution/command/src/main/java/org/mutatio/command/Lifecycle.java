package org.mutatio.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/// Starts and stops the server of a home as a process of its own.
final class Lifecycle {

    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 60;

    private final Path distribution;
    private final PrintStream out;

    Lifecycle(Path distribution, PrintStream out) {
        this.distribution = distribution;
        this.out = out;
    }

    /// In the background; returns when all listeners answer.
    int start(Home home) throws ExitException, IOException {
        if (home.served()) {
            throw new ExitException(
                    ExitException.TEMPORARY, "the server runs already on " + home.folder() + process(home.process()));
        }
        if (!Files.exists(home.configuration())) {
            throw new ExitException(
                    ExitException.CONFIGURATION,
                    home.folder() + " is no home: config/mutatio.toml is missing; make one with: mutatio quickstart");
        }
        Process process = launch(home, Optional.empty());
        await(home, process);
        out.println("mutatio runs on " + home.folder() + ", process " + process.pid());
        return 0;
    }

    private static String process(Optional<ProcessHandle> process) {
        return process.map(handle -> ", process " + handle.pid()).orElse("");
    }

    /// @param training where the AOT cache of this start goes when it ends
    Process launch(Home home, Optional<Path> training) throws IOException {
        Files.createDirectories(home.data().resolve("log"));
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        distribution.resolve("bin/mutatio").toString(),
                        "run",
                        "--home",
                        home.folder().toString()))
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output(home).toFile()));
        training.ifPresent(cache -> builder.environment().put("MUTATIO_AOT_TRAIN", cache.toString()));
        return builder.start();
    }

    private static Path output(Home home) {
        return home.data().resolve("log/start.out");
    }

    /// @throws ExitException with the last lines it said
    void await(Home home, Process process) throws ExitException, IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            if (!process.isAlive()) {
                throw new ExitException(
                        process.exitValue() == 0 ? ExitException.SOFTWARE : process.exitValue(),
                        "the server ended at once:\n" + tail(home));
            }
            if (home.process().map(ProcessHandle::pid).equals(Optional.of(process.pid()))
                    && home.address().isPresent()
                    && home.token().isPresent()
                    && AdminClient.of(home).ready()) {
                return; // it is ours, and not that of another start at the same time
            }
            if (System.nanoTime() > end) {
                process.destroy();
                throw new ExitException(
                        ExitException.TEMPORARY,
                        "the server was not ready after " + START_SECONDS + " s:\n" + tail(home));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static String tail(Home home) throws IOException {
        Path file = output(home);
        if (!Files.exists(file)) {
            return "(it said nothing)";
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    /// SIGTERM, then waits: sessions drain, the store closes.
    int stop(Home home) throws ExitException {
        if (!home.served()) {
            out.println("no server runs for " + home.folder());
            return 0;
        }
        Optional<ProcessHandle> process = home.process();
        if (process.isPresent()) {
            stop(process.get());
        } else if (home.served()) {
            throw new ExitException(
                    ExitException.UNAVAILABLE,
                    "the server on " + home.folder()
                            + " runs where its process cannot be seen from here (another container?); stop it there");
        }
        out.println("stopped");
        return 0;
    }

    static void stop(ProcessHandle process) throws ExitException {
        if (!process.destroy() && process.isAlive()) {
            throw new ExitException(
                    ExitException.NO_PERMISSION,
                    "process " + process.pid() + " may not be stopped by this user; run this as the server's or root");
        }
        try {
            ProcessHandle _ = process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new ExitException(
                    ExitException.TEMPORARY, "process " + process.pid() + " did not end within " + STOP_SECONDS + " s");
        } catch (InterruptedException | ExecutionException e) {
            throw new ExitException(
                    ExitException.SOFTWARE, "waiting for the end of process " + process.pid() + " failed: " + e);
        }
    }
}
