package org.mutatio.imap.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// Large mailboxes and messages over the real store (cases perf-9f8 and perf-96f; promises section 8, line 17).
@Timeout(60)
class LargeTest {

    @Test
    void aHundredThousandMessages(@TempDir Path data) throws Exception {
        try (RealStore store = new RealStore(data);
                House house = store.house("large")) {
            Client client = house.loggedIn();
            for (int i = 0; i < 25; i++) {
                client.append("INBOX", "s" + i);
            }
            client.ok("SELECT INBOX");
            for (int i = 0; i < 12; i++) {
                patiently(client, "UID COPY 1:* INBOX");
                awaitMessages(client, 25L << i + 1);
            }
            patiently(client, "STORE 5000 +FLAGS.SILENT (\\Flagged)");
            long began = System.nanoTime();
            List<String> answers = client.ok("SELECT INBOX");
            assertTrue(answers.contains("* 102400 EXISTS"), answers.toString());
            long selected = System.nanoTime();
            client.say("f FETCH 1:* (FLAGS UID)");
            int lines = 0;
            while (!client.line().startsWith("f OK")) {
                lines++;
            }
            long fetched = System.nanoTime();
            assertEquals(102_400, lines);
            assertEquals("* SEARCH 5000", client.ok("UID SEARCH FLAGGED").getFirst());
            long searched = System.nanoTime();
            report("SELECT", selected - began);
            report("FETCH 1:* (FLAGS UID)", fetched - selected);
            report("UID SEARCH FLAGGED", searched - fetched);
        }
    }

    /// Again while the index is too far behind for changes (architecture section 5).
    private static void patiently(Client client, String command) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            String answer = client.command(command).getLast();
            if (answer.startsWith("OK")) {
                return;
            }
            assertTrue(answer.startsWith("NO [UNAVAILABLE]") && System.nanoTime() < until, answer);
        }
    }

    /// What is kept is answered OK also while the index is behind (architecture section 5): then the session's view is.
    private static void awaitMessages(Client client, long count) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String counted = client.ok("SEARCH RETURN (COUNT) ALL").getFirst();
        while (!counted.endsWith(" COUNT " + count)) {
            assertTrue(System.nanoTime() < until, counted + ", not " + count);
            client.ok("NOOP");
            counted = client.ok("SEARCH RETURN (COUNT) ALL").getFirst();
        }
    }

    @SuppressWarnings("SystemOut") // figures for docs/performance.md
    private static void report(String what, long nanos) {
        System.out.println("imap/large, 102,400 messages: " + what + " " + nanos / 1_000_000 + " ms");
    }

    @Test
    void aLargeMessageGoesInAndOutInPieces(@TempDir Path data) throws Exception {
        try (RealStore store = new RealStore(data);
                House house = store.house("large")) {
            Client client = house.loggedIn();
            byte[] message = ("Subject: large\r\n\r\n" + "0123456789abcdef0123456789abcdef\r\n".repeat(300_000))
                    .getBytes(StandardCharsets.US_ASCII);
            List<String> appended = client.append("INBOX (\\Seen)", message);
            assertTrue(appended.getLast().startsWith("OK [APPENDUID "), appended.toString());
            client.ok("SELECT INBOX");
            assertEquals(
                    "* 1 FETCH (RFC822.SIZE " + message.length + " BODY[]<10000000> {10}\r\n"
                            + new String(message, 10_000_000, 10, StandardCharsets.US_ASCII) + ")",
                    client.ok("FETCH 1 (RFC822.SIZE BODY.PEEK[]<10000000.10>)").getFirst());
            assertEquals(
                    message.length,
                    client.ok("FETCH 1 BODY.PEEK[]").getFirst().length()
                            - ("* 1 FETCH (BODY[] {" + message.length + "}\r\n)").length());
        }
    }
}
