package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Our own bundles are replaced below live IMAP sessions, and no client notices: one in IDLE by Python's imaplib under
/// TLS, mbsync in a loop, and one of ours that knows each untagged answer before it comes.
class HandOverIT {
    private static final String USER = "ann@example.test";

    private static final String IDLER = """
            import imaplib, ssl, sys
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            box = imaplib.IMAP4_SSL('127.0.0.1', int(sys.argv[1]), ssl_context=context, timeout=60)
            box.login(sys.argv[2], sys.argv[3])
            box.select('INBOX')
            box.send(b'i1 IDLE\\r\\n')
            print(box.readline().decode().strip(), flush=True)
            for _ in range(int(sys.argv[4])):
                print(box.readline().decode().strip(), flush=True)
            box.send(b'DONE\\r\\n')
            print(box.readline().decode().strip(), flush=True)
            print(box.noop()[0], box.logout()[0], flush=True)
            """;

    @Test
    void sessionsLiveOnWhenImapIsReplaced() throws Exception {
        Needs.program("mbsync");
        Needs.program("python3");
        Path folder = Files.createDirectories(Distribution.WORK.resolve("hand-over"));
        try (Server server = Server.home("hand-over").start().ready().accounts(USER);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                ImapClient writer = ImapClient.login(server, USER);
                ImapClient idle = ImapClient.login(server, USER)) {
            append(writer, "first");
            ImapClient.Response _ = writer.command("SELECT INBOX").ok();
            ImapClient.Response _ = idle.command("ENABLE CONDSTORE").ok();
            ImapClient.Response _ = idle.command("SELECT INBOX").ok();
            ImapClient.Response _ = idle.command("SEARCH RETURN (SAVE) ALL").ok();
            idle.send("i IDLE\r\n");
            assertEquals("+ idling", idle.response());
            int swaps = 2;
            Path script = folder.resolve("idler.py");
            Files.writeString(script, IDLER, StandardCharsets.US_ASCII);
            Process python = new ProcessBuilder(
                            "python3",
                            script.toString(),
                            Integer.toString(server.port("imaps")),
                            USER,
                            Server.PASSWORD,
                            Integer.toString(3 * swaps))
                    .redirectErrorStream(true)
                    .start();
            AtomicBoolean over = new AtomicBoolean();
            Future<Integer> mbsync = executor.submit(mbsync(server, folder, over));
            try (AutoCloseable _ = () -> over.set(true); // a failure must not wait for mbsync
                    var said = python.inputReader(StandardCharsets.US_ASCII)) {
                assertEquals("+ idling", said.readLine());
                for (int swap = 1; swap <= swaps; swap++) {
                    String answer = server.mutatio(
                                    "deploy",
                                    BundleVersions.newer("org.mutatio.imap", "0.1.0.swap" + swap)
                                            .toString())
                            .ok()
                            .out();
                    assertTrue(answer.contains("is live"), answer);
                    append(writer, "after swap " + swap);
                    assertEquals("* " + (swap + 1) + " EXISTS", said.readLine());
                    assertEquals("* " + (swap + 1) + " EXISTS", idle.response());
                    ImapClient.Response _ =
                            writer.command("STORE 1 +FLAGS.SILENT (\\Flagged)").ok();
                    String changed = idle.response();
                    assertTrue(changed.startsWith("* 1 FETCH (UID 1 MODSEQ ("), changed);
                    assertTrue(said.readLine().startsWith("* 1 FETCH (FLAGS ("));
                    ImapClient.Response _ =
                            writer.command("STORE 1 -FLAGS.SILENT (\\Flagged)").ok();
                    assertTrue(idle.response().startsWith("* 1 FETCH (UID 1 MODSEQ ("));
                    assertTrue(said.readLine().startsWith("* 1 FETCH (FLAGS ("));
                }
                assertEquals("i1 OK idled", said.readLine());
                assertEquals("OK BYE", said.readLine());
            }
            idle.send("DONE\r\n");
            assertEquals("i OK idled", idle.response());
            assertEquals(
                    List.of("* 1 FETCH (UID 1)"),
                    idle.command("FETCH $ (UID)").ok().untagged());
            over.set(true);
            assertTrue(mbsync.get(60, TimeUnit.SECONDS) > 0);
            assertTrue(python.waitFor(30, TimeUnit.SECONDS));
        }
    }

    /// Until it is over; each run must end well.
    private static Callable<Integer> mbsync(Server server, Path folder, AtomicBoolean over) throws IOException {
        Path mail = folder.resolve("mbsync");
        Path configuration = Needs.mbsyncrc(folder, mail, server.port("imap"), USER);
        return () -> {
            int runs = 0;
            while (!over.get()) {
                Server.Answer _ = Needs.run(folder, "mbsync", "-c", configuration.toString(), "-a")
                        .ok();
                runs++;
            }
            return runs;
        };
    }

    private static void append(ImapClient client, String subject) throws IOException {
        ImapClient.Response _ = client.append(
                        "INBOX",
                        "",
                        ("From: bo@example.test\r\nSubject: " + subject + "\r\n\r\nbody\r\n")
                                .getBytes(StandardCharsets.US_ASCII))
                .ok();
    }
}
