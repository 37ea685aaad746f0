package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// SIGKILL while a filter is being deployed: afterwards the old version or the new one is live, whole, and mail passes
/// it. Where in the deployment the kill falls is random; each step alone is tested in the deployer.
class DeployCrashIT {

    private static final int CYCLES = Integer.getInteger("deploy.crash.cycles", 4);
    private static final String USER = "ann@example.test";
    private static final Pattern VERSION = Pattern.compile("attachment-limit +(0\\.1\\.\\d+)");

    @Test
    void theOldOrTheNewVersionIsLiveAfterAKill() throws Exception {
        try (Server server = Server.home("deploy-crash").start().accounts(USER)) {
            Server.Answer _ =
                    server.mutatio("deploy", FilterVersions.jar(0).toString()).ok();
            int live = 0;
            for (int cycle = 1; cycle <= CYCLES; cycle++) {
                Path jar = FilterVersions.jar(cycle);
                Thread deploy = Thread.ofVirtual().start(() -> deploy(server, jar));
                long after = ThreadLocalRandom.current().nextLong(50, 1_500);
                TimeUnit.MILLISECONDS.sleep(after);
                server.kill();
                deploy.join();
                spoil(server.home().resolve("data/bundle-cache"));
                server.start();
                Server _ = server.ready();
                int now = live(server);
                assertTrue(now == live || now == cycle, "killed after " + after + " ms: " + live + " -> " + now);
                live = now;
                passes(server, cycle, live);
            }
            try (Stream<Path> staged = Files.list(server.home().resolve("data/staging"))) {
                assertEquals(List.of(), staged.toList());
            }
            // And the next deployment is as any other.
            assertTrue(server.mutatio("deploy", FilterVersions.jar(CYCLES + 1).toString())
                    .ok()
                    .out()
                    .contains("is live"));
            passes(server, CYCLES + 1, CYCLES + 1);
        }
    }

    /// Case osgi-197: what a crash leaves of the framework's cache does not count, the recorded set does.
    private static void spoil(Path cache) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(cache)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        assertTrue(!files.isEmpty(), cache + " is empty: nothing would be tested");
        for (Path file : files) {
            byte[] octets = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(octets, octets.length / 2));
        }
    }

    /// Its answer is the kill's: whatever it is.
    private static void deploy(Server server, Path jar) {
        try {
            Server.Answer _ = server.mutatio("deploy", jar.toString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int live(Server server) throws Exception {
        String list = server.mutatio("bundles", "list").ok().out();
        Matcher version = VERSION.matcher(list);
        assertTrue(version.find(), list);
        int found = Integer.parseInt(version.group(1).substring("0.1.".length()));
        assertTrue(!version.find(), list);
        return found;
    }

    private static void passes(Server server, int number, int version) throws Exception {
        try (SmtpClient smtp = new SmtpClient(server.address("mx"))) {
            String _ = smtp.send(
                    "bo@sender.test",
                    USER,
                    ("From: bo@sender.test\r\nMessage-ID: <deploy-" + number + "@sender.test>\r\n\r\nHello!\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
        String why = server.mutatio("explain", "deploy-" + number + "@sender.test")
                .ok()
                .out();
        assertTrue(why.contains("attachment-limit 0.1." + version), why);
    }
}
