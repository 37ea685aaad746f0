package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `[imap] filter-append = true`: what a client puts into a mailbox passes the filters.
class FilteredAppendIT {

    private static final Pattern KEPT = Pattern.compile("kept as ([0-9A-HJKMNP-TV-Z]{26})");

    private static final Path EXAMPLE =
            Distribution.ROOT.resolve("plugins-sdk/examples/attachment-limit/target/attachment-limit-0.1.0.jar");

    private static byte[] mail(String type) {
        return ("From: ann@example.test\r\nMessage-ID: <" + type
                        + "@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: " + type + "\r\n\r\nHello\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aFilterRefusesAndLetsPassAndIsExplained() throws Exception {
        Server server = Server.home("append");
        server.write(
                "config/mutatio.toml",
                java.nio.file.Files.readString(server.home().resolve("config/mutatio.toml"))
                        + "\n[imap]\nfilter-append = true\n");
        server.write("config/domains/example.test.toml", "[filters.attachment-limit]\ncount = 0\n");
        try (server) {
            server.start().accounts("ann@example.test");
            Server.Answer _ = server.mutatio("deploy", EXAMPLE.toString()).ok();
            try (ImapClient client = ImapClient.login(server, "ann@example.test")) {
                ImapClient.Response refused = client.append("Sent", "\\Seen", mail("application/pdf"));
                assertTrue(refused.tagged().startsWith("NO [LIMIT] more than 0 attachments ("), refused.tagged());
                ImapClient.Response kept =
                        client.append("Sent", "\\Seen", mail("text/plain")).ok();
                assertTrue(client.command("SELECT Sent").ok().untagged().contains("* 1 EXISTS"));
                String message =
                        client.command("FETCH 1 (FLAGS BODY[])").ok().untagged().getFirst();
                assertTrue(message.contains("\\Seen") && message.endsWith("Hello\r\n)"), message);

                Matcher id = KEPT.matcher(kept.tagged());
                assertTrue(id.find(), kept.tagged());
                String why = server.mutatio("explain", id.group(1)).ok().out();
                assertTrue(why.contains("attachment-limit 0.1.0") && why.contains("APPEND of"), why);
            }
            String why = server.mutatio("explain", "application/pdf@example.test")
                    .ok()
                    .out();
            assertTrue(why.contains("attachment-limit") && why.contains("552 5.3.4"), why);
            assertEquals(0, server.mutatio("store", "verify").ok().exit());
        }
    }
}
