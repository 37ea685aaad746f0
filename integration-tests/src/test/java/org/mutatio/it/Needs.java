package org.mutatio.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/// Programs of the machine that a test drives: skipped with a reason where absent, a failure under
/// `.ci/run`.
final class Needs {

    /// Packages that are not called as their program.
    private static final Map<String, String> DEBIAN = Map.of("mbsync", "isync", "testssl", "testssl.sh");

    private Needs() {}

    static void program(String name) {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return;
            }
        }
        skip(name + " is not installed (Debian: apt-get install " + DEBIAN.getOrDefault(name, name) + ")");
    }

    /// A disk of its own, mounted by whoever runs the tests, in a namespace of its own.
    static void privateDisk() throws IOException, InterruptedException {
        program("unshare");
        program("nsenter");
        Server.Answer mounted =
                run(Path.of("/"), "unshare", "-r", "-m", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt");
        if (mounted.exit() != 0) {
            skip("no file system can be mounted in a namespace here: "
                    + mounted.out().strip());
        }
    }

    private static void skip(String reason) {
        if (Boolean.getBoolean("require.everything")) {
            Assertions.fail(reason);
        }
        Assumptions.abort(reason);
    }

    /// Runs a program to its end.
    static Server.Answer run(Path folder, String... line) throws IOException, InterruptedException {
        return run(folder, List.of(line));
    }

    static Server.Answer run(Path folder, List<String> line) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("does not end: " + line + "\n" + out);
        }
        return new Server.Answer(process.exitValue(), out);
    }

    /// The file by which mbsync keeps all mailboxes of a user in a new Maildir++ folder, both ways.
    static Path mbsyncrc(Path folder, Path mail, int port, String user) throws IOException {
        Distribution.delete(mail);
        Files.createDirectories(mail);
        Path configuration = folder.resolve("mbsyncrc");
        Files.writeString(
                configuration, """
                IMAPAccount m
                Host 127.0.0.1
                Port %d
                User %s
                Pass "%s"
                SSLType None
                AuthMechs LOGIN

                IMAPStore far
                Account m

                MaildirStore near
                Path %s/
                Inbox %s/INBOX
                SubFolders Verbatim

                Channel all
                Far :far:
                Near :near:
                Patterns *
                Create Both
                Expunge Both
                SyncState *
                """.formatted(port, user, Server.PASSWORD, mail, mail), StandardCharsets.US_ASCII);
        return configuration;
    }
}
