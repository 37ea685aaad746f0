package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// The five minutes of docs/plugin-authors.md, to the letter: only the demonstration's port is another one.
///
/// Maven runs inside, offline, on a local repository of its own: all of the real one but our own artifacts, which come
/// from the distribution as the page says. So it needs nothing installed and leaves nothing behind.
class PluginAuthorsIT {

    private static final String PAGE = "docs/plugin-authors.md";
    private static final String PART = "## Five minutes";

    private static List<String> blocks() throws IOException {
        String page = Files.readString(Distribution.folder().resolve(PAGE));
        String part = page.substring(page.indexOf(PART) + PART.length());
        part = part.substring(0, part.indexOf("\n## "));
        List<String> blocks = new ArrayList<>();
        int at = part.indexOf("```sh\n");
        while (at >= 0) {
            int end = part.indexOf("\n```", at);
            blocks.add(part.substring(at + "```sh\n".length(), end + 1));
            at = part.indexOf("```sh\n", end);
        }
        return blocks;
    }

    @Test
    void fromACopyToALiveFilter() throws Exception {
        Needs.program("curl");
        // not below the system's temporary folder: its cleaners may follow links
        Path folder = Distribution.WORK.resolve("authors");
        Distribution.delete(folder);
        Path home = Files.createDirectories(folder.resolve("home"));
        localRepository(home.resolve(".m2"));
        Path work = Files.createDirectories(folder.resolve("work"));
        List<String> blocks = blocks();
        assertEquals(4, blocks.size(), "the page was changed: does this test still follow it?");
        try (Server server = Server.home("authors").start().accounts("ann@example.test")) {
            send(server, "before", 250);

            String live = run(server, home, work, blocks.get(0)).ok().out();
            assertTrue(live.contains("is live") && live.contains("my-filter"), live);
            send(server, "no policy yet", 250);

            String _ = run(server, home, work, blocks.get(1)).ok().out();
            send(server, "with a policy", 552);

            String why = run(server, home, work, blocks.get(2)).ok().out();
            assertTrue(why.contains("552") && why.contains("my-filter 0.1.0"), why);
            assertTrue(why.contains("count = 0") && why.contains("example.test.toml"), why);

            again(server, home, work);

            String _ = run(server, home, work, blocks.get(3)).ok().out();
            assertFalse(server.mutatio("filters", "list").ok().out().contains("my-filter"));
            send(server, "after", 250);
        } finally {
            Distribution.delete(folder);
        }
    }

    /// The page's last advice: change it, build it, deploy it again.
    private static void again(Server server, Path home, Path work) throws IOException, InterruptedException {
        Path source = work.resolve("my-filter/src/main/java/org/mutatio/examples/attachmentlimit/AttachmentLimit.java");
        String text = Files.readString(source);
        Files.writeString(source, text.replace("552, \"5.3.4\"", "550, \"5.7.0\""));
        String _ = run(server, home, work, """
                mvn -q package -DskipTests -f my-filter/pom.xml
                $MUTATIO/bin/mutatio deploy my-filter/target/my-filter-0.1.0.jar
                """).ok().out();
        send(server, "changed", 550);
    }

    private static void send(Server server, String subject, int code) throws IOException {
        byte[] mail = ("From: x@elsewhere.test\r\nSubject: " + subject
                        + "\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nHello\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (SmtpClient client = new SmtpClient(server.address("mx"))) {
            String reply = client.send("x@elsewhere.test", "ann@example.test", mail);
            assertEquals(250, code, subject + " should have been refused: " + reply);
        } catch (SmtpClient.RefusedException e) {
            assertTrue(String.valueOf(e.getMessage()).contains(code + " 5."), subject + ": " + e.getMessage());
        }
    }

    private static Server.Answer run(Server server, Path home, Path work, String block)
            throws IOException, InterruptedException {
        String script = "set -e\n" + block.replace("127.0.0.1:2525", "127.0.0.1:" + server.port("mx"));
        ProcessBuilder builder =
                new ProcessBuilder("sh", "-c", script).directory(work.toFile()).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("HOME", home.toString());
        environment.put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -Duser.home=" + home); // it lives for seconds
        environment.put("MUTATIO", Distribution.folder().toString());
        environment.put("MUTATIO_HOME", server.home().toString());
        environment.merge("PATH", System.getProperty("maven.home") + "/bin:", (old, maven) -> maven + old);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("does not end:\n" + script + out);
        }
        return new Server.Answer(process.exitValue(), out);
    }

    /// Links to everything of the real one but what is ours.
    private static void localRepository(Path settings) throws IOException {
        Path real = Path.of(System.getProperty("local.repository"));
        Path own = Files.createDirectories(settings.resolve("repository"));
        link(real, own, "org");
        link(real.resolve("org"), Files.createDirectories(own.resolve("org")), "mutatio");
        Files.writeString(settings.resolve("settings.xml"), "<settings><offline>true</offline></settings>\n");
    }

    private static void link(Path from, Path to, String but) throws IOException {
        try (Stream<Path> all = Files.list(from)) {
            for (Path one : all.toList()) {
                String name = String.valueOf(one.getFileName());
                if (!name.equals(but)) {
                    Path _ = Files.createSymbolicLink(to.resolve(name), one.toAbsolutePath());
                }
            }
        }
    }
}
