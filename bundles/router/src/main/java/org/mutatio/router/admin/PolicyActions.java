package org.mutatio.router.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.mutatio.api.policy.Policy;
import org.mutatio.router.folder.PolicyKeeper;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.toml.Problem;

/// `policy show|check|deploy` and `domain list`.
public final class PolicyActions {

    private PolicyActions() {}

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

    public static List<Action> all(PolicyKeeper keeper) {
        return List.of(
                new Simple(
                        "policy show",
                        "the effective policy of a domain: value, file and line, and whose file set it",
                        List.of(Argument.required("DOMAIN", "one of our domains")),
                        "mutatio policy show us.shop.example.org",
                        false,
                        call -> show(keeper, call)),
                new Simple(
                        "policy check",
                        "whether the files in config/domains are right; every problem at once",
                        List.of(),
                        "mutatio policy check",
                        false,
                        _ -> check(keeper, Map.of())),
                new Simple(
                        "policy deploy",
                        "checks the whole set with this file, and puts it in force",
                        List.of(Argument.required("FILE", "a domain's file, named as it shall be in config/domains")),
                        "mutatio policy deploy shop.example.org.toml",
                        true,
                        call -> deploy(keeper, call)),
                new Simple(
                        "domain list", "our domains", List.of(), "mutatio domain list", false, _ -> domains(keeper)));
    }

    private static ActionResult show(PolicyKeeper keeper, ActionCall call) throws ActionException {
        String name = call.require("DOMAIN");
        Policy policy;
        try {
            policy = keeper.current()
                    .of(Domain.parse(name))
                    .orElseThrow(() -> ActionException.notFound(
                            name + " is not one of our domains (mutatio domain list shows them)"));
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(String.valueOf(e.getMessage()));
        }
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (Policy.Entry entry : policy.entries()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-32s %-28s %-48s %s%s%n",
                    entry.path(),
                    entry.value(),
                    entry.origin(),
                    entry.inheritedFrom(),
                    entry.locked() ? " locked" : ""));
            items.add(Json.object()
                    .with("path", entry.path())
                    .with("value", entry.value())
                    .with("origin", entry.origin())
                    .with("inherited_from", entry.inheritedFrom())
                    .with("locked", entry.locked()));
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static ActionResult check(PolicyKeeper keeper, Map<String, Optional<String>> changes)
            throws ActionException {
        try {
            var loaded = keeper.check(changes);
            return result(loaded.problems(), loaded.warnings());
        } catch (IOException e) {
            throw new ActionException(74, "config/domains cannot be read: " + e.getMessage());
        }
    }

    private static ActionResult deploy(PolicyKeeper keeper, ActionCall call) throws ActionException {
        String name = String.valueOf(Path.of(call.get("FILE.path").orElse("")).getFileName());
        if (!name.endsWith(".toml")) {
            throw ActionException.usage("the file is to be named DOMAIN.toml, not " + name);
        }
        try {
            var state = keeper.change(Map.of(name, Optional.of(call.require("FILE"))), "policy deploy");
            return result(state.problems(), state.warnings());
        } catch (IOException e) {
            throw new ActionException(74, "config/domains cannot be written: " + e.getMessage());
        }
    }

    private static ActionResult result(List<Problem> problems, List<Problem> warnings) {
        StringBuilder text = new StringBuilder();
        problems.forEach(problem -> text.append(problem).append('\n'));
        warnings.forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        if (problems.isEmpty()) {
            text.append("the policies are right\n");
        }
        Json json = Json.object()
                .with(
                        "problems",
                        Json.strings(problems.stream().map(Problem::toString).toList()))
                .with(
                        "warnings",
                        Json.strings(warnings.stream().map(Problem::toString).toList()));
        return new ActionResult(text.toString(), json, problems.isEmpty() ? 0 : 78);
    }

    private static ActionResult domains(PolicyKeeper keeper) {
        List<String> names =
                keeper.current().domains().stream().map(Domain::toString).toList();
        return ActionResult.of(String.join("\n", names) + "\n", Json.strings(names));
    }
}
