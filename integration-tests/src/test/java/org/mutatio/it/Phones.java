package org.mutatio.it;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// IMAP clients that stay: half of them in IDLE, half of them asking. Each that is told BYE or is closed on comes back,
/// and is counted.
final class Phones implements AutoCloseable {

    final LongAdder byes = new LongAdder();
    final LongAdder broken = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder answers = new LongAdder();
    final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();

    private final Server server;
    private final String user;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ending;

    Phones(Server server, String user, int idle, int busy) {
        this.server = server;
        this.user = user;
        for (int i = 0; i < idle; i++) {
            threads.add(Thread.ofVirtual().name("idle-" + i).start(() -> work(true)));
        }
        for (int i = 0; i < busy; i++) {
            threads.add(Thread.ofVirtual().name("busy-" + i).start(() -> work(false)));
        }
    }

    private void work(boolean idles) {
        while (!ending) {
            try (ImapClient client = ImapClient.login(server, user)) {
                ImapClient.Response _ = client.command("SELECT INBOX").ok();
                if (idles) {
                    idle(client);
                } else {
                    ask(client);
                }
            } catch (ImapClient.ByeException _) {
                byes.increment();
            } catch (IOException | AssertionError e) {
                if (!ending) {
                    broken.increment();
                    problems.add(Thread.currentThread().getName() + ": " + e);
                    LockSupport.parkNanos(50_000_000);
                }
            }
        }
    }

    private void ask(ImapClient client) throws IOException {
        while (!ending) {
            ImapClient.Response answer = client.command("FETCH * (UID FLAGS)");
            answers.increment();
            if (!answer.isOk()) {
                refused.increment();
                problems.add(answer.tagged());
            }
            LockSupport.parkNanos(200_000_000);
        }
    }

    private void idle(ImapClient client) throws IOException {
        client.send("i1 IDLE\r\n");
        client.patience(500);
        while (!ending) {
            try {
                String line = client.response();
                if (line.startsWith("* BYE")) {
                    byes.increment();
                    return;
                }
                if (line.startsWith("i1 ")) {
                    refused.increment();
                    problems.add(line);
                    return;
                }
                answers.increment();
            } catch (SocketTimeoutException _) {
                // nothing new: that is what IDLE is for
            }
        }
    }

    void end() throws InterruptedException {
        ending = true;
        for (Thread thread : threads) {
            if (!thread.join(java.time.Duration.ofSeconds(40))) {
                throw new AssertionError(thread.getName() + " does not end");
            }
        }
    }

    @Override
    public void close() {
        ending = true;
    }
}
