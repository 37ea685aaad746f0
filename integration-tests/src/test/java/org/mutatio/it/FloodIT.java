package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;
import org.mutatio.load.Swarm;

/// Floods, small here: what they cost and what a good client waits is measured by `org.mutatio.load.Flood`
/// (docs/performance.md). Each bad client has an address of its own in 127.0.0.0/8.
class FloodIT {

    private static final String ANN = "ann@example.test";
    private static final int CLIENTS = Integer.getInteger("flood.clients", 400);

    private static final Pattern ACTIVE =
            Pattern.compile("mutatio_connections_active\".*?\"value\":\\s*([0-9.E]+)", Pattern.DOTALL);

    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        server = Server.home("flood");
        server.write(
                "config/mutatio.toml",
                server.read("config/mutatio.toml")
                        .replace("trusted = [\"127.0.0.0/8\"]", "trusted = [\"127.0.0.1/32\"]"));
        Server _ = server.start().accounts(ANN);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static byte[] message(int size) {
        return ("Subject: good\r\n\r\n" + "The post rode on.\r\n".repeat(size / 19))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static long messages() throws IOException {
        try (ImapClient client = ImapClient.login(server, ANN)) {
            String status = String.join(
                    "", client.command("STATUS INBOX (MESSAGES)").ok().untagged());
            return Long.parseLong(status.replaceAll(".*MESSAGES (\\d+).*", "$1"));
        }
    }

    @Test
    void slowClientsDoNotKeepAGoodOneOut() throws Exception {
        long before = messages();
        String text = "EHLO slow.test\r\nMAIL FROM:<slow@sender.test>\r\n";
        try (Swarm swarm = new Swarm(
                List.of(server.address("mx"), server.address("imap")), new Swarm.Manner(text, 100), CLIENTS, 0)) {
            for (int i = 0; i < 20; i++) {
                try (SmtpClient client = new SmtpClient(server.address("mx"))) {
                    String _ = client.send("good@sender.test", ANN, message(10_000));
                }
            }
            await(swarm, CLIENTS);
            assertEquals(0, swarm.refused());
        }
        assertEquals(before + 20, messages());
    }

    @Test
    void silentClientsAreKeptAndForgotten() throws Exception {
        try (Swarm swarm =
                new Swarm(List.of(server.address("mx"), server.address("imap")), Swarm.Manner.IDLE, CLIENTS, 10_000)) {
            await(swarm, CLIENTS);
            assertEquals(0, swarm.cut());
            assertTrue(connections() >= CLIENTS, "status counts them");
        }
        while (connections() >= CLIENTS) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static void await(Swarm swarm, int count) throws InterruptedException {
        while (swarm.greeted() + swarm.refused() < count) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static long connections() throws Exception {
        Matcher active = ACTIVE.matcher(server.mutatio("status", "--json").ok().out());
        long sum = 0;
        while (active.find()) {
            sum += (long) Double.parseDouble(active.group(1));
        }
        return sum;
    }

    /// From every address of a botnet, and even so the owner's own one opens.
    @Test
    void wrongPasswordsFromEverywhereNeverLockTheOwnerOut() throws Exception {
        ImapClient.login(server, ANN).close(); // a known-good address
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int from = i;
            answers.add(CompletableFuture.supplyAsync(() -> login(from, "wrong " + from), Thread::startVirtualThread));
            if (i % 10 == 5) {
                ImapClient.login(server, ANN).close();
            }
        }
        for (CompletableFuture<String> answer : answers) {
            String said = answer.get();
            assertTrue(
                    said.startsWith("a NO [AUTHENTICATIONFAILED]") || said.startsWith("a NO [UNAVAILABLE]"),
                    "a clear answer: " + said);
        }
        ImapClient.login(server, ANN).close();
    }

    private static String login(int from, String password) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(60_000);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 9, 0, (byte) from}), 0));
            socket.connect(server.address("imap"));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String _ = in.readLine();
            socket.getOutputStream()
                    .write(("a LOGIN " + ANN + " \"" + password + "\"\r\n").getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(in.readLine());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// More octets at once than the heap holds.
    @Test
    void largeMessagesAtOnceAreKept() throws Exception {
        long before = messages();
        byte[] rest = message(20_000_000);
        List<CompletableFuture<String>> sent = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            byte[] message = rest.clone();
            message[9] = (byte) ('a' + i); // else the others are repeats of the first
            sent.add(CompletableFuture.supplyAsync(
                    () -> {
                        try (SmtpClient client = new SmtpClient(server.address("mx"))) {
                            return client.send("large@sender.test", ANN, message);
                        } catch (IOException | SmtpClient.RefusedException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread));
        }
        for (CompletableFuture<String> one : sent) {
            assertTrue(one.get().contains("kept as"));
        }
        assertEquals(before + 8, messages());
    }

    @Test
    void aThousandRecipientsAreOneMessage() throws Exception {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add("ann+" + i + "@example.test");
        }
        try (SmtpClient client = new SmtpClient(server.address("mx"))) {
            assertTrue(client.send("many@sender.test", many, message(1_000)).contains("kept as"));
        }
    }
}
