package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.mutatio.load.Load;

/// A filter and a policy file change while mail flows: no error, no loss, and each mail was judged by one version.
class HotDeployIT {

    private static final int SWAPS = 20;
    private static final int RATE = 200;
    private static final Path EXAMPLE =
            Distribution.ROOT.resolve("plugins-sdk/examples/attachment-limit/target/attachment-limit-0.1.0.jar");
    private static final Pattern VERSION = Pattern.compile("message +attachment-limit (\\d+\\.\\d+\\.\\d+)");
    private static final String USER = "ann@example.test";

    @Test
    void filterAndPolicyChangeUnderLoad() throws Exception {
        try (Server server = Server.home("hot").start().accounts(USER);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Server.Answer _ = server.mutatio("deploy", version(0).toString()).ok();
            int count = RATE * 40;
            Callable<Load.Result> load = () -> Load.run(
                    new Load.Settings(server.address("mx"), 8, count, RATE, 4_096, List.of(USER), Optional.empty()));
            Future<Load.Result> running = executor.submit(load);
            List<String> answers = new ArrayList<>();
            for (int swap = 1; swap <= SWAPS; swap++) {
                server.write(
                        "config/domains/example.test.toml", "[limits]\nmessage-size = \"" + (10 + swap) + " MB\"\n");
                answers.add(
                        server.mutatio("deploy", version(swap).toString()).ok().out());
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
            for (int number = 0; number < count; number += count / 40) {
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
            Files.write(half, java.util.Arrays.copyOf(Files.readAllBytes(EXAMPLE), 2_000));
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
            Files.copy(version(1), copy);
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

    /// The example again, as version 0.1.N.
    private static Path version(int number) throws IOException {
        Path jar = Files.createDirectories(Distribution.WORK.resolve("versions"))
                .resolve("attachment-limit-" + number + ".jar");
        try (InputStream file = Files.newInputStream(EXAMPLE);
                JarInputStream in = new JarInputStream(file)) {
            Manifest manifest = in.getManifest();
            if (manifest == null) {
                throw new IOException("no manifest in " + EXAMPLE);
            }
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), "0.1." + number);
            try (OutputStream to = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(to, manifest)) {
                JarEntry entry = in.getNextJarEntry();
                while (entry != null) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    long _ = in.transferTo(out);
                    out.closeEntry();
                    entry = in.getNextJarEntry();
                }
            }
        }
        return jar;
    }
}
