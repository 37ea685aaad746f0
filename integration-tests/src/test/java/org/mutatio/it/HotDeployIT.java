package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.mutatio.load.Load;

/// A filter and a policy file change while mail flows: no error, no loss, and each mail was judged by one version.
class HotDeployIT {

    private static final int SWAPS = 20;
    private static final int RATE = 200;
    private static final Pattern VERSION = Pattern.compile("message +attachment-limit (\\d+\\.\\d+\\.\\d+)");
    private static final String USER = "ann@example.test";

    @Test
    void filterAndPolicyChangeUnderLoad() throws Exception {
        try (Server server = Server.home("hot").start().accounts(USER);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Server.Answer _ =
                    server.mutatio("deploy", FilterVersions.jar(0).toString()).ok();
            int count = RATE * 40;
            Callable<Load.Result> load = () -> Load.run(
                    new Load.Settings(server.address("mx"), 8, count, RATE, 4_096, List.of(USER), Optional.empty()));
            Future<Load.Result> running = executor.submit(load);
            List<String> answers = new ArrayList<>();
            for (int swap = 1; swap <= SWAPS; swap++) {
                server.write(
                        "config/domains/example.test.toml", "[limits]\nmessage-size = \"" + (10 + swap) + " MB\"\n");
                answers.add(server.mutatio("deploy", FilterVersions.jar(swap).toString())
                        .ok()
                        .out());
            }
            assertEquals(
                    SWAPS,
                    answers.stream()
                            .filter(answer -> answer.contains("is live"))
                            .count());
            Load.Result result = running.get(180, TimeUnit.SECONDS);
            assertEquals(0, result.refused(), result.firstProblem());
            assertEquals(0, result.broken(), result.firstProblem());
            assertEquals(count, result.sent());
            try (ImapClient client = ImapClient.login(server, USER)) {
                assertTrue(client.command("SELECT INBOX").ok().untagged().contains("* " + count + " EXISTS"));
            }
            TreeSet<String> seen = new TreeSet<>();
            for (int number = 0; number < count; number += count / 16) {
                String why = server.mutatio("explain", "load-" + number + "@sender.test")
                        .ok()
                        .out();
                Matcher version = VERSION.matcher(why);
                List<String> found = new ArrayList<>();
                while (version.find()) {
                    found.add(version.group(1));
                }
                assertEquals(1, found.size(), why);
                seen.addAll(found);
            }
            assertTrue(seen.size() > 3, "the sample should show several versions: " + seen);
            String status =
                    server.mutatio("policy", "show", "example.test").ok().out();
            assertTrue(status.contains((10 + SWAPS) + " MB"), status);

            // A bad one changes nothing.
            Path half = Distribution.WORK.resolve("half.jar");
            Files.write(half, java.util.Arrays.copyOf(Files.readAllBytes(FilterVersions.EXAMPLE), 2_000));
            assertEquals(65, server.mutatio("deploy", half.toString()).exit());
            Server.Answer back = server.mutatio("rollback", "attachment-limit").ok();
            assertTrue(back.out().contains("0.1." + (SWAPS - 1)), back.out());
            Server.Answer gone = server.mutatio("undeploy", "attachment-limit").ok();
            assertTrue(gone.out().contains("is gone"), gone.out());
        }
    }

    @Test
    void aJarMovedIntoTheFolderIsDeployedAndOneRemovedIsTakenAway() throws Exception {
        try (Server server = Server.home("folder").start()) {
            Path jar = server.home().resolve("plugins/attachment-limit.jar");
            Path copy = server.home().resolve("plugins/attachment-limit.copying");
            Files.copy(FilterVersions.jar(1), copy);
            Files.move(copy, jar);
            await(server, "0.1.1");
            server.stop();
            server.start();
            await(server, "0.1.1");
            Files.delete(jar);
            await(server, "");
        }
    }

    /// Waits until `filters list` names that version, or none when it is empty.
    private static void await(Server server, String version) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        String list = "";
        while (System.nanoTime() < end) {
            list = server.mutatio("bundles", "list").ok().out();
            boolean there = list.contains("attachment-limit");
            if (version.isEmpty() ? !there : there && list.contains(version + " (")) {
                return;
            }
        }
        throw new AssertionError("no attachment-limit \"" + version + "\" in\n" + list);
    }
}
