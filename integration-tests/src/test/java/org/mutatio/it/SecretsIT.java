package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mutatio.load.SmtpClient;

/// What is secret stands where it must and nowhere else: passwords that were right and that were wrong, in each form a
/// client sends them, private keys, the token of the admin API.
class SecretsIT {

    private static final String ANN = "ann@example.test";
    private static final String WRONG = "canary-wrong-password";
    private static final String NEW = "canary-new-password-7";

    @Test
    void noSecretIsToldToAnybody() throws Exception {
        try (Server server = Server.home("secrets").start().accounts(ANN)) {
            Map<String, String> canaries = new LinkedHashMap<>();
            canaries.put("password", Server.PASSWORD);
            canaries.put("new password", NEW);
            canaries.put("wrong password", WRONG);
            canaries.put("password of PLAIN", plain(Server.PASSWORD));
            canaries.put("wrong password of PLAIN", plain(WRONG));
            canaries.put("password of LOGIN", base64(Server.PASSWORD));
            canaries.put("wrong password of LOGIN", base64(WRONG));
            canaries.put("admin token", server.read("data/admin.token").strip());
            keys(server, canaries);
            assertTrue(canaries.size() > 8, "keys are among them: " + canaries.keySet());

            StringBuilder told = new StringBuilder();
            for (String password : List.of(Server.PASSWORD, WRONG)) {
                told.append(talk(server, "submission", "EHLO x", "AUTH PLAIN " + plain(password), "QUIT"));
                told.append(talk(
                        server,
                        "submission",
                        "EHLO x",
                        "AUTH LOGIN",
                        base64(ANN),
                        base64(password),
                        // In the wrong order, as when somebody types the password where a command belongs.
                        password,
                        "QUIT"));
                told.append(talk(server, "imap", "a LOGIN " + ANN + " \"" + password + "\"", "b LOGOUT"));
                told.append(talk(server, "imap", "a AUTHENTICATE PLAIN " + plain(password), "b LOGOUT"));
            }
            try (SmtpClient client = new SmtpClient(server.address("mx"))) {
                String _ = client.send(
                        "x@sender.test", ANN, "Subject: s\r\n\r\nt\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            told.append(server.command(NEW + "\n", "account", "passwd", ANN, "--password-stdin")
                    .ok()
                    .out());
            for (List<String> command : List.of(
                    List.of("status"),
                    List.of("status", "--json"),
                    List.of("account", "list", "--json"),
                    List.of("account", "show", ANN),
                    List.of("explain", ANN, "--since", "1h"),
                    List.of("explain", ANN, "--since", "1h", "--json"),
                    List.of("policy", "show", "example.test"),
                    List.of("bundles", "list", "--json"),
                    List.of("tls", "check", "--json"),
                    List.of("store", "status", "--json"),
                    List.of("account", "show", "nobody@example.test"))) {
                told.append(server.mutatio(command.toArray(String[]::new)).out());
            }
            Path copies = Distribution.WORK.resolve("secrets-copies");
            Distribution.delete(copies);
            Path export = copies.resolve("export");
            Files.createDirectories(copies);
            Server.Answer _ = server.mutatio(
                            "store", "backup", copies.resolve("backup").toString())
                    .ok();
            Server.Answer _ = server.mutatio("store", "export", ANN, "--to", export.toString())
                    .ok();
            int _ = server.stop();

            List<String> found = new ArrayList<>();
            look("an answer", told.toString(), canaries, found);
            for (Path folder : List.of(server.home(), copies)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.filter(Files::isRegularFile)
                            .filter(SecretsIT::public_)
                            .toList()) {
                        look(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1), canaries, found);
                    }
                }
            }
            assertEquals(List.of(), found);
        }
    }

    /// All but the files that are the secrets' own: those only their owner may read.
    private static boolean public_(Path file) {
        try {
            String name = String.valueOf(file.getFileName());
            boolean own = name.equals("admin.token") || name.endsWith(".pem") || name.endsWith(".key");
            if (own && name.endsWith("token")) {
                assertTrue(
                        Files.getPosixFilePermissions(file).stream()
                                .noneMatch(p -> p.name().startsWith("OTHERS")
                                        || p.name().startsWith("GROUP")),
                        file + " is readable by others");
            }
            return !own;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void look(String where, String text, Map<String, String> canaries, List<String> found) {
        canaries.forEach((name, canary) -> {
            if (text.contains(canary)) {
                found.add(name + " in " + where);
            }
        });
    }

    /// A line out of the middle of every private key of the server.
    private static void keys(Server server, Map<String, String> canaries) throws IOException {
        try (Stream<Path> files = Files.walk(server.home().resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                int begin = text.indexOf("PRIVATE KEY-----");
                if (begin > 0) {
                    String line =
                            text.substring(begin).lines().skip(1).findFirst().orElseThrow();
                    canaries.put("key of " + file.getFileName(), line.substring(line.length() / 2));
                }
            }
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String plain(String password) {
        return base64("\0" + ANN + "\0" + password);
    }

    /// @return all that the server said
    private static String talk(Server server, String port, String... lines) throws IOException {
        StringBuilder said = new StringBuilder();
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(60_000);
            socket.connect(server.address(port));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line : lines) {
                socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
            String answer = in.readLine();
            while (answer != null) {
                said.append(answer).append('\n');
                answer = in.readLine();
            }
        }
        return said.toString();
    }
}
