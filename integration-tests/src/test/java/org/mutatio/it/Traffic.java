package org.mutatio.it;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// Mail at a fixed rate as a careful client sends it: what was told 421 between two messages is sent again on a new
/// connection, as RFC 5321 section 3.8 wants it; everything else that is not 250 is counted. A latency counts from the
/// moment at which the message should have been sent.
final class Traffic implements AutoCloseable {

    private static final int MAILS_A_CONNECTION = 25;
    private static final byte[] BODY = "The post changed horses at the mutatio and rode on without stopping.\r\n"
            .repeat(20)
            .getBytes(StandardCharsets.US_ASCII);

    /// One message that was answered 250.
    record Sent(long number, long due, long nanos) {}

    final LongAdder connections = new LongAdder();
    final LongAdder refusedConnections = new LongAdder();
    /// Told to come again, or closed on, between two messages.
    final LongAdder again = new LongAdder();
    /// Closed on after the message was begun: nobody knows whether it is there.
    final LongAdder cut = new LongAdder();
    final LongAdder refused = new LongAdder();
    final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();

    private final InetSocketAddress server;
    private final String recipient;
    private final int rate;
    private final long start = System.nanoTime();
    private final AtomicLong next = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ending;

    Traffic(InetSocketAddress server, String recipient, int rate, int sessions) {
        this.server = server;
        this.recipient = recipient;
        this.rate = rate;
        for (int i = 0; i < sessions; i++) {
            threads.add(Thread.ofVirtual().name("traffic-" + i).start(this::work));
        }
    }

    private void work() {
        long number = -1;
        long due = 0;
        while (!ending || number >= 0) {
            try (LineClient client = new LineClient(server)) {
                connections.increment();
                client.greet();
                for (int mail = 0; mail < MAILS_A_CONNECTION && (!ending || number >= 0); mail++) {
                    if (number < 0) {
                        number = next.getAndIncrement();
                        due = start + number * 1_000_000_000L / rate;
                        await(due);
                    }
                    if (!client.send(recipient, number, BODY)) {
                        again.increment();
                        break;
                    }
                    sent.add(new Sent(number, due, System.nanoTime() - due));
                    number = -1;
                }
            } catch (ConnectException e) {
                refusedConnections.increment();
                problem(e);
                LockSupport.parkNanos(20_000_000);
            } catch (LineClient.RefusedException e) {
                refused.increment();
                problem(e);
                number = -1;
            } catch (LineClient.CutException e) {
                cut.increment();
                problem(e);
                number = -1;
            } catch (IOException e) {
                again.increment(); // nothing of a message was said on this connection
                problem(e);
            }
        }
    }

    private void problem(Exception e) {
        problems.add(String.format(Locale.ROOT, "%.1f s: %s", (System.nanoTime() - start) / 1e9, e));
    }

    private static void await(long due) {
        long wait = due - System.nanoTime();
        while (wait > 0) {
            LockSupport.parkNanos(wait);
            wait = due - System.nanoTime();
        }
    }

    void awaitSent(int messages) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (sent.size() < messages) {
            if (System.nanoTime() > end) {
                throw new AssertionError(sent.size() + " messages in a minute: " + problems);
            }
            Thread.sleep(20);
        }
    }

    /// Of the messages that should have been sent in that time, in milliseconds; 0 when there were none.
    double p99(long from, long to) {
        long[] nanos = sent.stream()
                .filter(one -> one.due() >= from && one.due() <= to)
                .mapToLong(Sent::nanos)
                .sorted()
                .toArray();
        return nanos.length == 0 ? 0 : nanos[(int) Math.min(nanos.length - 1L, nanos.length * 99L / 100)] / 1e6;
    }

    /// Ends with whole messages.
    void end() throws InterruptedException {
        ending = true;
        for (Thread thread : threads) {
            if (!thread.join(java.time.Duration.ofSeconds(TimeUnit.MINUTES.toSeconds(1)))) {
                throw new AssertionError(thread.getName() + " does not end");
            }
        }
    }

    @Override
    public void close() {
        ending = true;
    }
}
