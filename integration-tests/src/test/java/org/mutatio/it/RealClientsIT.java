package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The programs that people use, each on its everyday round: send, list, read with an attachment, flag,
/// move, delete.
class RealClientsIT {

    private static Server server;
    private static Path folder;

    @BeforeAll
    static void start() throws Exception {
        server = Server.home("clients")
                .start()
                .accounts("ann@example.test", "bo@shop.example.test", "cy@example.test", "di@example.test");
        folder = Files.createDirectories(Distribution.WORK.resolve("clients"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void curlSendsAndReads() throws Exception {
        Needs.program("curl");
        Path mail = folder.resolve("curl.eml");
        Files.writeString(
                mail,
                "From: ann@example.test\r\nTo: bo@shop.example.test\r\nSubject: by curl\r\n\r\nGrüße von curl\r\n",
                StandardCharsets.UTF_8);
        run(
                "curl",
                "-sS",
                "--ssl-reqd",
                "-k",
                "--url",
                "smtp://127.0.0.1:" + server.port("submission"),
                "--user",
                "ann@example.test:" + Server.PASSWORD,
                "--mail-from",
                "ann@example.test",
                "--mail-rcpt",
                "bo@shop.example.test",
                "-T",
                mail.toString());
        run(
                "curl",
                "-sS",
                "-k",
                "--url",
                "smtps://127.0.0.1:" + server.port("submissions"),
                "--user",
                "ann@example.test:" + Server.PASSWORD,
                "--mail-from",
                "ann@example.test",
                "--mail-rcpt",
                "bo@shop.example.test",
                "-T",
                mail.toString());
        String user = "bo@shop.example.test:" + Server.PASSWORD;
        String imaps = "imaps://127.0.0.1:" + server.port("imaps") + "/";
        String list = run("curl", "-sS", "-k", "--user", user, imaps);
        for (String name : List.of("INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive")) {
            assertTrue(list.contains(name), list);
        }
        String text = run("curl", "-sS", "-k", "--user", user, imaps + "INBOX;MAILINDEX=1");
        assertTrue(text.contains("Subject: by curl") && text.contains("Grüße von curl"), text);
        String status = run("curl", "-sS", "-k", "--user", user, imaps, "-X", "STATUS INBOX (MESSAGES)");
        assertTrue(status.contains("MESSAGES 2"), status);
    }

    @Test
    void swaksTalksEveryWayIn() throws Exception {
        Needs.program("swaks");
        String mx = "127.0.0.1:" + server.port("mx");
        String plain = run("swaks", "--server", mx, "--from", "x@elsewhere.test", "--to", "cy@example.test");
        assertTrue(plain.contains("250 2.0.0 kept as "), plain);
        String tls = run("swaks", "--server", mx, "--tls", "--from", "x@elsewhere.test", "--to", "cy@example.test");
        assertTrue(tls.contains("TLS started") && tls.contains("250 2.0.0 kept as "), tls);
        for (String mechanism : List.of("PLAIN", "LOGIN")) {
            String sent = run(
                    "swaks",
                    "--server",
                    "127.0.0.1:" + server.port("submission"),
                    "--tls",
                    "--auth",
                    mechanism,
                    "--auth-user",
                    "ann@example.test",
                    "--auth-password",
                    Server.PASSWORD,
                    "--from",
                    "ann@example.test",
                    "--to",
                    "cy@example.test",
                    "--attach",
                    "@" + folder.resolve("swaks.bin"));
            assertTrue(sent.contains("235 2.7.0") && sent.contains("250 2.0.0 kept as "), sent);
        }
        Server.Answer relay =
                Needs.run(folder, "swaks", "--server", mx, "--from", "x@elsewhere.test", "--to", "y@elsewhere.test");
        assertTrue(relay.exit() != 0 && relay.out().contains("550 5.7.1"), relay.out());
        Server.Answer unknown =
                Needs.run(folder, "swaks", "--server", mx, "--from", "x@elsewhere.test", "--to", "nobody@example.test");
        assertTrue(unknown.exit() != 0 && unknown.out().contains("550 5.1.1"), unknown.out());
        Server.Answer lmtp = Needs.run(
                folder,
                "swaks",
                "--protocol",
                "LMTP",
                "--server",
                "127.0.0.1:" + server.port("lmtp"),
                "--from",
                "x@elsewhere.test",
                "--to",
                "cy@example.test,ann@example.test");
        assertTrue(lmtp.exit() == 0 && lmtp.out().contains("250 2.0.0 kept as "), lmtp.out());
    }

    @BeforeAll
    static void attachment() throws IOException {
        byte[] octets = new byte[20_000];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (i * 31);
        }
        Files.write(
                Files.createDirectories(Distribution.WORK.resolve("clients")).resolve("swaks.bin"), octets);
    }

    /// Python's smtplib and imaplib; the script asserts, this only runs it.
    @Test
    void pythonDoesItsRound() throws Exception {
        Needs.program("python3");
        Path script = Distribution.ROOT.resolve("integration-tests/src/test/resources/round.py");
        String out = run(
                "python3",
                script.toString(),
                "127.0.0.1",
                String.valueOf(server.port("submission")),
                String.valueOf(server.port("imap")),
                "ann@example.test",
                Server.PASSWORD,
                "di@example.test");
        assertTrue(out.contains("round complete"), out);
    }

    @Test
    void mbsyncSyncsAndThenChangesNothing() throws Exception {
        Needs.program("mbsync");
        try (ImapClient client = ImapClient.login(server, "cy@example.test")) {
            for (int i = 0; i < 5; i++) {
                ImapClient.Response _ = client.append(
                                "Archive",
                                i % 2 == 0 ? "\\Seen" : "\\Flagged",
                                ("From: a@b.test\r\nSubject: sync " + i + "\r\nMessage-ID: <sync-" + i
                                                + "@b.test>\r\n\r\nbody " + i + "\r\n")
                                        .getBytes(StandardCharsets.US_ASCII))
                        .ok();
            }
        }
        Path mail = folder.resolve("mbsync");
        Path configuration = Needs.mbsyncrc(folder, mail, server.port("imap"), "cy@example.test");
        String first = run("mbsync", "-V", "-c", configuration.toString(), "-a");
        assertEquals(5, count(mail.resolve("Archive")), first);
        List<Path> before = files(mail);
        String second = run("mbsync", "-V", "-c", configuration.toString(), "-a");
        assertEquals(before, files(mail), second);
        // A flag set there and a mail deleted here go both ways.
        Path gone = files(mail.resolve("Archive")).stream()
                .filter(file -> file.toString().contains("/cur/"))
                .findFirst()
                .orElseThrow();
        Files.delete(gone);
        run("mbsync", "-c", configuration.toString(), "-a");
        try (ImapClient client = ImapClient.login(server, "cy@example.test")) {
            ImapClient.Response status =
                    client.command("STATUS Archive (MESSAGES)").ok();
            assertTrue(
                    String.join("", status.untagged()).contains("MESSAGES 4"),
                    status.untagged().toString());
        }
    }

    private static long count(Path maildir) throws IOException {
        return files(maildir).stream()
                .filter(file -> file.toString().matches(".*/(cur|new)/.*"))
                .count();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*/(cur|new)/.*"))
                    .sorted()
                    .toList();
        }
    }

    private static String run(String... line) throws IOException, InterruptedException {
        return Needs.run(folder, line).ok().out();
    }
}
