package org.mutatio.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The command line: what it asks a server, how it says what went wrong, and with which code of sysexits(3).
class MainTest {

    private record Said(int exit, String out, String err) {}

    @TempDir
    private Path folder;

    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void endServers() throws InterruptedException {
        for (Process server : servers) {
            int _ = server.destroyForcibly().waitFor();
        }
    }

    private Said typed(String input, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        int exit = new Main(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        in,
                        folder)
                .run(arguments);
        return new Said(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// With `--home` behind it.
    private Said mutatio(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--home", home().toString()));
        return typed("", line);
    }

    private Path home() {
        return folder.resolve("home");
    }

    private Process server() throws IOException {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FakeServer.class.getName(),
                        home().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        servers.add(server);
        String said = server.inputReader(StandardCharsets.UTF_8).readLine();
        assertEquals("ready true", said);
        return server;
    }

    static List<String> shipped() throws IOException {
        try (InputStream in = Main.class.getResourceAsStream("commands.json")) {
            List<String> names = new ArrayList<>(List.of("start", "stop", "run", "quickstart", "version"));
            for (ActionDescription action :
                    ActionDescription.list(new String(in.readAllBytes(), StandardCharsets.UTF_8))) {
                names.add(action.name());
                String group = action.name();
                while (group.contains(" ")) {
                    group = group.substring(0, group.lastIndexOf(' '));
                    names.add(group);
                }
            }
            return List.copyOf(new LinkedHashSet<>(names));
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void everyCommandHasHelpWithAnExample(String command) {
        List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.add("--help");
        Said said = typed("", words);
        assertEquals(0, said.exit(), said.err());
        assertTrue(said.out().contains("Usage: mutatio " + command), said.out());
        assertFalse(said.out().lines().anyMatch(line -> line.matches("  [a-z]+")), "a command says nothing of itself");
        assertTrue(said.out().contains("Example: mutatio " + command.split(" ", -1)[0]), said.out());
        assertEquals("", said.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            accont list              | 64 | account
            account lst              | 64 | list
            account add              | 64 | ADDRESS
            explain x --sinc 1h      | 64 | --sinc
            quickstart ann --home h  | 64 | ann
            quickstart a@b --home h  | 64 | not a domain name
            explain x                | 64 | no home given; use --home DIR, or set MUTATIO_HOME
            """)
    void aMistypedCommandIsToldWithTheRightOne(String line, int code, String reason) {
        Said said = typed("", List.of(line.split(" +")));
        assertEquals(code, said.exit(), said.err());
        assertTrue(said.err().contains(reason), said.err());
        assertEquals("", said.out());
    }

    @Test
    void whoAsksForJsonGetsJsonForWhatWentWrong() throws Exception {
        Said said = typed("", List.of("explain", "x", "--json", "--home", home().toString()));
        assertEquals(69, said.exit());
        assertTrue(JsonText.read(said.out()).toString().contains("exit=69"), said.out());
        assertEquals("", said.err());
    }

    @Test
    void withoutAServerTheCureIsNamed() {
        Said said = mutatio("explain", "x");
        assertEquals(69, said.exit());
        assertEquals(
                "mutatio: no server runs for " + home() + "; start it with: mutatio start --home " + home() + "\n",
                said.err());
    }

    @Test
    void whatWasTypedArrives() throws Exception {
        Process _ = server();
        Said said = typed(
                "s\u00e9cret\r\nnot read",
                List.of("account", "add", "ann@example.org", "--password-stdin", "--home", home().toString()));
        assertEquals(0, said.exit(), said.err());
        assertEquals(
                "{ADDRESS=ann@example.org, --password=s\u00e9cret}",
                JsonText.read(said.out()).toString());
        assertEquals(
                "{FOLDER=" + Path.of("domains").toAbsolutePath() + "}",
                JsonText.read(mutatio("policy", "check", "domains").out()).toString());
    }

    @Test
    void aFileIsReadHereAndItsStepsAreTold() throws Exception {
        Process _ = server();
        byte[] jar = {'P', 'K', 3, 4, (byte) 0xff, 0};
        Path file = Files.write(folder.resolve("x.jar"), jar);
        Said said = mutatio("deploy", file.toString(), "--plan");
        assertEquals(0, said.exit(), said.err());
        assertEquals(
                Map.of(
                        "FILE.path",
                        file.toString(),
                        "FILE",
                        "base64:" + Base64.getEncoder().encodeToString(jar),
                        "--plan",
                        "true"),
                JsonText.read(said.out()));
        assertEquals("checking\nstarting\n", said.err());
        Said missing = mutatio("deploy", folder.resolve("none.jar").toString());
        assertEquals(66, missing.exit());
        assertTrue(missing.err().contains("cannot read " + folder.resolve("none.jar")), missing.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            queue drop X | 69 | the server cannot do this now: no bundle offers it
            queue hold X | 75 | the server is busy: 64 calls at once
            status       | 65 | too much for the server
            rollback X   | 75 | the server ended before its answer did
            """)
    void whatTheServerRefusesHasItsCode(String line, int code, String reason) throws Exception {
        Process _ = server();
        Said said = mutatio(line.split(" ", -1));
        assertEquals(code, said.exit(), said.err());
        assertTrue(said.err().contains(reason), said.err());
    }

    /// What a stranger wrote into a message does not act on the administrator's terminal.
    @Test
    void jsonIsExactAndHarmless() throws Exception {
        Process _ = server();
        Said said = mutatio("explain", "x", "--json");
        assertEquals(66, said.exit());
        assertTrue(said.out().contains("\\u009B31m\\u007f"), said.out());
        assertTrue(JsonText.read(said.out()).toString().contains("no mail \u009b31m\u007f"), said.out());
    }

    @Test
    void quietSaysErrorsOnly() throws Exception {
        Process _ = server();
        assertEquals(new Said(0, "", ""), mutatio("account", "list", "-q"));
        assertFalse(mutatio("explain", "x", "-q").err().isEmpty());
    }

    @Test
    void aTokenOfAnotherStartIsTold() throws Exception {
        Process _ = server();
        Files.writeString(home().resolve("data/admin.token"), "older");
        Said said = mutatio("account", "list");
        assertEquals(75, said.exit());
        assertTrue(said.err().contains("admin.token"), said.err());
    }

    @Test
    void aServerThatWasKilledIsNoServer() throws Exception {
        Process server = server();
        int _ = server.destroyForcibly().waitFor();
        assertEquals(69, mutatio("account", "list").exit());
        assertEquals(new Said(0, "no server runs for " + home() + "\n", ""), mutatio("stop"));
    }

    @Test
    void whatStandsThereIsNotBegunAnew() throws Exception {
        Files.createDirectories(home().resolve("config"));
        Files.writeString(home().resolve("config/mutatio.toml"), "");
        assertEquals(73, mutatio("quickstart", "ann@example.org").exit());
        // The configuration was lost, the mail was not.
        Files.delete(home().resolve("config/mutatio.toml"));
        Path mail = Files.createDirectories(home().resolve("data/journal")).resolve("0000000000000001.seg");
        Files.writeString(mail, "mail");
        Said said = mutatio("quickstart", "ann@example.org", "--unprivileged", "--listen", "127.0.0.1");
        assertEquals(73, said.exit());
        assertTrue(said.err().contains("may hold mail"), said.err());
        assertEquals("mail", Files.readString(mail));
    }

    @Test
    void aFailedQuickstartLeavesNothing() throws Exception {
        Said said = mutatio("quickstart", "ann@example.org", "--unprivileged", "--listen", "127.0.0.1");
        assertTrue(said.exit() != 0, said.out()); // no launcher lies in this distribution, or a port is taken
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
