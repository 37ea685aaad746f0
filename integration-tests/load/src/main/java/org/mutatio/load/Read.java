package org.mutatio.load;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a mailbox as clients do, and measures it; see README.md of this module. Each run prints one line of JSON.
public final class Read {

    private static final Pattern EXISTS = Pattern.compile("\\* (\\d+) EXISTS");
    private static final int TIMES = 9;

    private final Options given;
    private final InetSocketAddress imap;

    private Read(Options given) {
        this.given = given;
        this.imap = given.address("--imap");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Options given = new Options(
                Map.of(
                        "--smtp", "127.0.0.1:2525",
                        "--imap", "127.0.0.1:2143",
                        "--mailbox", "INBOX",
                        "--silent", "Drafts",
                        "--count", "1000",
                        "--size", "2048",
                        "--messages", "200"),
                arguments);
        Read read = new Read(given);
        String result = switch (Objects.requireNonNullElse(given.get("--kind"), "")) {
            case "mailbox" -> read.mailbox();
            case "idling" -> read.idling();
            case "fill" -> read.fill();
            default -> "";
        };
        if (!result.isEmpty()) {
            out.println(result);
            Figures.record(given.get("--record"), result, arguments);
            return;
        }
        out.println("usage: --kind mailbox --user ADDRESS --password WORD [--mailbox NAME] [--imap HOST:PORT]"
                + " | --kind idling --user ADDRESS --password WORD --pid SERVER_PROCESS [--count CONNECTIONS]"
                + " [--messages N] [--silent MAILBOX] [--imap HOST:PORT] [--smtp HOST:PORT]"
                + " | --kind fill --folder NEW_FOLDER [--count MESSAGES] [--size OCTETS]; [--record FILE]");
        System.exit(64);
    }

    private ImapClient client() throws IOException {
        ImapClient client = new ImapClient(imap);
        try {
            client.login(given.need("--user"), given.need("--password"));
            return client;
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    private static long timed(ImapClient client, Latencies times, String command) throws IOException {
        long begin = System.nanoTime();
        String _ = client.command(command);
        long time = System.nanoTime() - begin;
        times.add(time);
        return time;
    }

    /// SELECT, flags and bodies. The first SELECT is a cold one when nobody opened the mailbox since the server's
    /// start.
    private String mailbox() throws IOException {
        String select = "SELECT \"" + given.need("--mailbox") + "\"";
        String flags = "FETCH 1:* (FLAGS UID)";
        try (ImapClient client = client()) {
            long begin = System.nanoTime();
            String answer = client.command(select);
            double first = (System.nanoTime() - begin) / 1e6;
            Matcher exists = EXISTS.matcher(answer);
            if (!exists.find()) {
                throw new IOException("SELECT without EXISTS: " + answer);
            }
            Latencies selects = new Latencies();
            Latencies fetches = new Latencies();
            double firstFlags = timed(client, fetches, flags) / 1e6;
            for (int i = 0; i < TIMES; i++) {
                long _ = timed(client, selects, select);
                long _ = timed(client, fetches, flags);
            }
            long before = client.octets();
            long time = timed(client, new Latencies(), "FETCH 1:* BODY.PEEK[]");
            return String.format(
                    Locale.ROOT,
                    "{\"kind\":\"mailbox\",\"messages\":%s,\"select_first_ms\":%.1f,\"select_p50_ms\":%.2f,"
                            + "\"flags_first_ms\":%.1f,\"flags_p50_ms\":%.1f,\"bodies_mb\":%.1f,\"bodies_mb_per_s\":%.0f}",
                    exists.group(1),
                    first,
                    selects.millis(0.5),
                    firstFlags,
                    fetches.millis(0.5),
                    (client.octets() - before) / 1e6,
                    (client.octets() - before) * 1e3 / time);
        }
    }

    /// Heap of `--count` connections in IDLE on a mailbox where nothing happens, and how long after its 250 a message
    /// is told to one that watches INBOX.
    private String idling() throws IOException, InterruptedException {
        ServerProcess server = given.server();
        int count = given.number("--count");
        List<ImapClient> silent = new ArrayList<>();
        try (ImapClient watcher = client()) {
            String _ = watcher.command("SELECT INBOX");
            watcher.idle();
            long heap = server.heap();
            long rss = server.rss();
            for (int i = 0; i < count; i++) {
                ImapClient client = client();
                silent.add(client);
                String _ = client.command("SELECT \"" + given.need("--silent") + "\"");
                client.idle();
            }
            double each = (server.heap() - heap) / (double) Math.max(1, count);
            Latencies told = new Latencies();
            try (SmtpClient sender = new SmtpClient(given.address("--smtp"))) {
                for (int i = 0; i < given.number("--messages"); i++) {
                    // Told before the sender has read its 250: the wait below is then a short one, not a negative one.
                    String _ = sender.send(
                            "idle@sender.test", given.need("--user"), message(i, given.number("--size"), "\r\n"));
                    long kept = System.nanoTime();
                    while (!EXISTS.matcher(watcher.line()).matches()) {
                        // other lines of the mailbox
                    }
                    told.add(System.nanoTime() - kept);
                }
            } catch (SmtpClient.RefusedException e) {
                throw new IOException("the server refused a message: " + e.getMessage(), e);
            }
            return String.format(
                    Locale.ROOT,
                    "{\"kind\":\"idling\",\"connections\":%d,\"heap_kib_each\":%.1f,\"rss_before_mib\":%d,\"rss_mib\":%d,%s}",
                    count,
                    each,
                    rss / 1024,
                    server.rss() / 1024,
                    told.json("told"));
        } finally {
            for (ImapClient client : silent) {
                client.close();
            }
        }
    }

    /// Writes `INBOX.mbox` into a new folder, for `mutatio store import`; no two messages are alike.
    private String fill() throws IOException {
        int count = given.number("--count");
        Path folder = Files.createDirectory(Path.of(given.need("--folder")));
        try (BufferedWriter to = Files.newBufferedWriter(folder.resolve("INBOX.mbox"), StandardCharsets.US_ASCII)) {
            for (int i = 0; i < count; i++) {
                to.write("From MAILER-DAEMON Tue Dec  1 00:00:00 2026\nStatus: O\n");
                to.write(new String(message(i, given.number("--size"), "\n"), StandardCharsets.US_ASCII));
                to.write('\n');
            }
        }
        return "{\"kind\":\"fill\",\"messages\":" + count + "}";
    }

    private static byte[] message(int number, int size, String end) {
        StringBuilder text = new StringBuilder("From: ann@sender.test" + end + "To: bo@example.test" + end
                + "Date: Tue, 1 Dec 2026 00:00:00 +0000" + end + "Message-ID: <" + number + "." + size
                + "@sender.test>" + end + "Subject: letter " + number + end + end);
        while (text.length() < size) {
            text.append("The post changed horses at the mutatio and rode on without stopping. 012345")
                    .append(end);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
