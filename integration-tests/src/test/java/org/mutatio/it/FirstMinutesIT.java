package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// What an administrator does in the first minutes: start, make an account, send, read, ask why.
class FirstMinutesIT {

    private static final Pattern KEPT = Pattern.compile("kept as ([0-9A-HJKMNP-TV-Z]{26})");

    private static byte[] mail(String subject) {
        return ("From: x@elsewhere.test\r\nTo: ann@example.test\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject
                        + "@elsewhere.test>\r\n\r\nHello\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void mailComesInIsKeptReadAndExplained() throws Exception {
        try (Server server = Server.home("first").start().accounts("ann@example.test", "bo@shop.example.test")) {
            String reply;
            try (SmtpClient client = new SmtpClient(server.address("mx"))) {
                reply = client.send("x@elsewhere.test", "sales@example.test", mail("first"));
            }
            Matcher kept = KEPT.matcher(reply);
            assertTrue(kept.find(), reply);
            String id = kept.group(1);

            for (String user : List.of("ann@example.test", "bo@shop.example.test")) {
                try (ImapClient client = ImapClient.login(server, user)) {
                    ImapClient.Response selected =
                            client.command("SELECT INBOX").ok();
                    assertTrue(
                            selected.untagged().contains("* 1 EXISTS"),
                            selected.untagged().toString());
                    String message =
                            client.command("FETCH 1 BODY[]").ok().untagged().getFirst();
                    assertTrue(message.contains("Subject: first") && message.contains(id), message);
                }
            }

            String why = server.mutatio("explain", id).ok().out();
            assertTrue(why.contains("example.test.toml:2"), why);
            assertTrue(why.contains("org.mutatio.router"), why);
            assertTrue(
                    server.mutatio("explain", "first@elsewhere.test").ok().out().contains(id));
            assertTrue(server.mutatio("explain", "sales@example.test", "--since", "1h", "--json")
                    .ok()
                    .out()
                    .contains(id));

            String status = server.mutatio("status").ok().out();
            assertTrue(status.contains("0.1.0"), status);
            String show = server.mutatio("policy", "show", "us.shop.example.test")
                    .ok()
                    .out();
            assertTrue(show.contains("1 MB") && show.contains("shop.example.test.toml:2"), show);

            // Refused mail is explained, too.
            try (SmtpClient client = new SmtpClient(server.address("mx"))) {
                client.send("x@elsewhere.test", "nobody@example.test", mail("second"));
                throw new AssertionError("an unknown recipient was accepted");
            } catch (SmtpClient.RefusedException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("550 5.1.1"), e.getMessage());
            }
            String refused = server.mutatio("explain", "nobody@example.test", "--since", "1h")
                    .ok()
                    .out();
            assertTrue(refused.contains("5.1.1"), refused);
            assertEquals(0, server.mutatio("store", "verify").ok().exit());
            assertEquals(0, server.stop() & 0x7f & ~15, "SIGTERM is a clean end (0 or 143)");

            // All is there after a restart.
            server.start();
            try (ImapClient client = ImapClient.login(server, "ann@example.test")) {
                assertTrue(client.command("SELECT INBOX").ok().untagged().contains("* 1 EXISTS"));
            }
            assertTrue(server.mutatio("explain", id).ok().out().contains(id));
        }
    }

    @Test
    void quickstartMakesAWorkingServer() throws Exception {
        Server server = Server.home("quickstart");
        Distribution.delete(server.home());
        Server.Answer made = server.mutatio("quickstart", "ann@example.org", "--unprivileged", "--listen", "127.0.0.1")
                .ok();
        for (String word : List.of("MX", "v=spf1", "v=DKIM1", "_dmarc", "_imaps._tcp", "assword")) {
            assertTrue(made.out().contains(word), made.out());
        }
        assertTrue(Files.exists(server.home().resolve("config/domains/example.org.toml")));
        assertTrue(Files.exists(server.home().resolve("config/mutatio.toml")));
        Server.Answer again =
                server.mutatio("quickstart", "ann@example.org", "--unprivileged", "--listen", "127.0.0.1");
        assertTrue(again.exit() != 0, "a home that is in use is not overwritten: " + again.out());
    }

    @Test
    void aCommandWithoutAServerSaysSo() throws Exception {
        Server server = Server.home("absent");
        Server.Answer answer = server.mutatio("queue", "list");
        assertEquals(69, answer.exit(), answer.out());
        assertFalse(answer.out().contains("Exception"), answer.out());
        Server.Answer usage = server.mutatio("nonsense");
        assertEquals(64, usage.exit(), usage.out());
        assertTrue(server.mutatio("version").ok().out().contains("0.1.0"));
    }
}
