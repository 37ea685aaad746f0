package org.mutatio.imap.corpora;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.mutatio.imap.corpora.Arguments.Group;
import org.mutatio.imap.corpora.Arguments.Node;
import org.mutatio.imap.corpora.Arguments.Text;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// Plays one script of Dovecot's imaptest, as imaptest-doc/scripted_test.md describes them.
final class ImaptestScript {
    private static final String MAILBOX = "imaptest";

    private final Map<String, String> header = new HashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final List<byte[]> messages;
    private final Map<String, String> variables = new HashMap<>();
    private final Map<Integer, Client> clients = new HashMap<>();
    private int nextMessage;
    private int tags;

    ImaptestScript(String script, List<byte[]> messages) {
        this.messages = messages;
        boolean inHeader = true;
        StringBuilder literal = null;
        boolean wholeHeader = script.lines().findFirst().orElse("").matches("[a-z_]+: .*");
        for (String line : script.split("\n", -1)) {
            if (literal != null) {
                literal.append('\n').append(line);
                if (line.startsWith("}}}") && !line.contains("{{{")) {
                    lines.add(literal.toString());
                    literal = null;
                }
                continue;
            }
            if (line.startsWith("#")) {
                continue;
            }
            if (inHeader && wholeHeader && line.matches("[a-z_]+: .*")) {
                header.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
                continue;
            }
            if (line.matches("[a-z_]+: \\S+") && lines.isEmpty()) {
                header.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
                continue;
            }
            if (line.isBlank()) {
                inHeader = header.isEmpty();
                continue;
            }
            inHeader = false;
            if (line.contains("{{{")) {
                literal = new StringBuilder(line);
            } else {
                lines.add(line);
            }
        }
    }

    Set<String> capabilities() {
        String words = header.getOrDefault("capabilities", "");
        return words.isEmpty()
                ? Set.of()
                : new HashSet<>(List.of(words.toUpperCase(Locale.ROOT).split(" ")));
    }

    // ---- playing

    void play(House house) {
        variables.put("mailbox", MAILBOX);
        variables.put("user", "ann@example.com");
        variables.put("username", "ann");
        variables.put("domain", "example.com");
        variables.put("password", "secret");
        String state = header.getOrDefault("state", "selected");
        int connections = Integer.parseInt(header.getOrDefault("connections", "1"));
        for (int i = 1; i <= connections; i++) {
            Client client = house.connect();
            client.line();
            clients.put(i, client);
            if (!state.equals("nonauth")) {
                client.ok("LOGIN ann@example.com secret");
            }
        }
        Client first = client(1);
        if (Set.of("created", "appended", "selected").contains(state)) {
            first.ok("CREATE " + MAILBOX);
        }
        if (Set.of("appended", "selected").contains(state)) {
            String wanted = header.getOrDefault("messages", "all");
            int count = wanted.equals("all") ? messages.size() : Integer.parseInt(wanted);
            for (int i = 0; i < count; i++) {
                first.append(MAILBOX, message());
            }
        }
        if (state.equals("selected")) {
            clients.values().forEach(client -> client.ok("SELECT " + MAILBOX));
        }
        int at = 0;
        while (at < lines.size()) {
            at = step(at, connections > 1);
        }
    }

    private Client client(int number) {
        Client client = clients.get(number);
        if (client == null) {
            throw new AssertionError("no connection " + number);
        }
        return client;
    }

    private byte[] message() {
        return messages.get(nextMessage++ % messages.size());
    }

    private record Said(int number, String rest) {}

    private static Said number(String line, boolean numbered) {
        if (numbered && line.length() > 2 && Character.isDigit(line.charAt(0)) && line.charAt(1) == ' ') {
            return new Said(line.charAt(0) - '0', line.substring(2));
        }
        return new Said(1, line);
    }

    private static boolean status(String word) {
        return word.equals("ok") || word.equals("no") || word.equals("bad") || word.equals("\"\"");
    }

    private static String firstWord(String line) {
        int space = line.indexOf(' ');
        return space < 0 ? line : line.substring(0, space);
    }

    private int step(int from, boolean numbered) {
        int at = from;
        Said said = number(lines.get(at++), numbered);
        String word = firstWord(said.rest());
        if (word.startsWith("tag")) {
            return pipelined(from, numbered);
        }
        String expectedStatus = status(word) ? word : "";
        String command = status(word) ? said.rest().substring(word.length() + 1) : said.rest();
        List<String> expected = new ArrayList<>();
        String expectedTagged = "";
        while (at < lines.size() && "*!?".indexOf(lines.get(at).charAt(0)) >= 0) {
            expected.add(lines.get(at++));
        }
        if (expectedStatus.isEmpty() && at < lines.size()) {
            String reply = number(lines.get(at++), numbered).rest();
            expectedStatus = firstWord(reply);
            expectedTagged = reply.substring(expectedStatus.length()).strip();
        }
        String tag = "x" + ++tags;
        variables.put("tag", tag);
        Client client = client(said.number());
        List<String> answers = run(client, tag, command);
        String tagged = answers.removeLast();
        String where = "\"" + command + "\": ";
        if (!expectedStatus.equals("\"\"") && !tagged.toLowerCase(Locale.ROOT).startsWith(expectedStatus)) {
            throw new AssertionError(where + "expected " + expectedStatus + " but " + tagged);
        }
        if (!expectedTagged.isEmpty()
                && !matchesAll(
                        Arguments.parse(expectedTagged),
                        Arguments.parse(tagged.substring(tagged.indexOf(' ') + 1)),
                        true,
                        0)) {
            throw new AssertionError(where + "expected " + expectedTagged + " but " + tagged);
        }
        check(where, expected, answers);
        return at;
    }

    private int pipelined(int from, boolean numbered) {
        int at = from;
        Client client = client(number(lines.get(at), numbered).number());
        Map<String, String> statuses = new HashMap<>();
        List<String> expected = new ArrayList<>();
        List<String> order = new ArrayList<>();
        StringBuilder sent = new StringBuilder();
        while (at < lines.size() && (statuses.isEmpty() || statuses.size() < order.size())) {
            String line = number(lines.get(at++), numbered).rest();
            if (line.startsWith("*")) {
                expected.add(line);
                continue;
            }
            String tag = firstWord(line);
            String rest = line.substring(tag.length() + 1);
            if (status(firstWord(rest))) {
                statuses.put(tag, firstWord(rest));
            } else {
                order.add(tag);
                sent.append(tag).append(' ').append(expand(rest)).append("\r\n");
            }
        }
        client.raw(sent.toString());
        List<String> answers = new ArrayList<>();
        for (String tag : order) {
            List<String> some = client.answers(tag);
            String tagged = some.removeLast();
            if (!tagged.toLowerCase(Locale.ROOT).startsWith(String.valueOf(statuses.get(tag)))) {
                throw new AssertionError(tag + " was answered " + tagged);
            }
            answers.addAll(some);
        }
        check("pipelined: ", expected, answers);
        return at;
    }

    private List<String> run(Client client, String tag, String command) {
        String line = command;
        String literal = null;
        boolean binary = line.contains("~{{{");
        if (line.contains("{{{")) {
            int open = line.indexOf("{{{");
            int end = line.lastIndexOf("\n}}}");
            literal = line.substring(open + 4, Math.max(open + 4, end)).replaceAll("\r?\n", "\r\n");
            line = line.substring(0, open - (binary ? 1 : 0));
        }
        line = expand(line).strip();
        if (firstWord(line).equalsIgnoreCase("append")) {
            if (line.equalsIgnoreCase("append")) {
                line = "append " + MAILBOX;
            }
            if (literal == null) {
                literal = new String(message(), StandardCharsets.ISO_8859_1);
            }
        }
        if (literal == null) {
            client.raw(tag + " " + line + "\r\n");
        } else {
            client.raw(tag + " " + line + " " + (binary ? "~" : "") + "{" + literal.length() + "+}\r\n" + literal
                    + "\r\n");
        }
        return client.answers(tag);
    }

    private String expand(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '$') {
                out.append(c);
                continue;
            }
            if (text.startsWith("$$", i)) {
                out.append('$');
                i++;
                continue;
            }
            int end;
            String name;
            if (text.startsWith("${", i)) {
                end = text.indexOf('}', i);
                name = text.substring(i + 2, end);
                i = end;
            } else {
                end = i + 1;
                while (end < text.length()
                        && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                    end++;
                }
                name = text.substring(i + 1, end);
                i = end - 1;
            }
            if (name.startsWith("case:")) {
                out.append(name.substring(5));
            } else {
                out.append(variables.getOrDefault(name, "$" + name));
            }
        }
        return out.toString();
    }

    // ---- matching

    private void check(String where, List<String> expected, List<String> answers) {
        List<List<Node>> untagged = new ArrayList<>();
        List<Integer> originals = new ArrayList<>();
        List<Integer> gone = new ArrayList<>();
        for (String answer : answers) {
            List<Node> nodes = Arguments.parse(answer.startsWith("* ") ? answer.substring(2) : answer);
            untagged.add(nodes);
            int original = 0;
            if (nodes.size() > 1 && nodes.getFirst() instanceof Text(var text) && text.matches("\\d+")) {
                original = Integer.parseInt(text);
                for (int before : gone.stream().sorted().toList()) {
                    if (before <= original) {
                        original++;
                    }
                }
                if (nodes.get(1) instanceof Text(var word) && word.equalsIgnoreCase("EXPUNGE")) {
                    gone.add(original);
                }
            }
            originals.add(original);
        }
        Set<Integer> used = new HashSet<>();
        for (String line : expected) {
            char kind = line.charAt(0);
            List<Node> pattern = Arguments.parse(line.substring(2));
            boolean found = false;
            // two expectations may speak of one LIST response
            boolean again = line.toLowerCase(Locale.ROOT).startsWith("* list");
            for (int i = 0; i < untagged.size() && !found; i++) {
                if (kind == '*' && used.contains(i) && !again) {
                    continue;
                }
                Map<String, String> before = new HashMap<>(variables);
                found = matchesAll(pattern, untagged.get(i), extraAllowed(pattern), originals.get(i));
                if (found) {
                    used.add(i);
                } else {
                    variables.clear();
                    variables.putAll(before);
                }
            }
            if (kind == '*' && !found || kind == '!' && found) {
                throw new AssertionError(where + (found ? "unwanted " : "missing ") + line + " in " + answers);
            }
        }
    }

    /// Human text follows, or extended data of LIST.
    private static boolean extraAllowed(List<Node> pattern) {
        return pattern.getFirst() instanceof Text(var word)
                && Set.of("ok", "no", "bad", "bye", "list").contains(word.toLowerCase(Locale.ROOT));
    }

    private boolean matchesAll(List<Node> pattern, List<Node> nodes, boolean extra, int original) {
        if (pattern.size() > nodes.size() || pattern.size() < nodes.size() && !extra) {
            return false;
        }
        String kind = "";
        for (Node node : pattern) {
            if (node instanceof Text(var text) && !text.startsWith("$")) {
                kind = text.toLowerCase(Locale.ROOT);
                if (!kind.matches("\\d+")) {
                    break;
                }
            }
        }
        for (int i = 0; i < pattern.size(); i++) {
            if (!matches(pattern.get(i), nodes.get(i), kind, i == 0 ? original : 0)) {
                return false;
            }
        }
        return true;
    }

    private boolean matches(Node pattern, Node node, String kind, int original) {
        return switch (pattern) {
            case Text(var text) when text.equals("$") -> true;
            case Text(var text) -> node instanceof Text(var is) && matches(text, is, original);
            case Group group -> node instanceof Group is && group.open() == is.open() && list(group, is, kind);
        };
    }

    private boolean matches(String text, String is, int original) {
        if (text.matches("\\$\\d+")) {
            return Integer.parseInt(text.substring(1)) == original;
        }
        if (text.matches("\\$\\w+|\\$\\{\\w+\\}")) {
            String name = text.replaceAll("[${}]", "");
            if (!variables.containsKey(name)) {
                variables.put(name, is);
                return true;
            }
        }
        String wanted = expand(text);
        return wanted.equalsIgnoreCase(is) || wanted.equalsIgnoreCase("nil") && is.isEmpty();
    }

    private boolean list(Group pattern, Group is, String kind) {
        List<Node> wanted = new ArrayList<>();
        int chain = 0;
        boolean noExtra = true;
        boolean directives = false;
        Set<String> ignored = new HashSet<>();
        Set<String> banned = new HashSet<>();
        for (Node node : pattern.nodes()) {
            if (node instanceof Text(var text) && text.startsWith("$!")) {
                directives = true;
                switch (text.substring(2).replaceAll("=.*", "")) {
                    case "unordered" -> {
                        chain = text.contains("=") ? Integer.parseInt(text.substring(text.indexOf('=') + 1)) : 1;
                        noExtra = false;
                    }
                    case "noextra" -> noExtra = true;
                    case "extra" -> noExtra = false;
                    case "ordered" -> chain = 0;
                    case "ignore" ->
                        ignored.add(text.substring(text.indexOf('=') + 1).toLowerCase(Locale.ROOT));
                    case "ban" ->
                        banned.add(text.substring(text.indexOf('=') + 1).toLowerCase(Locale.ROOT));
                    default -> throw new AssertionError("unknown directive " + text);
                }
            } else {
                wanted.add(node);
            }
        }
        if (!directives && pattern.open() == '(') {
            switch (kind) {
                case "fetch", "status" -> {
                    chain = 2;
                    noExtra = false;
                }
                case "list", "lsub" -> {
                    chain = 1;
                    noExtra = false;
                }
                case "flags" -> {
                    chain = 1;
                    ignored.add("\\recent");
                }
                default -> {}
            }
        }
        if (chain == 0) {
            return matchesAll(wanted, is.nodes(), false, 0);
        }
        for (Node node : is.nodes()) {
            if (node instanceof Text(var text) && banned.contains(text.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        List<Node> rest = new ArrayList<>(is.nodes());
        for (int i = 0; i + chain <= wanted.size(); i += chain) {
            boolean found = false;
            for (int j = 0; j + chain <= rest.size() && !found; j += chain) {
                found = true;
                String inner = wanted.get(i) instanceof Text(var name) ? name.toLowerCase(Locale.ROOT) : "";
                for (int k = 0; k < chain && found; k++) {
                    found = matches(wanted.get(i + k), rest.get(j + k), inner, 0);
                }
                if (found) {
                    rest.subList(j, j + chain).clear();
                }
            }
            if (!found) {
                return false;
            }
        }
        rest.removeIf(node -> node instanceof Text(var text) && ignored.contains(text.toLowerCase(Locale.ROOT)));
        return rest.isEmpty() || !noExtra;
    }
}
