package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// A real disk that is full, 64 MB of it.
class FullDiskIT {

    private static final String ANN = "ann@example.test";

    private int number;

    private void send(Server server, int size) throws IOException, SmtpClient.RefusedException {
        byte[] message = ("Subject: " + number++ + "\r\n\r\n" + "The post rode on.\r\n".repeat(size / 19))
                .getBytes(StandardCharsets.US_ASCII);
        try (SmtpClient client = new SmtpClient(server.address("mx"))) {
            String _ = client.send("x@sender.test", ANN, message);
        }
    }

    @Test
    void whatFitsIsKeptTheRestWaitsAndReadingGoesOn() throws Exception {
        Needs.privateDisk();
        try (Server server = Server.home("full").onDisk("64m").start().accounts(ANN)) {
            // Not all of it is ours.
            String filler = server.home().resolve("data/filler").toString();
            Server.Answer _ = server.inside("dd", "if=/dev/zero", "of=" + filler, "bs=64k", "count=320");
            int kept = untilRefused(server, 1_000_000);
            assertTrue(kept > 10, kept + " of 44 MB");

            // Now the rest of it is taken by somebody else, to the last octet.
            Server.Answer _ = server.inside("dd", "if=/dev/zero", "of=" + filler, "bs=64k", "count=1000", "seek=320");
            kept += untilRefused(server, 100); // some still go into the last page of a file
            int flagged = 0;
            try (ImapClient client = ImapClient.login(server, ANN)) {
                ImapClient.Response _ = client.command("SELECT INBOX").ok();
                for (int i = 0; i < 30; i++) {
                    int message = i % 10 + 1;
                    ImapClient.Response change = client.command("STORE " + message + " +FLAGS (word" + i + ")");
                    flagged += change.tagged().startsWith("OK") ? 1 : 0;
                    assertTrue(
                            change.tagged().startsWith("OK") || change.tagged().startsWith("NO ["),
                            "told with a code: " + change.tagged());
                    ImapClient.Response read = client.command("FETCH " + message + " (BODY.PEEK[])")
                            .ok();
                    assertTrue(read.untagged().toString().contains("The post rode on."), "read: " + message);
                }
                assertEquals(kept, fetched(client, "UID RFC822.SIZE").size());
            }

            Server.Answer removed = server.inside("rm", filler);
            assertEquals(0, removed.exit(), removed.out());
            kept += sentAtLast(server);
            try (ImapClient client = ImapClient.login(server, ANN)) {
                ImapClient.Response _ = client.command("SELECT INBOX").ok();
                List<String> flags = fetched(client, "FLAGS");
                assertEquals(kept, flags.size());
                int words = String.join(" ", flags).split("word", -1).length - 1;
                assertEquals(flagged, words, "what was refused did not happen, what was answered did");
                ImapClient.Response _ =
                        client.command("STORE 1 +FLAGS (\\Flagged)").ok();
            }
            Server.Answer verify = server.mutatio("store", "verify").ok();
            assertTrue(verify.out().contains("all is well"), verify.out());
            Server.Answer aside = server.inside("sh", "-c", "ls " + server.home() + "/data | grep -c set-aside");
            assertEquals("0", aside.out().strip(), "a good index was thrown away");
        }
    }

    /// @return how many were kept before one was told to come later
    private int untilRefused(Server server, int size) throws IOException {
        for (int kept = 0; kept < 1_000; kept++) {
            try {
                send(server, size);
            } catch (SmtpClient.RefusedException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith("452 4.3.1"), e.getMessage());
                return kept;
            }
        }
        throw new AssertionError("never refused");
    }

    private static List<String> fetched(ImapClient client, String what) throws IOException {
        return client.command("FETCH 1:* (" + what + ")").ok().untagged().stream()
                .filter(line -> line.contains(" FETCH ("))
                .toList();
    }

    /// By itself, a sender's next attempts suffice.
    private int sentAtLast(Server server) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                send(server, 100);
                return 1;
            } catch (SmtpClient.RefusedException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith("4"), e.getMessage());
                if (System.nanoTime() > end) {
                    throw new AssertionError("still refused: " + e.getMessage() + "\n" + server.saidOf(""), e);
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }
}
