package org.mutatio.imap.corpora;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// James' MPT scripts. Tag, status, message data and numbers count; James' human texts, its \Recent, its MAILBOXID
/// and the order of untagged responses do not.
class JamesScriptsTest {
    /// Script to why it cannot hold here.
    private static final Map<String, String> NOT_OURS = Map.ofEntries(
            Map.entry("BogusCommand", "says good-bye to the first senseless command"),
            Map.entry("IllegalTag", "says good-bye to the first senseless command"),
            Map.entry("JustTag", "says good-bye to the first senseless command"),
            Map.entry("NoTag", "says good-bye to the first senseless command"),
            Map.entry("LoginThreeStrikes", "counts failed log-ins itself; here `accounts` brakes"),
            Map.entry("AuthenticatePlain", "writes the mechanism as a string, and logs in for another user"),
            Map.entry("FetchPartial", "PARTIAL (RFC 9394) is not offered"),
            Map.entry("FetchMultipartBodyStructure", "an empty list of items, which RFC 9051 section 9 has not"),
            Map.entry("FetchStructureComplex", "an empty list of items, which RFC 9051 section 9 has not"),
            Map.entry("FetchSingleMessage", "a macro inside parentheses, which RFC 9051 section 9 has not"),
            Map.entry("SearchCombinations", "blanks inside parentheses, which RFC 9051 section 9 has not"),
            Map.entry("UidSearchCombinations", "blanks inside parentheses, which RFC 9051 section 9 has not"),
            Map.entry("BodyPartialFetch", "a literal of no octets, where we send an empty string"),
            Map.entry("HeaderPartialFetch", "a literal of no octets, where we send an empty string"),
            Map.entry("MimePartialFetch", "a literal of no octets, where we send an empty string"),
            Map.entry("SearchAtoms", "BODY looks into preambles"),
            Map.entry("UidSearchAtoms", "BODY looks into preambles"),
            Map.entry("UidSearchAtomsIndexer", "BODY looks into preambles"),
            Map.entry("ConcurrentExistsResponse", "stores flags by a number that the client was not told yet"),
            Map.entry("MoveNoMSG", "refuses 1:* in an empty mailbox"),
            Map.entry("SearchOptionSave", "answers RETURN (SAVE) by SEARCH; RFC 5182 section 2.1 by nothing"),
            Map.entry("Recent", "\\Recent is gone with RFC 9051"),
            Map.entry("ListPercentWildcard", "the delimiter is a dot"),
            Map.entry("ListSubscribed", "the delimiter is a dot"),
            Map.entry("ListWithPercentWildcardInMailboxName", "wildcards in names"));

    @Test
    void scripts(@TempDir Path data) throws Exception {
        Path folder = Corpora.find("imap/james-mpt");
        JsonNode setup = Corpora.json(folder.resolve("setup.json")).get("scripts");
        Corpora.Count count = new Corpora.Count("imap/james-mpt");
        try (RealStore store = new RealStore(data)) {
            for (Map.Entry<String, JsonNode> script : setup.properties()) {
                String name = script.getKey();
                Path file = folder.resolve("scripts/" + name + ".test");
                Optional<String> reason = skipped(name, script.getValue());
                if (reason.isPresent() || !Files.exists(file)) {
                    count.skipped(reason.orElse("no such script"));
                    continue;
                }
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (JsonNode one : script.getValue()) {
                    try (House house = store.house(name + "-" + one.get("class").asText() + "-"
                            + one.get("test").asText())) {
                        Play play = new Play(house, one.get("before"), folder);
                        play.run(text);
                        count.passed();
                    } catch (AssertionError e) {
                        count.failed(name + " (" + one.get("test").asText() + "): " + e.getMessage());
                    }
                }
            }
        }
        count.report();
    }

    private static Optional<String> skipped(String name, JsonNode tests) {
        if (name.matches(".*(ACL|Rights|Sharing|RenameSharedMailbox).*")) {
            return Optional.of("ACL (RFC 4314) is not offered");
        }
        if (name.matches("(Metadata|Quota|XList|ObjectId|.*SaveDate).*")) {
            return Optional.of("not offered: METADATA, QUOTA, XLIST, OBJECTID, SAVEDATE");
        }
        for (JsonNode test : tests) {
            if (test.get("steps").size() > 0) {
                return Optional.of("wants mailboxes filled by James' own code");
            }
        }
        return Optional.ofNullable(NOT_OURS.get(name));
    }

    /// One script, one house.
    private static final class Play {
        private final House house;
        private final JsonNode before;
        private final Path folder;
        private final Map<String, Client> clients = new HashMap<>();
        private String session = "";
        private boolean prepared;

        Play(House house, JsonNode before, Path folder) {
            this.house = house;
            this.before = before;
            this.folder = folder;
        }

        void run(String text) throws IOException {
            List<String> lines = text.lines().toList();
            boolean sessions = lines.stream().anyMatch(line -> line.startsWith("SESSION:"));
            session = sessions ? "1" : "";
            if (sessions) {
                for (String line : lines) {
                    if (line.startsWith("SESSION:")) {
                        client(line.substring(8).strip());
                    }
                }
            }
            play(lines);
        }

        private Client client(String name) throws IOException {
            Client known = clients.get(name);
            if (known != null) {
                return known;
            }
            Client client = house.connect();
            clients.put(name, client);
            String outer = session;
            session = name;
            for (JsonNode step : before) {
                switch (step.asText()) {
                    case "welcome" -> client.line();
                    case "authenticate" -> client.ok("LOGIN ann@example.com secret");
                    case "selectInbox" -> client.ok("SELECT INBOX");
                    case "prepareMailbox" -> {
                        String setup = Files.readString(
                                folder.resolve("scripts/SelectedStateSetup.test"), StandardCharsets.ISO_8859_1);
                        if (prepared) {
                            client.ok("SELECT selected");
                        } else {
                            prepared = true;
                            play(setup.lines().toList());
                        }
                    }
                    default -> throw new AssertionError("unknown step " + step);
                }
            }
            if (before.isEmpty()) {
                client.line();
            }
            session = outer;
            return client;
        }

        private void play(List<String> lines) throws IOException {
            List<String> wanted = new ArrayList<>();
            boolean speaking = false;
            for (int i = 0; i <= lines.size(); i++) {
                String line = i == lines.size() ? "C: " : lines.get(i);
                if (line.startsWith("S:")) {
                    wanted.add(line.length() > 3 ? line.substring(3) : "");
                    speaking = false;
                    continue;
                }
                boolean client = line.startsWith("C:");
                boolean turn = client || line.startsWith("SESSION:");
                if (turn && !wanted.isEmpty() && !speaking) {
                    compare(client(session), wanted);
                    wanted = new ArrayList<>();
                }
                if (i == lines.size()) {
                    break;
                }
                if (client) {
                    speaking = true;
                    client(session)
                            .say((line.length() > 3 ? line.substring(3) : "")
                                    .replace("imapuser", "ann@example.com")
                                    .replaceAll("\\bpassword\\b", "secret"));
                } else if (line.startsWith("SESSION:")) {
                    session = line.substring(8).strip();
                }
            }
        }

        private static final Pattern TAGGED = Pattern.compile("(\\S+) (OK|NO|BAD)\\b.*");

        private static void compare(Client client, List<String> wanted) {
            String last = wanted.getLast();
            List<String> heard = new ArrayList<>();
            if (last.startsWith("\\+")) {
                heard.add(client.line());
                if (!heard.getFirst().startsWith("+")) {
                    throw new AssertionError("expected a continuation, but " + heard);
                }
                return;
            }
            Optional<String> tag = Optional.of(last)
                    .filter(line -> TAGGED.matcher(line).matches() && !line.startsWith("\\*"))
                    .map(line -> line.substring(0, line.indexOf(' ')));
            while (true) {
                Optional<String> line = client.next();
                if (line.isEmpty()) {
                    break;
                }
                heard.add(line.get());
                if (tag.isPresent() ? line.get().startsWith(tag.get() + " ") : heard.size() == wanted.size()) {
                    break;
                }
            }
            List<String> rest = new ArrayList<>(heard);
            for (String pattern : wanted) {
                if (pattern.matches("\\\\\\* (\\d|.d.)+ RECENT|.*MAILBOXID.*|SUB \\{|\\}")
                        || pattern.matches("\\\\\\* (OK|FLAGS|CAPABILITY|BYE).*")) {
                    continue;
                }
                int found = -1;
                for (int i = 0; i < rest.size() && found < 0; i++) {
                    found = matches(pattern, rest.get(i)) ? i : -1;
                }
                if (found < 0) {
                    throw new AssertionError("missing " + pattern + " in " + heard);
                }
                rest.remove(found);
            }
            for (String line : rest) {
                if (line.matches("\\* \\d+ (FETCH|EXPUNGE) .*|\\* \\d+ EXPUNGE") && tag.isPresent()) {
                    throw new AssertionError("nobody expected " + line + " among " + wanted);
                }
            }
        }

        private static boolean matches(String pattern, String line) {
            var tagged = TAGGED.matcher(pattern);
            if (tagged.matches() && !pattern.startsWith("\\*")) {
                var said = TAGGED.matcher(line);
                // NO and BAD are both refusals, and servers differ in which
                return said.matches()
                        && said.group(1).equals(tagged.group(1))
                        && said.group(2).equals("OK") == tagged.group(2).equals("OK");
            }
            String plain = pattern.replaceAll("\\\\([^a-zA-Z0-9])", "$1");
            String loose = pattern.replaceAll("RECENT \\d+", "RECENT \\\\d+")
                    .replaceAll("STATUS \\\\?\"(\\w+)\\\\?\"", "STATUS $1");
            return Pattern.compile(loose, Pattern.CASE_INSENSITIVE)
                            .matcher(line)
                            .matches()
                    || normal(plain).equals(normal(line));
        }

        /// Flags in order without \Recent, names without quotes.
        private static String normal(String line) {
            String text = line.replace("\".\"", "\"/\"").replaceAll("(STATUS|/\") \"([^\" ]+)\"", "$1 $2");
            var flags = Pattern.compile("FLAGS \\(([^)]*)\\)").matcher(text);
            return flags.replaceAll(found -> java.util.regex.Matcher.quoteReplacement("FLAGS "
                            + new java.util.TreeSet<>(List.of(found.group(1)
                                    .replace("\\Recent", "")
                                    .strip()
                                    .split(" +")))))
                    .toLowerCase(java.util.Locale.ROOT);
        }
    }
}
