package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// What an administrator can do, and is told, when the server was killed.
class OfflineIT {

    /// Names, times and content of everything below a folder.
    private static Map<String, String> snapshot(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                String content = Files.isDirectory(path) ? "" : " " + Arrays.hashCode(Files.readAllBytes(path));
                all.put(folder.relativize(path).toString(), Files.getLastModifiedTime(path) + content);
            }
        }
        return all;
    }

    @Test
    void rightAfterAKill() throws Exception {
        try (Server server = Server.home("offline").start().accounts("ann@example.test")) {
            byte[] mail = "From: x@elsewhere.test\r\n\r\nHello\r\n".getBytes(StandardCharsets.US_ASCII);
            try (SmtpClient client = new SmtpClient(server.address("mx"))) {
                for (int i = 0; i < 200; i++) {
                    client.send("x@elsewhere.test", "ann@example.test", mail);
                }
            }
            Path copies = Distribution.WORK.resolve("offline-copies");
            Distribution.delete(copies);
            Server.Answer _ =
                    server.mutatio("store", "backup", copies.toString()).ok();
            server.kill();

            Server.Answer status = server.mutatio("status");
            assertEquals(69, status.exit(), status.out());
            assertEquals(1, status.out().lines().count(), status.out());
            assertTrue(status.out().startsWith("mutatio: no server runs for " + server.home()), status.out());
            Server.Answer json = server.mutatio("account", "list", "--json");
            assertEquals(69, json.exit(), json.out());
            assertTrue(json.out().startsWith("{\"error\":") && json.out().contains("\"exit\":69"), json.out());

            Map<String, String> before = snapshot(server.home());
            Server.Answer verify = server.mutatio("store", "verify").ok();
            assertTrue(verify.out().contains("read offline"), verify.out());
            assertTrue(verify.out().contains("200 mails"), verify.out());
            assertTrue(!verify.out().contains("cannot be read"), verify.out());
            Server.Answer check = server.mutatio("policy", "check").ok();
            assertTrue(check.out().contains("the policies are right"), check.out());
            assertEquals(before, snapshot(server.home()), "offline commands change nothing");

            restored(server, copies);
            assertEquals(before, snapshot(server.home()), "a restore makes another home");

            // While somebody reads, no server starts; it says so, and does when the reader is gone.
            try (FileChannel pid =
                            FileChannel.open(server.home().resolve("data/mutatio.pid"), StandardOpenOption.READ);
                    FileLock _ = pid.lock(1, 1, true)) {
                Server.Answer start = server.mutatio("run");
                assertEquals(75, start.exit(), start.out());
                assertTrue(start.out().contains("a command reads the store"), start.out());
            }
            server.start().ready();
            assertTrue(server.mutatio("store", "verify").ok().out().contains("200 mails"));
        }
    }

    /// When the server is lost, its backup is enough, and no server need run to make a new home of it.
    private static void restored(Server server, Path copies) throws Exception {
        Path copy;
        try (Stream<Path> made = Files.list(copies)) {
            copy = made.findFirst().orElseThrow();
        }
        Path fresh = Distribution.WORK.resolve("offline-restored");
        Distribution.delete(fresh);
        Server.Answer told = server.mutatio("store", "restore", copy.toString(), fresh.toString())
                .ok();
        assertTrue(told.out().contains("restored offline"), told.out());
        Server.Answer again = server.mutatio("store", "restore", copy.toString(), fresh.toString());
        assertEquals(74, again.exit(), again.out());
        assertTrue(again.out().contains("is not empty"), again.out());
        Server.Answer verify =
                server.mutatio("store", "verify", "--home", fresh.toString()).ok();
        assertTrue(verify.out().contains("200 mails"), verify.out());
    }

    @Test
    void aFolderOfPoliciesIsCheckedWhereverItLies() throws Exception {
        Server server = Server.home("policies");
        server.write("draft/example.test.toml", "[limits]\nmessage-sice = \"1 MB\"\n");
        Server.Answer check =
                server.mutatio("policy", "check", server.home().resolve("draft").toString());
        assertEquals(78, check.exit(), check.out());
        assertTrue(check.out().contains("draft/example.test.toml:2"), check.out());
    }
}
