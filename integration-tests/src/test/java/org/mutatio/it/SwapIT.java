package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Every bundle that runs is swapped while mail and IMAP go on, and then replaced by a broken one: nobody is refused,
/// nothing is lost, nothing comes twice. Which bundles there are is asked of the server, so later ones join by being
/// there. `-Dswap.write=true` writes the table into docs/hot-swap.md.
class SwapIT {

    private static final int ROUNDS = Integer.getInteger("swap.rounds", 1);
    private static final int RATE = Integer.getInteger("swap.rate", 100);
    private static final int IDLE = Integer.getInteger("swap.idle", 10);
    private static final int BUSY = Integer.getInteger("swap.busy", 5);
    private static final String USER = "ann@example.test";
    private static final Pattern NUMBER = Pattern.compile("<swap-(\\d+)@sender\\.test>");

    /// What one swap did, for the table.
    private record Row(String bundle, String manner, double seconds, double p99, String broken, double goneAfter) {}

    @Test
    void everyBundleIsSwappedUnderLoad() throws Exception {
        List<Row> rows = new ArrayList<>();
        try (Server server = Server.home("swap")
                        .start()
                        .accounts(USER, "phone@example.test")
                        .ready();
                Traffic traffic = new Traffic(server.address("mx"), USER, RATE, 8);
                Phones phones = new Phones(server, "phone@example.test", IDLE, BUSY)) {
            List<String> faults = new ArrayList<>();
            traffic.awaitSent(3 * RATE); // what a server that has just started takes longer for is no swap's
            for (JsonNode bundle : bundles(server)) {
                String manner = bundle.get("swap").asText();
                if (manner.equals("beside") || manner.equals("in-place")) {
                    rows.add(swap(server, bundle.get("name").asText(), manner, traffic, phones, faults));
                }
            }
            traffic.end();
            phones.end();
            String table = table(rows);
            System.out.println(table);
            System.out.printf(
                    Locale.ROOT,
                    "%d mails on %d connections, %d sent again; %d answers to IMAP, %d said BYE%n",
                    traffic.sent.size(),
                    traffic.connections.sum(),
                    traffic.again.sum(),
                    phones.answers.sum(),
                    phones.byes.sum());
            traffic.problems.stream().limit(20).forEach(System.out::println);
            phones.problems.stream().limit(20).forEach(System.out::println);
            assertEquals(List.of(), faults);
            assertEquals(0, traffic.refusedConnections.sum(), () -> "refused: " + traffic.problems);
            assertEquals(0, traffic.refused.sum(), () -> "refused: " + traffic.problems);
            assertEquals(0, traffic.cut.sum(), () -> "cut in DATA: " + traffic.problems);
            assertEquals(0, phones.refused.sum(), () -> "refused: " + phones.problems);
            assertEquals(0, phones.broken.sum(), () -> "broken: " + phones.problems);
            assertTrue(rows.size() > 5, "the list of bundles is short: " + rows);
            whatWasAnsweredIsThereOnce(server, traffic);
            if (Boolean.getBoolean("swap.write")) {
                write(table);
            }
        }
    }

    private static List<JsonNode> bundles(Server server) throws IOException, InterruptedException {
        String json = server.mutatio("bundles", "list", "--json").ok().out();
        List<JsonNode> bundles = new ArrayList<>();
        new ObjectMapper().readTree(json).forEach(bundles::add);
        return bundles;
    }

    private static Row swap(
            Server server, String name, String manner, Traffic traffic, Phones phones, List<String> faults)
            throws IOException, InterruptedException {
        long byes = phones.byes.sum();
        long from = System.nanoTime();
        for (int round = 1; round <= ROUNDS; round++) {
            String version = "0.2." + round;
            Server.Answer answer =
                    server.mutatio("deploy", BundleVersions.newer(name, version).toString());
            if (answer.exit() != 0 || !answer.out().contains("is live")) {
                faults.add(name + " " + version + ": " + answer);
            }
        }
        long swapped = System.nanoTime();
        Server.Answer broken =
                server.mutatio("deploy", BundleVersions.broken(name, "0.3.0").toString());
        long gone = System.nanoTime();
        String state = "";
        for (JsonNode bundle : bundles(server)) {
            if (bundle.get("name").asText().equals(name)) {
                state = bundle.get("version").asText() + " "
                        + bundle.get("state").asText();
            }
        }
        if (broken.exit() == 0 || !state.startsWith("0.2." + ROUNDS + " ") || !state.endsWith(" active")) {
            faults.add(name + " after a broken version: " + state + "; " + broken);
        }
        // The sessions are those of ports: only they end with it, and are told so.
        if (phones.byes.sum() > byes && !name.equals("org.mutatio.ports")) {
            faults.add(name + ": " + (phones.byes.sum() - byes) + " IMAP sessions were told BYE");
        }
        String reason = broken.out().strip();
        return new Row(
                name,
                manner,
                (swapped - from) / 1e9 / ROUNDS,
                traffic.p99(from, gone),
                reason.substring(reason.lastIndexOf('\n') + 1),
                (gone - swapped) / 1e9);
    }

    private static String table(List<Row> rows) {
        StringBuilder table = new StringBuilder("""
                | bundle | how | seconds a swap | p99 of the 250 meanwhile, ms | a broken one is gone after, s |
                |---|---|---|---|---|
                """);
        for (Row row : rows) {
            table.append(String.format(
                    Locale.ROOT,
                    "| `%s` | %s | %.1f | %.0f | %.1f |%n",
                    row.bundle(),
                    row.manner(),
                    row.seconds(),
                    row.p99(),
                    row.goneAfter()));
        }
        return table.toString();
    }

    private static void whatWasAnsweredIsThereOnce(Server server, Traffic traffic) throws IOException {
        Set<Long> found = new HashSet<>();
        List<Long> twice = new ArrayList<>();
        try (ImapClient client = ImapClient.login(server, USER)) {
            ImapClient.Response _ = client.command("SELECT INBOX").ok();
            ImapClient.Response all = client.command("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
                    .ok();
            for (String message : all.untagged()) {
                Matcher number = NUMBER.matcher(message);
                if (number.find() && !found.add(Long.valueOf(number.group(1)))) {
                    twice.add(Long.valueOf(number.group(1)));
                }
            }
        }
        List<Long> lost = traffic.sent.stream()
                .map(Traffic.Sent::number)
                .filter(number -> !found.contains(number))
                .toList();
        assertEquals(List.of(), lost, "lost");
        assertEquals(List.of(), twice, "twice");
    }

    private static void write(String table) throws IOException {
        Path page = Distribution.ROOT.resolve("docs/hot-swap.md");
        String text = Files.readString(page, StandardCharsets.UTF_8);
        String begin = "<!-- written by SwapIT -->\n";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("<!-- to here -->");
        Files.writeString(page, text.substring(0, from) + table + text.substring(to), StandardCharsets.UTF_8);
    }
}
