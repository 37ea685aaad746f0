package org.mutatio.console.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.deploy.Deployments;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;

class StatusActionTest {
    private static final Instant BEGUN = Instant.parse("2026-11-25T06:00:00Z");

    private final List<HealthProbe> probes = new ArrayList<>();
    private final List<MeterSource> meters = new ArrayList<>();
    private final List<Action> actions = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private Optional<Deployments> deployments = Optional.of(new Known(List.of(active("org.mutatio.smtp")), fine()));
    private Duration up = Duration.ofSeconds(61);

    private record Known(List<Deployed> bundles, Configuration configuration) implements Deployments {
        @Override
        public boolean started() {
            return true;
        }
    }

    private static Deployments.Deployed active(String name) {
        return new Deployments.Deployed(name, "0.1.0 (3fa91c07)", 7, "distribution", "active", BEGUN, List.of());
    }

    private static Deployments.Configuration fine() {
        return new Deployments.Configuration(BEGUN, List.of(), List.of(), List.of());
    }

    private ActionResult ask(Map<String, String> arguments) {
        Sources sources = new Sources(
                "0.1.0", () -> deployments, new Probes(() -> probes), () -> meters, () -> actions, () -> errors);
        InstantSource clock = () -> BEGUN.plus(up);
        return new StatusAction(sources, clock, BEGUN).run(new ActionCall("token", arguments, _ -> {}));
    }

    private record Part(String name, Doing doing) implements Action {
        interface Doing {
            ActionResult run() throws ActionException;
        }

        @Override
        public String summary() {
            return name;
        }

        @Override
        public List<Argument> arguments() {
            return List.of();
        }

        @Override
        public String example() {
            return name;
        }

        @Override
        public ActionResult run(ActionCall call) throws ActionException {
            return doing.run();
        }
    }

    @Test
    void allIsWellExitsWith0() {
        probes.add(() -> Health.ok("well"));
        ActionResult result = ask(Map.of());
        assertEquals(0, result.exitCode());
        assertTrue(result.text().startsWith("mutatio 0.1.0, up 1 m 1 s, pid "), result.text());
        assertTrue(result.text().contains("All is well.\n"), result.text());
        assertTrue(result.text().contains("Probes:        1 of 1 ok\n"), result.text());
        assertTrue(result.text().contains("Bundles:       1 of 1 active\n"), result.text());
        assertFalse(result.text().contains("org.mutatio.smtp"), result.text());
        assertTrue(ask(Map.of("--all", "true")).text().contains("  org.mutatio.smtp 0.1.0 (3fa91c07)"));
    }

    @Test
    void whatIsWrongComesFirstAndExitsWith1() {
        probes.add(() -> Health.warning("the disk is 93 % full"));
        deployments = Optional.of(new Known(
                List.of(new Deployments.Deployed(
                        "tagger",
                        "1.0.0 (0a0b0c0d)",
                        9,
                        "plugins",
                        "waiting",
                        BEGUN,
                        List.of("it waits", "and waits"))),
                new Deployments.Configuration(
                        BEGUN, List.of("config/mutatio.toml:3:1: no"), List.of("threads"), List.of("a.jar: no jar"))));
        ActionResult result = ask(Map.of());
        assertEquals(1, result.exitCode());
        assertEquals(
                List.of(
                        "Wrong:",
                        "  warning org.mutatio.console.status: the disk is 93 % full",
                        "  waiting tagger 1.0.0 (0a0b0c0d): it waits; and waits",
                        "  configuration, the former runs: config/mutatio.toml:3:1: no",
                        "  refused a.jar: no jar"),
                result.text().lines().skip(1).limit(5).toList());
        assertTrue(result.text().contains("at the next start only: threads\n"), result.text());
        assertEquals(
                4,
                result.json().get("wrong").orElseThrow().items().size(),
                result.json().write());
    }

    @Test
    void withoutADeployerTheRestIsToldAllTheSame() {
        deployments = Optional.empty();
        ActionResult result = ask(Map.of());
        assertEquals(1, result.exitCode());
        assertTrue(result.text().contains("no live deployer"), result.text());
    }

    @Test
    void whateverABundleDoesWrongTheOthersAreTold() {
        actions.add(new Part("queue list", () -> {
            throw new NoSuchMethodError("of another version");
        }));
        actions.add(new Part("store status", () -> {
            throw ActionException.notNow("the store is being swapped");
        }));
        actions.add(new Part("ports list", () -> ActionResult.of("mx 127.0.0.1:25\n", Json.array(List.of()))));
        actions.add(new Part("other", () -> {
            throw new IllegalStateException("is not asked");
        }));
        meters.add(() -> {
            throw new IllegalStateException("no numbers");
        });
        meters.add(() -> List.of(new MeterSource.Sample("mails", "lane=\"a\"", 3)));
        ActionResult result = ask(Map.of());
        assertTrue(result.text().contains("Listeners:\n  mx 127.0.0.1:25\n"), result.text());
        assertTrue(result.text().contains("Store:\n  store status: the store is being swapped\n"), result.text());
        assertTrue(result.text().contains("Queue:\n  queue list: java.lang.NoSuchMethodError"), result.text());
        assertEquals(
                "[{\"name\":\"mails\",\"labels\":\"lane=\\\"a\\\"\",\"value\":3}]",
                result.json().get("metrics").orElseThrow().write());
    }

    @Test
    void oneScreenIsEnough() {
        String many = String.join(
                "\n", IntStream.range(0, 100).mapToObj(i -> "line " + i).toList());
        actions.add(new Part("queue list", () -> ActionResult.of(many, Json.object())));
        IntStream.range(0, 100).forEach(i -> errors.add("error " + i));
        String text = ask(Map.of()).text();
        assertTrue(text.contains("line 11\n") && !text.contains("line 12\n"), text);
        assertTrue(text.contains("error 99\n") && text.contains("error 95\n") && !text.contains("error 94\n"), text);
    }

    @Test
    void upIsSaidInTheUnitsThatCount() {
        up = Duration.ofHours(49);
        assertTrue(ask(Map.of()).text().contains("up 2 d 1 h,"));
        up = Duration.ofMinutes(150);
        assertTrue(ask(Map.of()).text().contains("up 2 h 30 m,"));
    }

    @Test
    void versionSaysItsJavaToo() {
        ActionResult result = new VersionAction("0.1.0").run(new ActionCall("token", Map.of(), _ -> {}));
        assertEquals("mutatio 0.1.0, Java " + Runtime.version() + "\n", result.text());
        assertEquals("0.1.0", result.json().text("version").orElse(""));
    }
}
