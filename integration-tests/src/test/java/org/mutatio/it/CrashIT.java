package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// Promise 1 from outside: kill -9 at random moments under intake and IMAP changes. Nothing acknowledged is lost,
/// nothing is double (a message whose answer was lost is sent again after the start), no UID is used twice, flags are
/// as acknowledged, MODSEQ never goes back. `-Dcrash.cycles=1000` runs longer, `-Dcrash.seed=N` repeats a run.
class CrashIT {

    private static final int CYCLES = Integer.getInteger("crash.cycles", 20);
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
    private static final int SENDERS = 4;
    private static final int ATTEMPTS = 20;
    private static final String USER = "ann@example.test";
    private static final Pattern MESSAGE = Pattern.compile("UID (\\d+)");
    private static final Pattern NUMBER = Pattern.compile("<crash-(\\d+)@sender.test>");
    private static final Pattern FLAGS = Pattern.compile("FLAGS \\(([^)]*)\\)");
    private static final Pattern WORD = Pattern.compile("word\\d+");
    private static final Pattern MODSEQ = Pattern.compile("MODSEQ \\((\\d+)\\)");
    private static final Pattern HIGHEST = Pattern.compile("HIGHESTMODSEQ (\\d+)");
    private static final Pattern VALIDITY = Pattern.compile("UIDVALIDITY (\\d+)");

    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<Long> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicLong next = new AtomicLong();
    /// UID to the message it named when it was first seen.
    private final Map<Long, Long> named = new HashMap<>();
    private final Map<Long, String> keyword = new ConcurrentHashMap<>();
    private final Set<Long> unsureFlags = ConcurrentHashMap.newKeySet();
    private final Set<Long> expunged = ConcurrentHashMap.newKeySet();
    private final Set<Long> unsureExpunged = ConcurrentHashMap.newKeySet();
    private final AtomicLong highestModSeq = new AtomicLong();
    private long uidValidity;

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        System.out.println("crash test: " + CYCLES + " cycles, seed " + SEED);
        Random random = new Random(SEED);
        try (Server server = Server.home("crash")) {
            Server _ = server.start().accounts(USER);
            for (int cycle = 0; cycle < CYCLES; cycle++) {
                cycle(server, random);
                server.start();
                sendAgain(server);
                check(server, cycle);
            }
            // And the journal alone is enough: without the index, which is made anew from all of it.
            server.stop();
            assertEquals(0, server.mutatio("store", "verify").ok().exit());
            Files.delete(server.home().resolve("data/index.mv.db"));
            Distribution.delete(server.home().resolve("data/checkpoints"));
            server.start();
            check(server, CYCLES);
        }
        System.out.println(
                "crash test: " + acknowledged.size() + " messages acknowledged, " + expunged.size() + " expunged");
        assertTrue(acknowledged.size() > CYCLES, "the test must have sent something");
    }

    private void cycle(Server server, Random random) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            threads.add(Thread.ofVirtual().start(() -> sendUntilDead(server)));
        }
        long seed = random.nextLong();
        threads.add(Thread.ofVirtual().start(() -> changeUntilDead(server, new Random(seed))));
        TimeUnit.MILLISECONDS.sleep(50 + random.nextInt(1450));
        server.kill();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void sendUntilDead(Server server) {
        try (SmtpClient client = new SmtpClient(server.address("mx"))) {
            while (true) {
                send(client, next.incrementAndGet());
            }
        } catch (IOException e) {
            // Killed: what was in flight stays in that set.
        } catch (SmtpClient.RefusedException e) {
            throw new AssertionError("refused", e);
        }
    }

    private void send(SmtpClient client, long number) throws IOException, SmtpClient.RefusedException {
        inFlight.add(number);
        String _ = client.send("sender@sender.test", USER, message(number));
        acknowledged.add(number);
        inFlight.remove(number);
    }

    private static byte[] message(long number) {
        // Every seventh is larger than what the journal holds itself: it becomes a blob.
        int lines = number % 7 == 0 ? 5_000 : 20 + (int) (number % 100);
        StringBuilder text = new StringBuilder("From: sender@sender.test\r\nTo: " + USER + "\r\nSubject: crash "
                + number + "\r\nMessage-ID: <crash-" + number + "@sender.test>\r\n\r\n");
        for (int i = 0; i < lines; i++) {
            text.append("line ")
                    .append(i)
                    .append(" of message ")
                    .append(number)
                    .append(" and some octets to fill it up\r\n");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// STORE and EXPUNGE of random messages; what was answered OK must be there after the crash.
    private void changeUntilDead(Server server, Random random) {
        List<Long> uids = new ArrayList<>(named.keySet());
        uids.removeAll(expunged);
        uids.removeAll(unsureExpunged);
        try (ImapClient client = ImapClient.login(server, USER)) {
            ImapClient.Response _ = client.command("SELECT INBOX").ok();
            while (!uids.isEmpty()) {
                long uid = uids.get(random.nextInt(uids.size()));
                if (random.nextInt(10) == 0) {
                    uids.remove(uid);
                    unsureExpunged.add(uid);
                    ImapClient.Response _ = client.command("UID STORE " + uid + " +FLAGS.SILENT (\\Deleted)")
                            .ok();
                    ImapClient.Response _ = client.command("UID EXPUNGE " + uid).ok();
                    unsureExpunged.remove(uid);
                    expunged.add(uid);
                } else {
                    String word = "word" + random.nextInt(20);
                    unsureFlags.add(uid);
                    ImapClient.Response _ = client.command("UID STORE " + uid + " FLAGS.SILENT (" + word + ")")
                            .ok();
                    keyword.put(uid, word);
                    unsureFlags.remove(uid);
                }
            }
        } catch (IOException e) {
            // Killed: what was not answered stays unsure.
        }
    }

    /// A sender that did not get its answer tries again: the same envelope, the same octets. A 4yz makes it try once
    /// more, as RFC 5321 section 4.5.4.1 wants; what the server says of it is printed.
    private void sendAgain(Server server) throws Exception {
        for (int attempt = 1; !inFlight.isEmpty(); attempt++) {
            try (SmtpClient client = new SmtpClient(server.address("mx"))) {
                for (long number : new TreeSet<>(inFlight)) {
                    send(client, number);
                }
            } catch (SmtpClient.RefusedException e) {
                String words = String.valueOf(e.getMessage());
                String said = server.saidOf(words);
                System.out.println(
                        "crash test: deferred after a start, attempt " + attempt + ": " + words + "\n" + said);
                if (!words.startsWith("4") || attempt == ATTEMPTS) {
                    throw new AssertionError("refused after a start: " + words + "\n" + said, e);
                }
                TimeUnit.MILLISECONDS.sleep(500);
            }
        }
    }

    private void check(Server server, int cycle) throws IOException {
        String when = "cycle " + cycle + ", seed " + SEED;
        try (ImapClient client = ImapClient.login(server, USER)) {
            ImapClient.Response selected =
                    client.command("SELECT INBOX (CONDSTORE)").ok();
            String all = String.join("\n", selected.untagged());
            long modSeq = number(HIGHEST, all);
            assertTrue(modSeq >= highestModSeq.get(), "HIGHESTMODSEQ went back, " + when);
            highestModSeq.set(modSeq);
            long validity = number(VALIDITY, all);
            assertTrue(uidValidity == 0 || uidValidity == validity, "UIDVALIDITY changed, " + when);
            uidValidity = validity;

            Map<Long, Long> found = new TreeMap<>();
            List<String> doubles = new ArrayList<>();
            long largest =
                    named.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
            ImapClient.Response fetched = client.command(
                            "UID FETCH 1:* (FLAGS MODSEQ BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
                    .ok();
            for (String line : fetched.untagged()) {
                if (!line.contains(" FETCH (")) {
                    continue;
                }
                long uid = number(MESSAGE, line);
                long message = number(NUMBER, line);
                if (found.put(message, uid) != null) {
                    doubles.add("message " + message);
                }
                Long former = named.put(uid, message);
                assertTrue(former == null || former == message, "UID " + uid + " names another message, " + when);
                assertTrue(
                        former != null || uid > largest,
                        "UID " + uid + " is new but not above " + largest + ", " + when);
                assertTrue(number(MODSEQ, line) <= modSeq, "MODSEQ above the highest, " + when);
                if (unsureFlags.contains(uid)) {
                    // A change whose answer was lost may be there or not: what is there now is what must stay.
                    Matcher present = WORD.matcher(line);
                    if (present.find()) {
                        keyword.put(uid, present.group());
                    }
                }
                String word = keyword.get(uid);
                if (word != null && !unsureFlags.contains(uid) && !unsureExpunged.contains(uid)) {
                    Matcher flags = FLAGS.matcher(line);
                    assertTrue(
                            flags.find()
                                    && List.of(flags.group(1).split(" ", -1)).contains(word),
                            word + " lost: " + line);
                }
            }
            assertEquals(List.of(), doubles, "double, " + when);
            unsureFlags.clear();
            Set<Long> gone = new TreeSet<>();
            for (long uid : expunged) {
                gone.add(named.getOrDefault(uid, 0L));
                assertTrue(!found.containsValue(uid), "expunged UID " + uid + " is back, " + when);
            }
            for (long uid : unsureExpunged) {
                if (!found.containsValue(uid)) {
                    gone.add(named.getOrDefault(uid, 0L));
                    expunged.add(uid);
                }
            }
            unsureExpunged.clear();
            Set<Long> lost = new TreeSet<>(acknowledged);
            lost.removeAll(found.keySet());
            lost.removeAll(gone);
            assertEquals(Set.of(), lost, "lost, " + when);
        }
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + text);
        }
        return Long.parseLong(matcher.group(1));
    }
}
