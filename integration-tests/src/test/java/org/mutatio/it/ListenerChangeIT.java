package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// `[[listener]]` tables come, change and go while the server runs: who is connected stays connected.
class ListenerChangeIT {

    private static final String USER = "ann@example.test";
    private static final Pattern SIZE = Pattern.compile("250.SIZE (\\d+)");
    private static final String CONFIG = "config/mutatio.toml";

    @Test
    void listenersChangeWhileTheirConnectionsStay() throws Exception {
        try (Server server = Server.home("listeners").start().accounts(USER);
                SmtpClient smtp = new SmtpClient(server.address("mx"));
                ImapClient imap = ImapClient.login(server, USER)) {
            String before = server.read(CONFIG);
            String mx = "address = \"127.0.0.1:" + server.port("mx") + "\"";
            int moved = server.newPort("moved");
            int more = server.newPort("more");

            // One moves to another port, one goes, one comes.
            String changed = before.replace(mx, "address = \"127.0.0.1:" + moved + "\"")
                    + "\n[[listener]]\nname = \"more\"\nprotocol = \"smtp\"\nrole = \"mx\"\ntls = \"none\"\n"
                    + "address = \"127.0.0.1:" + more + "\"\nmessage-size = \"5 MB\"\n";
            server.write(CONFIG, withoutListener(changed, "imap"));
            await(server, "moved", true);
            await(server, "more", true);
            await(server, "mx", false);
            await(server, "imap", false);
            String _ = smtp.send("bo@sender.test", USER, message(1));
            assertTrue(imap.command("SELECT INBOX").ok().untagged().contains("* 1 EXISTS"));
            assertEquals(5_000_000, size(server, "more"));
            assertEquals(50_000_000, size(server, "moved"));
            try (SmtpClient other = new SmtpClient(server.address("more"))) {
                String _ = other.send("bo@sender.test", USER, message(2));
            }
            assertTrue(imap.command("NOOP").ok().untagged().contains("* 2 EXISTS"));

            // A wrong one changes nothing, and says where it is wrong: a key, a value that only its bundle can judge.
            int line = before.split("\n", -1).length;
            server.write(CONFIG, before + "\n[[listener]]\nname = \"x\"\nprotocl = \"smtp\"\n");
            awaitStatus(server, CONFIG + ":" + (line + 3) + ":1: unknown key protocl; did you mean protocol?");
            server.write(CONFIG, before + "\n[[listener]]\nname = \"x\"\nprotocol = \"smtp\"\naddress = \"here\"\n");
            awaitStatus(server, CONFIG + ":" + (line + 1) + ":1: [[listener]] \"x\": address = \"here\"");
            server.write(CONFIG, before + "\n[imap]\nmessage-size = \"20 MB\"\nidle-timeout = \"5 m\"\n");
            awaitStatus(server, CONFIG + ":" + (line + 3) + ":1: idle-timeout is 5 m");
            assertTrue(server.answers("moved"));
            assertFalse(server.answers("mx"));

            // A file that is away changes nothing, nor does one that is torn.
            Files.delete(server.home().resolve(CONFIG));
            awaitStatus(server, CONFIG + ": the file is missing; what was read before goes on");
            assertTrue(server.answers("moved"));
            server.write(CONFIG, before + "\n[imap]\nmessage-size = \"20 M");
            awaitStatus(server, CONFIG + ":" + (line + 2) + ":");
            assertTrue(server.answers("moved"));

            // A port that somebody else has is told too, and the others serve.
            server.write(CONFIG, before.replace(mx, "address = \"127.0.0.1:" + server.port("console") + "\""));
            await(server, "imap", true);
            awaitStatus(server, "127.0.0.1:" + server.port("console"));

            // Back to what it was.
            server.write(CONFIG, before);
            await(server, "mx", true);
            await(server, "more", false);
            assertEquals(200, server.ready().console("/ready").getResponseCode());
            String _ = smtp.send("bo@sender.test", USER, message(3));
            assertTrue(imap.command("NOOP").ok().untagged().contains("* 3 EXISTS"));
        }
    }

    @Test
    void aServerThatStartsWithAWrongValueTakesTheLastGoodFile() throws Exception {
        try (Server server = Server.home("last-good").start()) {
            Server _ = server.ready();
            server.stop();
            String before = server.read(CONFIG);
            server.write(CONFIG, before.replace("[smtp]\n", "[smtp]\ncommand-timeout = \"soon\"\n"));
            server.start();
            awaitStatus(server, "command-timeout");
            server.write(CONFIG, before);
            Server _ = server.ready();
        }
    }

    /// What SIZE (RFC 1870) is said there.
    private static long size(Server server, String port) throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(server.address(port));
            socket.getOutputStream().write("EHLO c.test\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher size = SIZE.matcher(said);
            assertTrue(size.find(), said);
            return Long.parseLong(size.group(1));
        }
    }

    private static byte[] message(int number) {
        return ("From: bo@sender.test\r\nMessage-ID: <" + number + "@sender.test>\r\n\r\nHello!\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String withoutListener(String config, String name) {
        int start = config.indexOf("[[listener]]\nname = \"" + name + "\"\n");
        int end = config.indexOf("[[listener]]", start + 1);
        return config.substring(0, start) + config.substring(end);
    }

    private static void await(Server server, String port, boolean answering) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (server.answers(port) != answering) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        port + (answering ? " does not answer" : " answers still") + "\n" + server.saidOf(""));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void awaitStatus(Server server, String text) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        String status = server.mutatio("status").out();
        while (!status.contains(text) && System.nanoTime() < end) {
            status = server.mutatio("status").out();
        }
        assertTrue(status.contains(text), status);
    }
}
