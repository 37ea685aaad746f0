package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.mutatio.load.Load;
import org.mutatio.load.ServerProcess;

/// Mail for minutes, with a filter and a policy changed each half minute: nothing may grow. `-Pnightly`, or
/// `-Dsoak.minutes=10 -Dsoak.rate=500`; the table it prints stands in docs/performance.md.
@EnabledIfSystemProperty(named = "soak.minutes", matches = "[1-9][0-9]*", disabledReason = "minutes: -Pnightly")
class SoakIT {

    private static final int MINUTES = Integer.getInteger("soak.minutes", 10);
    private static final int RATE = Integer.getInteger("soak.rate", 500);
    private static final String USER = "ann@example.test";

    /// What a server holds after a collection.
    private record Held(long heap, long rss, long threads, long descriptors, long loaders) {
        static Held of(ServerProcess process) throws IOException, InterruptedException {
            long heap = process.heap();
            return new Held(heap, process.rss(), process.threads(), process.descriptors(), process.loaders());
        }
    }

    @Test
    void nothingGrows() throws Exception {
        try (Server server = Server.home("soak").start().accounts(USER, "bo@shop.example.test");
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            ServerProcess process = new ServerProcess(server.pid());
            long count = RATE * 60L * MINUTES;
            Callable<Load.Result> load = () -> Load.run(new Load.Settings(
                    server.address("mx"),
                    8,
                    count,
                    RATE,
                    10_240,
                    List.of(USER, "bo@shop.example.test"),
                    Optional.of(server.pid())));
            Future<Load.Result> running = executor.submit(load);
            List<Held> minutes = new ArrayList<>();
            System.out.println("| minute | heap after GC | RSS | threads | descriptors | class loaders |");
            for (int half = 1; half <= MINUTES * 2; half++) {
                TimeUnit.SECONDS.sleep(29); // the half minute of the promise; nothing is waited for
                server.write(
                        "config/domains/example.test.toml", "[limits]\nmessage-size = \"" + (10 + half) + " MB\"\n");
                Server.Answer _ = server.mutatio(
                                "deploy", FilterVersions.jar(half).toString())
                        .ok();
                if (half % 2 == 0) {
                    Held held = Held.of(process);
                    minutes.add(held);
                    System.out.printf(
                            Locale.ROOT,
                            "| %d | %.1f MiB | %d MiB | %d | %d | %d |%n",
                            half / 2,
                            held.heap() / 1024.0,
                            held.rss() / 1024,
                            held.threads(),
                            held.descriptors(),
                            held.loaders());
                }
            }
            Load.Result result = running.get(600, TimeUnit.SECONDS);
            System.out.println("soak: " + result.json());
            assertEquals(0, result.refused() + result.broken(), result.firstProblem());
            assertEquals(count, result.sent());
            if (minutes.size() > 4) {
                Held third = minutes.get(2);
                Held last = minutes.getLast();
                assertTrue(last.rss() <= third.rss() * 1.05, "RSS grew from " + third + " to " + last);
                assertTrue(last.threads() <= third.threads() + 4, "threads grew from " + third + " to " + last);
                assertTrue(last.descriptors() <= third.descriptors() + 40, "files grew from " + third + " to " + last);
                assertTrue(last.loaders() <= third.loaders() + 4, "class loaders grew from " + third + " to " + last);
            }
        }
    }
}
