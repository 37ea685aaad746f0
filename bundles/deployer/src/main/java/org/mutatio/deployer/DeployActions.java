package org.mutatio.deployer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.deploy.Deployments;
import org.mutatio.deployer.deployment.Book;
import org.mutatio.deployer.deployment.Deployer;
import org.mutatio.deployer.deployment.RefusedException;

/// `bundles list|show|why|history`, `deploy`, `undeploy`, `rollback`.
final class DeployActions {

    private DeployActions() {}

    private record Simple(
            String name, String summary, List<Argument> arguments, String example, boolean changes, Work work)
            implements Action {
        interface Work {
            ActionResult run(ActionCall call) throws ActionException;
        }

        @Override
        public ActionResult run(ActionCall call) throws ActionException {
            return work.run(call);
        }
    }

    static List<Action> of(Deployer deployer, Path scratch) {
        Argument name = Argument.required("NAME", "symbolic name of the bundle");
        return List.of(
                new Simple(
                        "bundles list",
                        "every bundle that runs, its version and state",
                        List.of(),
                        "mutatio bundles list",
                        false,
                        _ -> list(deployer)),
                new Simple(
                        "bundles show",
                        "one bundle",
                        List.of(name),
                        "mutatio bundles show attachment-limit",
                        false,
                        call -> show(deployer, call)),
                new Simple(
                        "bundles why",
                        "why a bundle does not run, and who could help",
                        List.of(name),
                        "mutatio bundles why org.mutatio.smtp",
                        false,
                        call -> why(deployer, call)),
                new Simple(
                        "bundles history",
                        "versions of a bundle that were deployed, newest first",
                        List.of(name),
                        "mutatio bundles history attachment-limit",
                        false,
                        call -> history(deployer, call)),
                new Simple(
                        "deploy",
                        "stages, checks, starts beside, probes and switches to a bundle; goes back by itself when it fails",
                        List.of(
                                Argument.required("FILE", "the jar"),
                                Argument.flag("--plan", "only says what would be touched")),
                        "mutatio deploy target/attachment-limit-1.1.0.jar",
                        true,
                        call -> deploy(deployer, scratch, call)),
                new Simple(
                        "undeploy",
                        "takes a plugin away while mail flows",
                        List.of(name),
                        "mutatio undeploy attachment-limit",
                        true,
                        call -> done(() -> deployer.undeploy(call.require("NAME")))),
                new Simple(
                        "rollback",
                        "goes back to the version before",
                        List.of(name),
                        "mutatio rollback attachment-limit",
                        true,
                        call -> done(() -> deployer.rollback(call.require("NAME"), call.progress()))));
    }

    private interface Doing {
        String run() throws RefusedException, IOException, ActionException;
    }

    private static ActionResult done(Doing doing) throws ActionException {
        try {
            String text = doing.run();
            return ActionResult.of(text + "\n", Json.object().with("result", text));
        } catch (RefusedException e) {
            throw ActionException.data(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new ActionException(74, "files cannot be written: " + e.getMessage());
        }
    }

    private static ActionResult list(Deployer deployer) {
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (Deployments.Deployed one : deployer.deployed()) {
            text.append(String.format(
                    Locale.ROOT, "%-45s %-22s %-12s %s%n", one.name(), one.version(), one.origin(), one.state()));
            one.waiting().forEach(line -> text.append("    ").append(line).append('\n'));
            items.add(json(deployer, one));
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static Json json(Deployer deployer, Deployments.Deployed one) {
        return Json.object()
                .with("name", one.name())
                .with("version", one.version())
                .with("bundle", one.bundleId())
                .with("origin", one.origin())
                .with("state", one.state())
                .with("since", one.since().toString())
                .with("swap", deployer.manner(one.name()).word())
                .with("waiting", Json.strings(one.waiting()));
    }

    private static Deployments.Deployed find(Deployer deployer, ActionCall call) throws ActionException {
        String name = call.require("NAME");
        return deployer.deployed().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> ActionException.notFound("no bundle " + name + " (mutatio bundles list shows all)"));
    }

    private static ActionResult show(Deployer deployer, ActionCall call) throws ActionException {
        Deployments.Deployed one = find(deployer, call);
        String text = "name     " + one.name() + "\nversion  " + one.version() + "\norigin   " + one.origin()
                + "\nstate    " + one.state() + "\nsince    " + one.since() + "\n";
        return ActionResult.of(text, json(deployer, one));
    }

    private static ActionResult why(Deployer deployer, ActionCall call) throws ActionException {
        Deployments.Deployed one = find(deployer, call);
        StringBuilder text = new StringBuilder();
        if (one.waiting().isEmpty()) {
            text.append(one.name())
                    .append(' ')
                    .append(one.version())
                    .append(" is ")
                    .append(one.state());
            text.append(": all its components are satisfied\n");
        } else {
            one.waiting().forEach(line -> text.append(line).append('\n'));
        }
        return ActionResult.of(text.toString(), json(deployer, one));
    }

    private static ActionResult history(Deployer deployer, ActionCall call) throws ActionException {
        Deployments.Deployed one = find(deployer, call);
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (Book.Version version : deployer.history(one.name())) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-22s %s  %s %s%n",
                    version.version() + " (" + version.hash() + ")",
                    version.since(),
                    version.origin(),
                    version.source()));
            items.add(Json.object()
                    .with("version", version.version())
                    .with("hash", version.hash())
                    .with("since", version.since().toString())
                    .with("origin", version.origin())
                    .with("source", version.source()));
        }
        if (items.isEmpty()) {
            text.append("only the distribution's own: ").append(one.version()).append('\n');
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static ActionResult deploy(Deployer deployer, Path scratch, ActionCall call) throws ActionException {
        byte[] content = call.octets("FILE");
        String source = call.get("FILE.path").orElse("command");
        return done(() -> {
            Path jar = Files.createTempFile(Files.createDirectories(scratch), "staged-", ".jar");
            try {
                Files.write(jar, content);
                if (call.flag("--plan")) {
                    return plan(deployer.plan(jar));
                }
                return deployer.deploy(jar, "command", source, call.progress());
            } finally {
                Files.deleteIfExists(jar);
            }
        });
    }

    private static String plan(Deployer.Plan plan) {
        StringBuilder text = new StringBuilder();
        text.append(plan.facts().symbolicName())
                .append(' ')
                .append(plan.facts().described())
                .append(' ');
        text.append(plan.replaces().map(old -> "would replace " + old).orElse("would be new"))
                .append("\n");
        text.append("no other bundle would be restarted");
        plan.remarks().forEach(remark -> text.append("\nremark: ").append(remark));
        return text.toString();
    }
}
