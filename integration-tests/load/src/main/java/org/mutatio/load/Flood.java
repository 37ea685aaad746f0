package org.mutatio.load;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Floods a server as the bad part of the internet does, and measures what a good client sees meanwhile; see README.md
/// of this module. Each run prints one line of JSON.
public final class Flood {

    private static final String LINE =
            "The post changed horses at the mutatio and rode on without stopping. 012345\r\n";

    private final Options given;
    private final InetSocketAddress smtp;
    private final InetSocketAddress imap;

    private Flood(Options given) {
        this.given = given;
        this.smtp = given.address("--smtp");
        this.imap = given.address("--imap");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Options given = new Options(
                Map.of(
                        "--smtp", "127.0.0.1:2525",
                        "--imap", "127.0.0.1:2143",
                        "--count", "2000",
                        "--seconds", "30",
                        "--rate", "200",
                        "--size", "50000000"),
                arguments);
        Flood flood = new Flood(given);
        String result = switch (Objects.requireNonNullElse(given.get("--kind"), "")) {
            case "idle" -> flood.idle();
            case "slow" -> flood.slow();
            case "logins" -> flood.logins();
            case "large" -> flood.large();
            case "recipients" -> flood.recipients();
            default -> "";
        };
        if (!result.isEmpty()) {
            out.println(result);
            Figures.record(given.get("--record"), result, arguments);
            return;
        }
        out.println("usage: --kind idle|slow|logins|large|recipients --to ADDRESS --pid SERVER_PROCESS"
                + " [--user ADDRESS --password WORD] [--smtp HOST:PORT] [--imap HOST:PORT] [--count N]"
                + " [--seconds N] [--rate PER_SECOND] [--size OCTETS] [--record FILE]");
        System.exit(64);
    }

    // ---- the good client

    /// What a good client saw.
    private final class Good {
        private final Latencies banners = new Latencies();
        private final Latencies mails = new Latencies();
        private final Latencies logins = new Latencies();
        private int failed;
        private String problem = "";

        void mail() {
            long begin = System.nanoTime();
            try (SmtpClient client = new SmtpClient(smtp)) {
                banners.add(System.nanoTime() - begin);
                String _ = client.send("good@sender.test", given.need("--to"), body(10_240));
                mails.add(System.nanoTime() - begin);
            } catch (IOException | SmtpClient.RefusedException e) {
                failed(e);
            }
        }

        void login() {
            long begin = System.nanoTime();
            try {
                String answer = Flood.this.login(
                        InetAddress.getLoopbackAddress(), given.need("--user"), given.need("--password"));
                if (!answer.startsWith("a OK")) {
                    throw new IOException(answer);
                }
                logins.add(System.nanoTime() - begin);
            } catch (IOException e) {
                failed(e);
            }
        }

        private void failed(Exception e) {
            failed++;
            problem = problem.isEmpty() ? e.toString() : problem;
        }

        String json() {
            return banners.json("banner") + "," + mails.json("mail") + "," + logins.json("login") + ",\"failed\":"
                    + failed + ",\"problem\":\"" + problem.replace("\"", "'") + "\"";
        }
    }

    private static byte[] body(int size) {
        StringBuilder text = new StringBuilder("Subject: flood\r\n\r\n");
        while (text.length() < size) {
            text.append(LINE);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// @return the answer to LOGIN, or how the session ended
    private String login(InetAddress from, String user, String password) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(60_000);
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(imap, 10_000);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String greeting = in.readLine();
            if (greeting == null || !greeting.startsWith("* OK")) {
                return "not greeted: " + greeting;
            }
            socket.getOutputStream()
                    .write(("a LOGIN \"" + user + "\" \"" + password + "\"\r\n").getBytes(StandardCharsets.US_ASCII));
            String line = in.readLine();
            while (line != null && line.startsWith("* ") && !line.startsWith("* BYE")) {
                line = in.readLine();
            }
            return line == null ? "closed" : line;
        }
    }

    // ---- the kinds

    /// Connections that are greeted and say nothing, half SMTP and half IMAP.
    private String idle() throws IOException, InterruptedException {
        ServerProcess server = given.server();
        int count = given.number("--count");
        long heapBefore = server.heap();
        long rssBefore = server.rss();
        long begin = System.nanoTime();
        try (Swarm swarm = new Swarm(List.of(smtp, imap), Swarm.Manner.IDLE, count, 0)) {
            while (swarm.greeted() + swarm.refused() < count) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            double opened = (System.nanoTime() - begin) / 1e9;
            Good good = new Good();
            for (int i = 0; i < 20; i++) {
                good.mail();
                good.login();
            }
            long heap = server.heap() - heapBefore;
            return String.format(
                    Locale.ROOT,
                    "{\"kind\":\"idle\",\"connections\":%d,\"refused\":%d,\"cut\":%d,\"opened_s\":%.1f,\"heap_kib_each\":%.1f,"
                            + "\"rss_before_mib\":%d,\"rss_mib\":%d,%s}",
                    swarm.greeted(),
                    swarm.refused(),
                    swarm.cut(),
                    opened,
                    heap / (double) count,
                    rssBefore / 1024,
                    server.rss() / 1024,
                    good.json());
        }
    }

    /// Clients that send an octet a second.
    private String slow() throws IOException, InterruptedException {
        int count = given.number("--count");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(given.number("--seconds"));
        String text = "EHLO slow.test\r\nMAIL FROM:<slow@sender.test>\r\n";
        try (Swarm swarm = new Swarm(List.of(smtp, imap), new Swarm.Manner(text, 1_000), count, 0)) {
            while (swarm.greeted() + swarm.refused() < count) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            Good good = new Good();
            while (System.nanoTime() < end) {
                good.mail();
                TimeUnit.MILLISECONDS.sleep(200);
            }
            return String.format(
                    Locale.ROOT,
                    "{\"kind\":\"slow\",\"connections\":%d,\"refused\":%d,\"cut\":%d,\"rss_mib\":%d,%s}",
                    swarm.greeted(),
                    swarm.refused(),
                    swarm.cut(),
                    given.server().rss() / 1024,
                    good.json());
        }
    }

    /// Wrong passwords at a rate, from as many addresses as `--count`, and a good client that is known.
    private String logins() throws IOException, InterruptedException {
        int addresses = given.number("--count");
        double rate = given.number("--rate");
        int tries = (int) (rate * given.number("--seconds"));
        Good good = new Good();
        good.login();
        Map<String, AtomicInteger> answers = new java.util.concurrent.ConcurrentSkipListMap<>();
        CountDownLatch done = new CountDownLatch(tries);
        AtomicLong next = new AtomicLong();
        double cpu = given.server().cpuMillis();
        long start = System.nanoTime();
        Thread flood = Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; i < tries; i++) {
                long wait = start + (long) (i * 1e9 / rate) - System.nanoTime();
                if (wait > 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(wait);
                }
                Thread _ = Thread.ofVirtual().start(() -> {
                    String answer;
                    try {
                        int from = (int) (next.getAndIncrement() % addresses);
                        answer = login(
                                InetAddress.getByAddress(new byte[] {127, 9, (byte) (from >> 8), (byte) from}),
                                given.need("--user"),
                                "wrong" + System.nanoTime());
                    } catch (IOException e) {
                        answer = e.toString();
                    }
                    String kind = answer.replaceAll("^\\S+ (\\S+ (?:\\[\\S+])?).*$", "$1")
                            .strip();
                    int _ = answers.computeIfAbsent(kind, _ -> new AtomicInteger())
                            .incrementAndGet();
                    done.countDown();
                });
            }
        });
        Good during = new Good();
        while (flood.isAlive()) {
            during.login();
            TimeUnit.MILLISECONDS.sleep(200);
        }
        boolean _ = done.await(90, TimeUnit.SECONDS);
        double seconds = (System.nanoTime() - start) / 1e9;
        return String.format(
                Locale.ROOT,
                "{\"kind\":\"logins\",\"tries\":%d,\"addresses\":%d,\"answers\":\"%s\",\"server_cores\":%.2f,\"rss_mib\":%d,%s}",
                tries,
                addresses,
                answers,
                (given.server().cpuMillis() - cpu) / 1000 / seconds,
                given.server().rss() / 1024,
                during.json());
    }

    /// Large messages, all at once.
    private String large() throws IOException, InterruptedException {
        int count = given.number("--count");
        byte[] message = body(given.number("--size"));
        AtomicInteger kept = new AtomicInteger();
        AtomicInteger deferred = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(count);
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            Thread _ = Thread.ofPlatform().start(() -> {
                try (SmtpClient client = new SmtpClient(smtp)) {
                    String _ = client.send("large@sender.test", given.need("--to"), message);
                    int _ = kept.incrementAndGet();
                } catch (SmtpClient.RefusedException e) {
                    int _ = deferred.incrementAndGet();
                } catch (IOException e) {
                    int _ = broken.incrementAndGet();
                } finally {
                    done.countDown();
                }
            });
        }
        Good good = new Good();
        while (!done.await(200, TimeUnit.MILLISECONDS)) {
            good.mail();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return String.format(
                Locale.ROOT,
                "{\"kind\":\"large\",\"messages\":%d,\"octets\":%d,\"kept\":%d,\"deferred\":%d,\"broken\":%d,\"seconds\":%.1f,"
                        + "\"mb_per_s\":%.0f,\"peak_rss_mib\":%d,%s}",
                count,
                message.length,
                kept.get(),
                deferred.get(),
                broken.get(),
                seconds,
                kept.get() * (double) message.length / 1e6 / seconds,
                given.server().peak() / 1024,
                good.json());
    }

    /// One message for as many recipients as `--to` names, or plus addresses of it up to `--count`.
    private String recipients() throws IOException {
        int count = given.number("--count");
        String[] parts = given.need("--to").split("@", 2);
        String[] recipients = new String[count];
        Arrays.setAll(recipients, i -> parts[0] + "+" + i + "@" + parts[1]);
        long begin = System.nanoTime();
        try (SmtpClient client = new SmtpClient(smtp)) {
            String reply = client.send("many@sender.test", List.of(recipients), body(10_240));
            return String.format(
                    Locale.ROOT,
                    "{\"kind\":\"recipients\",\"recipients\":%d,\"ms\":%.1f,\"reply\":\"%s\"}",
                    count,
                    (System.nanoTime() - begin) / 1e6,
                    reply);
        } catch (SmtpClient.RefusedException e) {
            return "{\"kind\":\"recipients\",\"recipients\":" + count + ",\"refused\":\"" + e.getMessage() + "\"}";
        }
    }
}
