package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// An account of the running server goes out as a folder, comes into other accounts, and is read there by IMAP.
class StorePortIT {

    private static final String FETCH = "FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])";

    private static List<String> mailbox(ImapClient client, String name) throws Exception {
        List<String> lines = client.command("EXAMINE \"" + name + "\"").ok().untagged();
        List<String> all = new java.util.ArrayList<>(lines.stream()
                .filter(line -> line.contains("[UIDVALIDITY ") || line.contains("[UIDNEXT ") || line.contains("EXISTS"))
                .toList());
        all.addAll(client.command(FETCH).ok().untagged());
        return all;
    }

    @Test
    void anAccountGoesOutAndComesIntoAnother() throws Exception {
        try (Server server =
                Server.home("port").start().accounts("ann@example.test", "bo@example.test", "cy@example.test")) {
            server.ready();
            List<String> inbox;
            List<String> project;
            try (ImapClient ann = ImapClient.login(server, "ann@example.test")) {
                ann.command("CREATE \"Projects/Neu\"").ok();
                for (int i = 1; i <= 20; i++) {
                    byte[] mail = ("From: x@elsewhere.test\r\nSubject: number " + i + "\r\n\r\nFrom here\r\n"
                                    + "0123456789".repeat(i * 300) + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII);
                    ann.append(i % 2 == 0 ? "INBOX" : "Projects/Neu", "\\Flagged Work" + i % 3, mail)
                            .ok();
                }
                ann.command("SELECT INBOX").ok();
                ann.command("STORE 3 +FLAGS (\\Deleted)").ok();
                ann.command("EXPUNGE").ok();
                inbox = mailbox(ann, "INBOX");
                project = mailbox(ann, "Projects/Neu");
            }
            Path out = server.home().resolve("export");
            Server.Answer exported = server.mutatio(
                            "store", "export", "ann@example.test", "--to", out.toString(), "--json")
                    .ok();
            assertTrue(exported.out().contains("\"messages\":19"), exported.out());
            try (Stream<Path> files = Files.walk(out)) {
                assertEquals(
                        19,
                        files.filter(file -> file.toString().endsWith(".eml")).count());
            }
            Server.Answer imported = server.mutatio("store", "import", "bo@example.test", "--from", out.toString())
                    .ok();
            assertTrue(imported.out().contains("took 19 messages"), imported.out());
            assertTrue(server.mutatio("store", "import", "bo@example.test", "--from", out.toString())
                    .ok()
                    .out()
                    .contains("took 0 messages"));
            try (ImapClient bo = ImapClient.login(server, "bo@example.test")) {
                assertEquals(inbox, mailbox(bo, "INBOX"), "the same UIDs, flags, dates, octets");
                assertEquals(project, mailbox(bo, "Projects/Neu"));
            }
            for (String format : List.of("maildir", "mbox")) {
                Path other = server.home().resolve(format);
                server.mutatio("store", "export", "bo@example.test", "--to", other.toString(), "--format", format)
                        .ok();
                String took = server.mutatio("store", "import", "cy@example.test", "--from", other.toString())
                        .ok()
                        .out();
                // Whatever the format: the second one brings nothing that the first did not.
                assertTrue(took.contains(format.equals("maildir") ? "took 19 " : "took 0 "), took);
            }
            try (ImapClient cy = ImapClient.login(server, "cy@example.test")) {
                List<String> there = mailbox(cy, "INBOX");
                assertTrue(there.stream().anyMatch(line -> line.contains("Work1") && line.contains("\\Flagged")));
                assertFalse(there.stream().anyMatch(line -> line.contains("number 6\r\n")), "it was expunged");
            }
            Server.Answer none = server.mutatio("store", "import", "dora@example.test", "--from", out.toString());
            assertEquals(67, none.exit(), none.out());
            server.mutatio("store", "verify").ok();
            assertTrue(server.mutatio("store", "upgrade").ok().out().contains("already"));

            server.kill();
            Server.Answer fixed = server.mutatio("store", "verify", "--fix").ok();
            assertTrue(fixed.out().contains("repaired offline"), fixed.out());
            assertTrue(fixed.out().contains("nothing had to be done"), fixed.out());
            server.start().ready();
            server.mutatio("store", "verify").ok();
        }
    }
}
