package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// testssl.sh against both TLS profiles with a certificate of a test authority, and what `mutatio tls
/// check` says of that certificate.
///
/// Short by default, both at once: the script starts hundreds of programs before its first check. All
/// of its checks run under `-Pnightly`; each suite by itself is a test of `ports` (`ProfileTest`).
class SslScanIT {
    private static final String NAME = "mail.example.test";
    private static final boolean ALL = Boolean.getBoolean("testssl.all");
    private static final List<String> SHORT = List.of("-I", "-L");
    private static final List<String> LONG = List.of("-p", "-s", "-f", "-P", "-S", "-U");

    /// What Debian's OpenSSL cannot do itself, and says. `secure_client_renego` is a race there: its
    /// client ends with its input, on a busy machine before our refusal has come (ports' `TlsTest`
    /// holds that we refuse).
    private static final Set<String> LOCAL =
            Set.of("engine_problem", "RC4", "sessionresumption_ticket", "scanProblem", "secure_client_renego");

    private static final Set<String> REMARKS = Set.of("INFO", "DEBUG");

    private static Server server;
    private static Path authority;

    @BeforeAll
    static void start() throws Exception {
        Needs.program("testssl");
        Needs.program("openssl");
        server = Server.home("testssl");
        server.write(
                "config/mutatio.toml", "[ports]\nhostname = \"" + NAME + "\"\n\n" + server.read("config/mutatio.toml"));
        authority = certificate(
                Files.createDirectories(server.home().resolve("config/tls").resolve(NAME)));
        Server _ = server.start().ready();
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /// EC P-256 of an authority of the test's own, with a revocation list, as public ones are.
    ///
    /// @return the authority's own certificate
    private static Path certificate(Path folder) throws Exception {
        Path work = Files.createDirectories(server.home().resolve("authority"));
        Files.writeString(work.resolve("extensions"), """
                subjectAltName = DNS:%s
                keyUsage = critical, digitalSignature
                extendedKeyUsage = serverAuth
                basicConstraints = critical, CA:FALSE
                crlDistributionPoints = URI:http://crl.example.test/list.crl
                """.formatted(NAME));
        for (String line : List.of(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 365 -subj /CN=Test-Authority"
                        + " -addext keyUsage=critical,keyCertSign,cRLSign -keyout authority.key -out authority.pem",
                "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + NAME
                        + " -keyout privkey.pem -out request.pem",
                "openssl x509 -req -in request.pem -CA authority.pem -CAkey authority.key -CAcreateserial -days 90 -sha256"
                        + " -extfile extensions -out own.pem")) {
            Server.Answer _ = Needs.run(work, line.split(" ", -1)).ok();
        }
        Path key = folder.resolve("privkey.pem");
        Files.copy(work.resolve("privkey.pem"), key);
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                folder.resolve("fullchain.pem"),
                Files.readString(work.resolve("own.pem")) + Files.readString(work.resolve("authority.pem")));
        return work.resolve("authority.pem");
    }

    /// One run of the script against one listener.
    private record Run(Process process, Path json, Path out) {

        /// @return what it finds amiss: `severity id`
        Set<String> amiss() throws Exception {
            if (!process.waitFor(15, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("does not end:\n" + Files.readString(out));
            }
            Set<String> amiss = new TreeSet<>();
            int good = 0;
            for (JsonNode found : new ObjectMapper().readTree(Files.readString(json))) {
                String severity = found.path("severity").asText();
                String id = found.path("id").asText();
                if (severity.equals("OK")) {
                    good++;
                } else if (!REMARKS.contains(severity) && !LOCAL.contains(id)) {
                    amiss.add(severity + " " + id);
                }
            }
            assertTrue(good >= (ALL ? 20 : 1), "nothing was tested:\n" + Files.readString(out));
            return amiss;
        }
    }

    private static Run testssl(String port, String... starttls) throws Exception {
        Path json = server.home().resolve("testssl-" + port + ".json");
        Path out = server.home().resolve("testssl-" + port + ".txt");
        List<String> line = new ArrayList<>(List.of(
                "testssl",
                "--quiet",
                "--fast",
                "--color",
                "0",
                "--warnings",
                "off",
                "-n",
                "none",
                "--ip",
                "127.0.0.1"));
        line.addAll(List.of("--add-ca", authority.toString(), "--jsonfile", json.toString()));
        line.addAll(ALL ? LONG : SHORT);
        line.addAll(List.of(starttls));
        line.add(NAME + ":" + server.port(port));
        Process process = new ProcessBuilder(line)
                .directory(server.home().toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .start();
        return new Run(process, json, out);
    }

    /// A sender that has CBC only would otherwise send in the clear (RFC 7435 section 3).
    @Test
    void nothingIsRedForMailProgramsAndOnlyToleratedSuitesForStrangers() throws Exception {
        Run programs = testssl("imaps");
        Run strangers = testssl("mx", "-t", "smtp");
        assertEquals(Set.of(), programs.amiss());
        assertEquals(ALL ? Set.of("LOW LUCKY13", "LOW cipherlist_AVERAGE") : Set.of("LOW LUCKY13"), strangers.amiss());
    }

    @Test
    void theCertificateIsDescribed() throws Exception {
        Server.Answer all = server.mutatio("tls", "check").ok();
        for (String text : List.of(
                NAME + "  " + server.home().resolve("config/tls").resolve(NAME),
                "key      EC P-256, signed by SHA256withECDSA",
                "(89 days)",
                "complete (2), private authority",
                "domains  example.test",
                "mx (mx)",
                "imaps (client)")) {
            assertTrue(all.out().contains(text), text + " in\n" + all.out());
        }
        JsonNode json = new ObjectMapper()
                .readTree(server.mutatio("tls", "check", NAME, "--json").ok().out());
        assertEquals(List.of(NAME), texts(json.path("certificates").path(0).path("names")));
        assertEquals(67, server.mutatio("tls", "check", "unknown.test").exit());
        // A key that all may read is a problem, told by the exit code.
        Path key = server.home().resolve("config/tls").resolve(NAME).resolve("privkey.pem");
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        try {
            Server.Answer told = server.mutatio("tls", "check", NAME);
            assertEquals(78, told.exit(), told.out());
            assertTrue(told.out().contains("problem  " + key + " may be read by everybody"), told.out());
        } finally {
            Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
