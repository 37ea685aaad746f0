package org.mutatio.command;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// `bin/mutatio` for everything but `run`.
///
/// The commands are those of the actions: asked of the running server, or, for help without one, those that shipped
/// with this release (`commands.json`). Local ones are added: start, stop, quickstart, version.
public final class Main {

    private static final List<String> LOCAL = List.of("start", "stop", "run", "quickstart", "version");

    /// Arguments that name a place on this machine.
    private static final Set<String> FOLDERS = Set.of("FOLDER", "COPY", "HOME");

    /// Options that do, by action.
    private static final Map<String, String> FOLDER_OPTIONS = Map.of("store export", "--to", "store import", "--from");

    private final PrintStream out;
    private final PrintStream err;
    private final InputStream in;
    private final Path distribution;

    Main(PrintStream out, PrintStream err, InputStream in, Path distribution) {
        this.out = out;
        this.err = err;
        this.in = in;
        this.distribution = distribution;
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Path distribution = Path.of(System.getProperty("mutatio.distribution", "."));
        System.exit(new Main(out, err, System.in, distribution).run(List.of(arguments)));
    }

    /// @return the exit code
    int run(List<String> arguments) {
        try {
            return dispatch(arguments);
        } catch (ExitException e) {
            return failed(arguments.contains("--json"), e.code(), String.valueOf(e.getMessage()));
        } catch (FileSystemException e) {
            String what = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
            int code = e instanceof AccessDeniedException ? ExitException.NO_PERMISSION : ExitException.IO_ERROR;
            return failed(arguments.contains("--json"), code, e.getFile() + ": " + what);
        } catch (IOException e) {
            return failed(arguments.contains("--json"), ExitException.IO_ERROR, String.valueOf(e.getMessage()));
        }
    }

    /// Programs that asked for JSON get it for what went wrong, too.
    private int failed(boolean json, int code, String message) {
        if (json) {
            out.println(JsonText.error(message, code));
        } else {
            err.println("mutatio: " + message);
        }
        return code;
    }

    private int dispatch(List<String> arguments) throws ExitException, IOException {
        Optional<String> home = homeOption(arguments);
        Optional<AdminClient> client = client(home);
        List<ActionDescription> actions = client.isPresent() ? offered(client.get()) : shipped();
        CommandLine line = new CommandLine(spec(actions));
        line.setPosixClusteredShortOptionsAllowed(false);
        ParseResult parsed;
        try {
            parsed = line.parseArgs(arguments.toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
            int _ = failed(arguments.contains("--json"), ExitException.USAGE, String.valueOf(e.getMessage()));
            if (arguments.contains("--json")) {
                return ExitException.USAGE;
            }
            if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
                e.getCommandLine().usage(err);
            }
            return ExitException.USAGE;
        }
        ParseResult deepest = parsed;
        while (deepest.hasSubcommand()) {
            deepest = deepest.subcommand();
        }
        CommandSpec command = deepest.commandSpec();
        CommandLine list = command.subcommands().get("list");
        if (list != null && !deepest.isUsageHelpRequested()) {
            command = list.getCommandSpec(); // `mutatio bundles` is `mutatio bundles list`
        }
        if (deepest.isUsageHelpRequested()
                || !command.subcommands().isEmpty() && !(command.userObject() instanceof ActionDescription)) {
            command.commandLine().usage(deepest.isUsageHelpRequested() ? out : err);
            return deepest.isUsageHelpRequested() ? 0 : ExitException.USAGE;
        }
        boolean json = flag(deepest, "--json");
        boolean quiet = flag(deepest, "-q");
        if (command.userObject() instanceof ActionDescription action) {
            return call(Home.of(home), action, deepest, json, quiet);
        }
        return switch (command.name()) {
            case "start" -> new Lifecycle(distribution, out).start(Home.of(home));
            case "stop" -> new Lifecycle(distribution, out).stop(Home.of(home));
            case "quickstart" -> quickstart(deepest, Home.of(home));
            case "version" -> version(json);
            case "run" -> throw new ExitException(ExitException.USAGE, "run is started by bin/mutatio itself");
            default -> throw new ExitException(ExitException.USAGE, "unknown command " + command.name());
        };
    }

    private static Optional<String> homeOption(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).equals("--home") && i + 1 < arguments.size()) {
                return Optional.of(arguments.get(i + 1));
            }
            if (arguments.get(i).startsWith("--home=")) {
                return Optional.of(arguments.get(i).substring("--home=".length()));
            }
        }
        return Optional.empty();
    }

    /// The running server, if there is one that can be asked.
    private static Optional<AdminClient> client(Optional<String> home) {
        try {
            return Optional.of(AdminClient.of(Home.of(home)));
        } catch (ExitException _) {
            return Optional.empty(); // said when a command needs it
        }
    }

    /// What the server offers, then what this release has: a server that is just starting, that was killed a moment ago
    /// or whose bundle is being replaced would say "unknown" else, and it is "not now".
    private static List<ActionDescription> offered(AdminClient client) throws IOException {
        List<ActionDescription> offered = new ArrayList<>();
        try {
            offered.addAll(client.actions());
        } catch (ExitException _) {
            offered.clear(); // said when the command needs it
        }
        offered.addAll(shipped()); // the first of a name counts
        return offered;
    }

    private static List<ActionDescription> shipped() throws IOException {
        try (InputStream list = Main.class.getResourceAsStream("commands.json")) {
            if (list == null) {
                throw new IOException("commands.json is missing in this distribution");
            }
            return ActionDescription.list(new String(list.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    // ---- the model of the command line

    private static CommandSpec spec(List<ActionDescription> actions) {
        CommandSpec root = CommandSpec.create().name("mutatio");
        root.usageMessage()
                .description("Runs and administers the Mutatio mail server.")
                .footer("", "Each command has --help with an example. Exit codes are those of sysexits(3).");
        common(root, false);
        local(root, "run", "runs the server in the foreground; Ctrl-C stops it", "mutatio run --home /srv/mutatio");
        local(root, "start", "starts the server in the background and waits until it is ready", "mutatio start");
        local(root, "stop", "stops the server, and waits until it has ended", "mutatio stop");
        CommandSpec quickstart = local(
                root,
                "quickstart",
                "makes a working home for one domain and prints what to do next",
                "mutatio quickstart ann@example.org --home /srv/mutatio");
        quickstart.addPositional(PositionalParamSpec.builder()
                .paramLabel("ADDRESS")
                .required(true)
                .type(String.class)
                .index("0")
                .description("first account; its domain is served")
                .build());
        quickstart.addOption(OptionSpec.builder("--unprivileged")
                .type(boolean.class)
                .description("ports from 2143 to 8025 instead of those below 1024")
                .build());
        quickstart.addOption(OptionSpec.builder("--listen")
                .type(String.class)
                .paramLabel("ADDRESS")
                .description("listen on this address only; 127.0.0.1 for a trial")
                .build());
        quickstart.addOption(OptionSpec.builder("--host-name")
                .type(String.class)
                .paramLabel("NAME")
                .description("name of this host in the DNS; mail.DOMAIN when not given")
                .build());
        local(root, "version", "version of this distribution and of Java", "mutatio version --json");
        Set<String> seen = new LinkedHashSet<>(LOCAL);
        for (ActionDescription action : actions) {
            if (seen.add(action.name())) {
                add(root, action);
            }
        }
        root.subcommands().values().forEach(command -> describeGroup(command.getCommandSpec()));
        return root;
    }

    /// A group of commands is what its commands are; bundles say nothing of it.
    private static void describeGroup(CommandSpec group) {
        Map<String, CommandLine> commands = group.subcommands();
        if (commands.isEmpty()) {
            return;
        }
        commands.values().forEach(command -> describeGroup(command.getCommandSpec()));
        String names = String.join(", ", new TreeSet<>(commands.keySet()));
        CommandLine example = Objects.requireNonNullElse(
                commands.get("list"), commands.values().iterator().next());
        group.usageMessage()
                .description(names + ".")
                .footer(example.getCommandSpec().usageMessage().footer());
    }

    private static CommandSpec local(CommandSpec root, String name, String summary, String example) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(capital(summary) + ".").footer("", "Example: " + example);
        common(spec, true);
        root.addSubcommand(name, spec);
        return spec;
    }

    private static String capital(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static void common(CommandSpec spec, boolean json) {
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("shows this")
                .build());
        spec.addOption(OptionSpec.builder("--home")
                .type(String.class)
                .paramLabel("DIR")
                .description("folder with config, data and plugins; MUTATIO_HOME when not given")
                .build());
        if (json) {
            spec.addOption(OptionSpec.builder("--json")
                    .type(boolean.class)
                    .description("answers in JSON")
                    .build());
            spec.addOption(OptionSpec.builder("-q", "--quiet")
                    .type(boolean.class)
                    .description("prints nothing but errors")
                    .build());
        }
    }

    private static void add(CommandSpec root, ActionDescription action) {
        CommandSpec parent = root;
        String[] words = action.name().split(" ", -1);
        for (int i = 0; i < words.length - 1; i++) {
            CommandLine group = parent.subcommands().get(words[i]);
            if (group == null) {
                CommandSpec made = CommandSpec.create().name(words[i]);
                common(made, true);
                parent.addSubcommand(words[i], made);
                parent = made;
            } else {
                parent = group.getCommandSpec();
            }
        }
        String last = words[words.length - 1];
        if (parent.subcommands().containsKey(last)) {
            return;
        }
        CommandSpec spec = CommandSpec.wrapWithoutInspection(action).name(last);
        spec.usageMessage().description(capital(action.summary()) + ".").footer("", "Example: " + action.example());
        common(spec, true);
        int position = 0;
        for (ActionDescription.Parameter parameter : action.parameters()) {
            switch (parameter.kind()) {
                case "REQUIRED", "OPTIONAL" ->
                    spec.addPositional(PositionalParamSpec.builder()
                            .paramLabel(parameter.name())
                            .type(String.class)
                            .index(String.valueOf(position++))
                            .required(parameter.kind().equals("REQUIRED"))
                            .description(parameter.description())
                            .build());
                case "FLAG" ->
                    spec.addOption(OptionSpec.builder(parameter.name())
                            .type(boolean.class)
                            .description(parameter.description())
                            .build());
                case "SECRET" -> {
                    spec.addOption(OptionSpec.builder(parameter.name() + "-stdin")
                            .type(boolean.class)
                            .description("reads it from standard input: " + parameter.description())
                            .build());
                }
                default ->
                    spec.addOption(OptionSpec.builder(parameter.name())
                            .type(String.class)
                            .paramLabel(parameter.kind().equals("FILE") ? "FILE" : "VALUE")
                            .description(parameter.description())
                            .build());
            }
        }
        parent.addSubcommand(last, spec);
    }

    private static boolean flag(ParseResult parsed, String name) {
        return parsed.matchedOptionValue(name, false);
    }

    // ---- calling

    private int call(Home home, ActionDescription action, ParseResult parsed, boolean json, boolean quiet)
            throws ExitException, IOException {
        boolean offline = Offline.can(action.name()) && !home.served();
        Consumer<String> progress = step -> {
            if (!quiet && !json) {
                err.println(step);
            }
        };
        AdminClient.Result result;
        if (offline) {
            Map<String, String> arguments = arguments(action, parsed);
            progress.accept("no server runs for " + home.folder() + ": " + Offline.told(action.name(), arguments));
            result = new Offline(distribution).call(home, action.name(), arguments, progress);
        } else {
            AdminClient client = AdminClient.of(home); // before a password is asked for
            result = client.call(action.name(), arguments(action, parsed), progress);
        }
        if (json) {
            out.println(JsonText.write(
                    result.json() instanceof Map<?, ?> fields ? coded(fields, result, offline) : result.json()));
        } else if (result.json() instanceof Map<?, ?> fields && fields.containsKey("error") && result.exit() != 0) {
            // A report that finds something wrong (status) is a report; only what could not be done is an error.
            err.print("mutatio: " + result.text());
        } else if (!quiet) {
            out.print(result.text());
        }
        out.flush();
        return result.exit();
    }

    /// An error says its exit code, as those of the command line itself do.
    private static Map<?, ?> coded(Map<?, ?> fields, AdminClient.Result result, boolean offline) {
        Map<Object, Object> coded = new LinkedHashMap<>(fields);
        if (fields.containsKey("error") && result.exit() != 0) {
            coded.put("exit", result.exit());
        }
        if (offline) {
            coded.put("offline", true);
        }
        return coded;
    }

    private Map<String, String> arguments(ActionDescription action, ParseResult parsed)
            throws ExitException, IOException {
        Map<String, String> arguments = new LinkedHashMap<>();
        int position = 0;
        boolean secretNeeded = !flagGiven(action, parsed, "--generate");
        for (ActionDescription.Parameter parameter : action.parameters()) {
            String name = parameter.name();
            switch (parameter.kind()) {
                case "REQUIRED", "OPTIONAL" -> {
                    if (parsed.hasMatchedPositional(position)) {
                        String value = parsed.matchedPositionalValue(position, "");
                        arguments.put(name, value);
                        attach(name, value, arguments);
                    }
                    position++;
                }
                case "FLAG" -> {
                    if (flag(parsed, name)) {
                        arguments.put(name, "true");
                    }
                }
                case "SECRET" -> {
                    if (flag(parsed, name + "-stdin")) {
                        arguments.put(name, line());
                    } else if (secretNeeded) {
                        arguments.put(name, prompted(name));
                    }
                }
                case "FILE" -> {
                    String value = parsed.matchedOptionValue(name, "");
                    if (!value.isEmpty()) {
                        arguments.put(name + ".path", value);
                        arguments.put(name, content(value));
                    }
                }
                default -> {
                    String value = parsed.matchedOptionValue(name, "");
                    if (!value.isEmpty()) {
                        arguments.put(name, name.equals(FOLDER_OPTIONS.get(action.name())) ? absolute(value) : value);
                    }
                }
            }
        }
        return arguments;
    }

    private static boolean flagGiven(ActionDescription action, ParseResult parsed, String name) {
        return action.parameters().stream()
                        .anyMatch(parameter -> parameter.name().equals(name))
                && flag(parsed, name);
    }

    /// A positional argument named FILE is read here: the server may run as another user, elsewhere.
    private void attach(String name, String value, Map<String, String> arguments) throws ExitException, IOException {
        if (name.equals("FILE")) {
            arguments.put(
                    "FILE.path", Path.of(value).toAbsolutePath().normalize().toString());
            arguments.put("FILE", content(value));
        } else if (FOLDERS.contains(name)) {
            arguments.put(name, absolute(value));
        }
    }

    /// The server's own folder is another one.
    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize().toString();
    }

    private String content(String file) throws ExitException, IOException {
        byte[] octets;
        if (file.equals("-")) {
            octets = in.readAllBytes();
        } else {
            Path path = Path.of(file);
            if (!Files.isReadable(path)) {
                throw new ExitException(ExitException.NO_INPUT, "cannot read " + path.toAbsolutePath());
            }
            octets = Files.readAllBytes(path);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            return "base64:" + Base64.getEncoder().encodeToString(octets);
        }
    }

    private String line() throws IOException {
        List<Byte> octets = new ArrayList<>();
        int c = in.read();
        while (c >= 0 && c != '\n') {
            octets.add((byte) c);
            c = in.read();
        }
        byte[] line = new byte[octets.size()];
        for (int i = 0; i < line.length; i++) {
            line[i] = octets.get(i);
        }
        String text = new String(line, StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    @SuppressWarnings("SystemConsoleNull") // NullAway's model of it is older than JDK 22
    private static String prompted(String name) throws ExitException {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new ExitException(
                    ExitException.USAGE,
                    "there is no terminal to ask for " + name.substring(2) + "; use " + name + "-stdin or --generate");
        }
        char[] first = console.readPassword("%s: ", name.substring(2));
        char[] second = console.readPassword("%s again: ", name.substring(2));
        if (first == null || second == null || !new String(first).equals(new String(second))) {
            throw new ExitException(ExitException.DATA, "the two differ; nothing was changed");
        }
        return new String(first);
    }

    // ---- local ones

    private int version(boolean json) throws IOException {
        String version = Version.text();
        String java = Runtime.version().toString();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("version", version);
            fields.put("java", java);
            fields.put("distribution", distribution.toString());
            out.println(JsonText.write(fields));
        } else {
            out.println("mutatio " + version + " (Java " + java + ", " + distribution + ")");
        }
        return 0;
    }

    private int quickstart(ParseResult parsed, Home home) throws ExitException, IOException {
        Quickstart.Wish wish = new Quickstart.Wish(
                parsed.matchedPositionalValue(0, ""),
                flag(parsed, "--unprivileged"),
                parsed.matchedOptionValue("--listen", "*"),
                parsed.matchedOptionValue("--host-name", ""));
        return new Quickstart(distribution, out).run(home, wish);
    }
}
