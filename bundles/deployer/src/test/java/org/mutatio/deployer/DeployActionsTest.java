package org.mutatio.deployer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.deployer.deployment.Book;
import org.mutatio.deployer.deployment.Deployer;
import org.mutatio.deployer.deployment.Framework;
import org.mutatio.deployer.deployment.Jars;
import org.mutatio.deployer.deployment.LiveTable;
import org.mutatio.deployer.deployment.RefusedException;

class DeployActionsTest {
    @TempDir
    Path home;

    private List<Action> actions = List.of();

    /// In which all goes well.
    private record Willing() implements Framework {
        @Override
        public long install(Path jar) {
            return 7;
        }

        @Override
        public Optional<String> resolve(long bundle) {
            return Optional.empty();
        }

        @Override
        public boolean asks(long bundle) {
            return false;
        }

        @Override
        public void stop(long bundle, java.time.Duration deadline) {}

        @Override
        public void start(long bundle, java.time.Duration deadline) throws RefusedException {}

        @Override
        public List<String> unsatisfied(long bundle) {
            return List.of();
        }

        @Override
        public List<String> broken(long bundle, java.time.Duration deadline) {
            return List.of();
        }

        @Override
        public int drain(long bundle, java.time.Duration deadline) {
            return 0;
        }

        @Override
        public void remove(long bundle) {}

        @Override
        public List<String> dependants(long bundle) {
            return List.of();
        }

        @Override
        public String state(long bundle) {
            return "active";
        }

        @Override
        public Optional<String> exporter(String packageName) {
            return Optional.empty();
        }
    }

    @BeforeEach
    void begin() throws IOException {
        Deployer deployer = new Deployer(
                new Willing(),
                new LiveTable(),
                Book.open(home.resolve("deployments.json"), "0.1.0"),
                home.resolve("bundles"),
                InstantSource.system(),
                Deployer.Patience.defaults(),
                () -> {});
        deployer.begin(List.of(), Map.of(), () -> {});
        actions = DeployActions.of(deployer, home.resolve("staging"));
    }

    private String run(String name, Map<String, String> arguments) throws ActionException {
        Action action = actions.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return action.run(new ActionCall("token", arguments, _ -> {})).text();
    }

    private int exit(String name, Map<String, String> arguments) {
        return assertThrows(ActionException.class, () -> run(name, arguments)).exitCode();
    }

    private long staged() throws IOException {
        Path staging = home.resolve("staging");
        if (!Files.exists(staging)) {
            return 0;
        }
        try (var all = Files.list(staging)) {
            return all.count();
        }
    }

    @Test
    void theJarComesAsBase64() throws Exception {
        byte[] jar = Files.readAllBytes(Jars.bundle("tagger", "1.0.0").write(home.resolve("a.jar")));
        String content = "base64:" + Base64.getEncoder().encodeToString(jar);
        assertTrue(run("deploy", Map.of("FILE", content, "--plan", "true")).contains("would be new"));
        assertTrue(run("deploy", Map.of("FILE", content, "FILE.path", "/tmp/a.jar"))
                .endsWith("is live\n"));
        assertTrue(run("bundles list", Map.of()).startsWith("tagger "));
        assertTrue(run("bundles history", Map.of("NAME", "tagger")).contains("command /tmp/a.jar"));
        assertEquals(0, staged());
    }

    @Test
    void whatIsNoJarHasTheExitCodeOfItsFault() throws Exception {
        assertEquals(64, exit("deploy", Map.of())); // EX_USAGE
        assertEquals(64, exit("deploy", Map.of("FILE", "base64:no*base64")));
        assertEquals(65, exit("deploy", Map.of("FILE", "no jar"))); // EX_DATAERR
        assertEquals(65, exit("deploy", Map.of("FILE", "base64:UEsDBA==")));
        assertEquals(65, exit("rollback", Map.of("NAME", "none")));
        assertEquals(65, exit("undeploy", Map.of("NAME", "none")));
        assertEquals(67, exit("bundles show", Map.of("NAME", "none"))); // EX_NOUSER
        assertEquals(0, staged());
    }
}
