package org.mutatio.load;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// Sends numbered messages and measures; see README.md of this module.
///
/// Closed loop: each session sends its next message when the last one was answered; the rate is what the server
/// takes. Open loop (`--rate`): messages start at a fixed rate, whoever is free sends the next one, and a latency
/// counts from the moment it *should* have started, so that a server that stalls cannot hide it (coordinated
/// omission).
public final class Load {

    private final Settings settings;
    private final AtomicLong next = new AtomicLong();
    private final LongAdder refused = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private volatile String firstProblem = "";

    /// @param server where to send
    /// @param sessions connections at once
    /// @param count messages in all
    /// @param rate messages a second for the open loop; 0: closed loop
    /// @param size octets of a message
    /// @param recipients taken in turn
    /// @param pid the server's process, for its CPU time
    public record Settings(
            InetSocketAddress server,
            int sessions,
            long count,
            double rate,
            int size,
            List<String> recipients,
            Optional<Long> pid) {}

    /// What was measured. Latencies are of whole transactions, MAIL to the last reply.
    public record Result(
            long sent,
            long refused,
            long broken,
            String firstProblem,
            double seconds,
            LongBuffer sortedNanos,
            double serverCpuMillisEach,
            long lastNumber) {

        public double perSecond() {
            return sent / seconds;
        }

        /// @param share 0.5 for the median
        public double millis(double share) {
            if (sortedNanos.limit() == 0) {
                return Double.NaN;
            }
            int at = (int) Math.min(sortedNanos.limit() - 1L, (long) (sortedNanos.limit() * share));
            return sortedNanos.get(at) / 1e6;
        }

        /// One line of JSON.
        public String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"kind\":\"intake\",\"sent\":%d,\"refused\":%d,\"broken\":%d,\"seconds\":%.3f,\"per_s\":%.1f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,"
                            + "\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f,\"server_cpu_ms_each\":%.3f,\"problem\":\"%s\"}",
                    sent,
                    refused,
                    broken,
                    seconds,
                    perSecond(),
                    millis(0.5),
                    millis(0.9),
                    millis(0.99),
                    millis(0.999),
                    millis(1),
                    serverCpuMillisEach,
                    firstProblem.replace("\\", "\\\\").replace("\"", "'"));
        }
    }

    private Load(Settings settings) {
        this.settings = settings;
    }

    /// Runs to the end.
    public static Result run(Settings settings) throws IOException, InterruptedException {
        return new Load(settings).run();
    }

    private Result run() throws IOException, InterruptedException {
        List<long[]> latencies = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        byte[] filler = filler(settings.size());
        double cpuBefore =
                settings.pid().isPresent() ? new ServerProcess(settings.pid().get()).cpuMillis() : 0;
        long start = System.nanoTime();
        for (int i = 0; i < settings.sessions(); i++) {
            long[] mine = new long[(int) Math.min(settings.count(), 10_000_000)];
            latencies.add(mine);
            threads.add(Thread.ofPlatform().name("load-" + i).start(() -> session(start, filler, mine)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpu = settings.pid().isPresent()
                ? new ServerProcess(settings.pid().get()).cpuMillis() - cpuBefore
                : Double.NaN;
        long[] all = latencies.stream()
                .flatMapToLong(Arrays::stream)
                .filter(nanos -> nanos > 0)
                .sorted()
                .toArray();
        return new Result(
                all.length,
                refused.sum(),
                broken.sum(),
                firstProblem,
                seconds,
                LongBuffer.wrap(all),
                all.length == 0 ? Double.NaN : cpu / all.length,
                next.get());
    }

    private void session(long start, byte[] filler, long[] latencies) {
        int done = 0;
        while (next.get() < settings.count()) {
            try (SmtpClient client = new SmtpClient(settings.server())) {
                while (true) {
                    long number = next.getAndIncrement();
                    if (number >= settings.count()) {
                        return;
                    }
                    long begin = settings.rate() > 0 ? due(start, number) : System.nanoTime();
                    String to = settings.recipients()
                            .get((int) (number % settings.recipients().size()));
                    try {
                        String _ = client.send("load@sender.test", to, message(number, to, filler));
                        latencies[done++] = System.nanoTime() - begin;
                    } catch (SmtpClient.RefusedException e) {
                        refused.increment();
                        note(e.toString());
                    }
                }
            } catch (IOException e) {
                broken.increment();
                note(e.toString());
                if (broken.sum() > 1000) {
                    return;
                }
            }
        }
    }

    private long due(long start, long number) {
        long due = start + (long) (number * 1e9 / settings.rate());
        long wait = due - System.nanoTime();
        while (wait > 0) {
            java.util.concurrent.locks.LockSupport.parkNanos(wait);
            wait = due - System.nanoTime();
        }
        return due;
    }

    private void note(String problem) {
        if (firstProblem.isEmpty()) {
            firstProblem = problem;
        }
    }

    private static byte[] message(long number, String to, byte[] filler) {
        byte[] header = ("From: load@sender.test\r\nTo: " + to + "\r\nSubject: load " + number
                        + "\r\nDate: Wed, 25 Nov 2026 00:00:00 +0000\r\nMessage-ID: <load-" + number
                        + "@sender.test>\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] message = Arrays.copyOf(header, header.length + filler.length);
        System.arraycopy(filler, 0, message, header.length, filler.length);
        return message;
    }

    private static byte[] filler(int size) {
        StringBuilder text = new StringBuilder(size + 80);
        while (text.length() < size - 180) {
            text.append("The post changed horses at the mutatio and rode on without stopping. 012345\r\n");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// `java -jar org.mutatio.load.jar --to u@example.test [--smtp 127.0.0.1:2525] [--sessions 20] [--count 10000]
    /// [--rate 200] [--size 10240] [--pid N]`.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out =
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
        try {
            Map<String, String> given = given(arguments);
            Result result = run(settings(given));
            out.println(result.json());
            Figures.record(given.get("--record"), result.json(), arguments);
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            out.println(
                    "usage: --to ADDRESS[,ADDRESS...] [--smtp HOST:PORT] [--sessions N] [--count N] [--rate PER_SECOND]"
                            + " [--size OCTETS] [--pid SERVER_PROCESS] [--record FILE]");
            System.exit(64);
        }
    }

    private static final Set<String> OTHERS = Set.of("--to", "--pid", "--record");
    private static final Map<String, String> DEFAULTS = Map.of(
            "--smtp", "127.0.0.1:2525", "--sessions", "20", "--count", "10000", "--rate", "0", "--size", "10240");

    private static Map<String, String> given(String... arguments) {
        Map<String, String> given = new HashMap<>(DEFAULTS);
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (!DEFAULTS.containsKey(arguments[i]) && !OTHERS.contains(arguments[i])) {
                throw new IllegalArgumentException("unknown option " + arguments[i]);
            }
            given.put(arguments[i], arguments[i + 1]);
        }
        if (!given.containsKey("--to") || arguments.length % 2 != 0) {
            throw new IllegalArgumentException("--to is missing or an option has no value");
        }
        return given;
    }

    private static Settings settings(Map<String, String> given) {
        String smtp = given.getOrDefault("--smtp", "");
        int colon = smtp.lastIndexOf(':');
        return new Settings(
                new InetSocketAddress(smtp.substring(0, colon), Integer.parseInt(smtp.substring(colon + 1))),
                Integer.parseInt(given.getOrDefault("--sessions", "")),
                Long.parseLong(given.getOrDefault("--count", "")),
                Double.parseDouble(given.getOrDefault("--rate", "")),
                Integer.parseInt(given.getOrDefault("--size", "")),
                List.of(given.getOrDefault("--to", "").split(",", -1)),
                Optional.ofNullable(given.get("--pid")).map(Long::valueOf));
    }
}
