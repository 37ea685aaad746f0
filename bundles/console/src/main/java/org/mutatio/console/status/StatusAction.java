package org.mutatio.console.status;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.deploy.Deployments;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.sdk.health.Health;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `mutatio status`: what is wrong first, one screen; with `--json` everything, metrics included.
public final class StatusAction implements Action {
    private static final Logger LOG = LoggerFactory.getLogger(StatusAction.class);

    /// What other bundles answer goes in by their own actions, so that status knows none of them.
    private static final List<String> PARTS = List.of("ports list", "store status", "queue list");

    private final Sources sources;
    private final InstantSource clock;
    private final Instant begun;

    /// @param begun when the process began
    public StatusAction(Sources sources, InstantSource clock, Instant begun) {
        this.sources = sources;
        this.clock = clock;
        this.begun = begun;
    }

    @Override
    public String name() {
        return "status";
    }

    @Override
    public String summary() {
        return "How the server is: what is wrong, listeners, queue, bundles, configuration, load";
    }

    @Override
    public List<Argument> arguments() {
        return List.of(Argument.flag("--all", "name the bundles that are well, too"));
    }

    @Override
    public String example() {
        return "mutatio status --json";
    }

    @Override
    public ActionResult run(ActionCall call) {
        Optional<Deployments> deployments = sources.deployments().get();
        List<Probes.Found> probes = sources.probes().ask();
        List<String> wrong = wrong(deployments, probes);
        Map<String, ActionResult> parts = parts();
        String text = text(deployments, probes, wrong, parts, call.flag("--all"));
        return new ActionResult(text, json(deployments, probes, wrong, parts), wrong.isEmpty() ? 0 : 1);
    }

    private Map<String, ActionResult> parts() {
        Map<String, ActionResult> parts = new LinkedHashMap<>();
        for (Action action : sources.actions().get()) {
            String name = name(action);
            if (PARTS.contains(name)) {
                parts.put(name, part(name, action));
            }
        }
        return parts;
    }

    /// Whatever a bundle does wrong, status says how it stands with the others: it is asked when something is wrong.
    private static String name(Action action) {
        try {
            return action.name();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("event=action-broken class={} reason=\"{}\"", action.getClass(), e.toString(), e);
            return "";
        }
    }

    private static ActionResult part(String name, Action action) {
        try {
            return action.run(new ActionCall("status", Map.of(), _ -> {}));
        } catch (ActionException e) {
            return failed(name + ": " + e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            LOG.error("event=action-failed name=\"{}\" reason=\"{}\"", name, e.toString(), e);
            return failed(name + ": " + e);
        }
    }

    private static ActionResult failed(String text) {
        return new ActionResult(text + "\n", Json.object().with("error", text), 75);
    }

    private static List<String> wrong(Optional<Deployments> deployments, List<Probes.Found> probes) {
        List<String> wrong = new ArrayList<>();
        for (Probes.Found found : probes) {
            if (found.health().state() != Health.State.OK) {
                wrong.add(found.health().state().name().toLowerCase(Locale.ROOT) + " " + found.by() + ": "
                        + found.health().reason());
            }
        }
        if (deployments.isEmpty()) {
            wrong.add("no live deployer: bundles and configuration are not managed now");
            return wrong;
        }
        for (Deployments.Deployed bundle : deployments.get().bundles()) {
            if (!bundle.state().equals("active")) {
                wrong.add(bundle.state() + " " + bundle.name() + " " + bundle.version() + ": "
                        + String.join("; ", bundle.waiting()));
            }
        }
        Deployments.Configuration configuration = deployments.get().configuration();
        configuration.problems().forEach(problem -> wrong.add("configuration, the former runs: " + problem));
        configuration.refused().forEach(refused -> wrong.add("refused " + refused));
        return wrong;
    }

    private String text(
            Optional<Deployments> deployments,
            List<Probes.Found> probes,
            List<String> wrong,
            Map<String, ActionResult> parts,
            boolean all) {
        StringBuilder to = new StringBuilder();
        Runtime runtime = Runtime.getRuntime();
        to.append("mutatio ")
                .append(sources.version())
                .append(", up ")
                .append(uptime())
                .append(", pid ")
                .append(ProcessHandle.current().pid())
                .append('\n');
        to.append(wrong.isEmpty() ? "All is well.\n" : "Wrong:\n");
        wrong.forEach(line -> to.append("  ").append(line).append('\n'));
        to.append("Load:          ")
                .append(String.format(Locale.ROOT, "%.2f", load()))
                .append(" on ")
                .append(runtime.availableProcessors())
                .append(" cores, heap ")
                .append((runtime.totalMemory() - runtime.freeMemory()) >> 20)
                .append(" of ")
                .append(runtime.maxMemory() >> 20)
                .append(" MiB\n");
        to.append("Probes:        ")
                .append(probes.stream()
                        .filter(found -> found.health().state() == Health.State.OK)
                        .count())
                .append(" of ")
                .append(probes.size())
                .append(" ok\n");
        deployments.ifPresent(known -> deployed(known, all, to));
        parts.forEach((name, result) -> {
            to.append(heading(name)).append('\n');
            result.text()
                    .lines()
                    .limit(12)
                    .forEach(line -> to.append("  ").append(line).append('\n'));
        });
        List<String> errors = sources.errors().get();
        if (!errors.isEmpty()) {
            to.append("Last warnings and errors:\n");
            errors.stream()
                    .skip(Math.max(0, errors.size() - 5))
                    .forEach(line -> to.append("  ").append(line).append('\n'));
        }
        return to.toString();
    }

    private static void deployed(Deployments known, boolean all, StringBuilder to) {
        List<Deployments.Deployed> bundles = known.bundles();
        to.append("Bundles:       ")
                .append(bundles.stream()
                        .filter(bundle -> bundle.state().equals("active"))
                        .count())
                .append(" of ")
                .append(bundles.size())
                .append(" active\n");
        for (Deployments.Deployed bundle : bundles) {
            if (all || !bundle.origin().equals("distribution")) {
                to.append("  ")
                        .append(bundle.name())
                        .append(' ')
                        .append(bundle.version())
                        .append(" (")
                        .append(bundle.origin())
                        .append(", ")
                        .append(bundle.state())
                        .append(", live since ")
                        .append(bundle.since())
                        .append(")\n");
            }
        }
        Deployments.Configuration configuration = known.configuration();
        to.append("Configuration: ")
                .append(configuration.problems().isEmpty() ? "as in the file" : "the file is refused, the former runs")
                .append(", applied ")
                .append(configuration.applied())
                .append('\n');
        if (!configuration.restart().isEmpty()) {
            to.append("  at the next start only: ")
                    .append(String.join(", ", configuration.restart()))
                    .append('\n');
        }
    }

    private static String heading(String name) {
        return switch (name) {
            case "ports list" -> "Listeners:";
            case "store status" -> "Store:";
            default -> "Queue:";
        };
    }

    private String uptime() {
        Duration up = Duration.between(begun, clock.instant());
        return up.toDays() > 0
                ? up.toDays() + " d " + up.toHoursPart() + " h"
                : up.toHours() > 0
                        ? up.toHours() + " h " + up.toMinutesPart() + " m"
                        : up.toMinutes() + " m " + up.toSecondsPart() + " s";
    }

    private static double load() {
        return Math.max(0, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private Json json(
            Optional<Deployments> deployments,
            List<Probes.Found> probes,
            List<String> wrong,
            Map<String, ActionResult> parts) {
        Runtime runtime = Runtime.getRuntime();
        Json.Obj all = Json.object()
                .with("version", sources.version())
                .with("pid", ProcessHandle.current().pid())
                .with("started", begun.toString())
                .with("uptimeSeconds", Duration.between(begun, clock.instant()).toSeconds())
                .with("wrong", Json.strings(wrong))
                .with("load", new Json.Num(load()))
                .with("cores", runtime.availableProcessors())
                .with("heapUsed", runtime.totalMemory() - runtime.freeMemory())
                .with("heapMost", runtime.maxMemory())
                .with(
                        "probes",
                        Json.array(probes.stream()
                                .map(found -> Json.object()
                                        .with("bundle", found.by())
                                        .with("state", found.health().state().name())
                                        .with("reason", found.health().reason()))
                                .toList()));
        if (deployments.isPresent()) {
            Deployments.Configuration configuration = deployments.get().configuration();
            all = all.with(
                            "bundles",
                            Json.array(deployments.get().bundles().stream()
                                    .map(bundle -> Json.object()
                                            .with("name", bundle.name())
                                            .with("version", bundle.version())
                                            .with("origin", bundle.origin())
                                            .with("state", bundle.state())
                                            .with("since", bundle.since().toString())
                                            .with("waiting", Json.strings(bundle.waiting())))
                                    .toList()))
                    .with(
                            "configuration",
                            Json.object()
                                    .with("applied", configuration.applied().toString())
                                    .with("problems", Json.strings(configuration.problems()))
                                    .with("restart", Json.strings(configuration.restart()))
                                    .with("refused", Json.strings(configuration.refused())));
        }
        for (var part : parts.entrySet()) {
            all = all.with(part.getKey().replace(' ', '-'), part.getValue().json());
        }
        return all.with("errors", Json.strings(sources.errors().get())).with("metrics", metrics());
    }

    private Json metrics() {
        List<Json> samples = new ArrayList<>();
        for (MeterSource source : sources.meters().get()) {
            try {
                for (MeterSource.Sample sample : source.samples()) {
                    samples.add(Json.object()
                            .with("name", sample.name())
                            .with("labels", sample.labels())
                            .with("value", new Json.Num(sample.value())));
                }
            } catch (RuntimeException | LinkageError e) {
                LOG.error("event=meters-failed class={} reason=\"{}\"", source.getClass(), e.toString(), e);
            }
        }
        return Json.array(samples);
    }
}
