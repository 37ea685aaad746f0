package org.mutatio.console.http;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The actions of the live bundles, by name; checks a call's arguments against what the action declares.
public final class ActionTable {
    private static final Logger LOG = LoggerFactory.getLogger(ActionTable.class);

    private final Supplier<List<Action>> live;

    public ActionTable(Supplier<List<Action>> live) {
        this.live = live;
    }

    Json.Arr list() {
        return Json.array(live.get().stream()
                .sorted(Comparator.comparing(Action::name))
                .map(ActionTable::described)
                .toList());
    }

    private static Json described(Action action) {
        return Json.object()
                .with("name", action.name())
                .with("summary", action.summary())
                .with(
                        "arguments",
                        Json.array(action.arguments().stream()
                                .map(argument -> Json.object()
                                        .with("name", argument.name())
                                        .with("kind", argument.kind().name())
                                        .with("description", argument.description()))
                                .toList()))
                .with("example", action.example())
                .with("changes", action.changes());
    }

    public Optional<Action> find(String name) {
        return live.get().stream().filter(action -> action.name().equals(name)).findFirst();
    }

    /// Runs it; whatever it throws becomes a result.
    ActionResult run(Action action, Map<String, String> given, Consumer<String> progress) {
        long begun = System.nanoTime();
        ActionResult result = attempt(action, given, progress);
        if (action.changes()) {
            LOG.info(
                    "event=action name=\"{}\" caller=token arguments=\"{}\" exit={} ms={}",
                    action.name(),
                    loggable(action, given),
                    result.exitCode(),
                    (System.nanoTime() - begun) / 1_000_000);
        }
        return result;
    }

    private static ActionResult attempt(Action action, Map<String, String> given, Consumer<String> progress) {
        try {
            String wrong = wrongArgument(action, given);
            if (wrong != null) {
                return failed(64, wrong + "; example: " + action.example());
            }
            return action.run(new ActionCall("token", given, progress));
        } catch (ActionException e) {
            return failed(e.exitCode(), String.valueOf(e.getMessage()));
        } catch (Throwable e) { // a bundle's fault, also a LinkageError of a plugin, must not end the console
            LOG.error("event=action-failed name=\"{}\" reason=\"{}\"", action.name(), e.toString(), e);
            return failed(70, action.name() + " failed: " + e + " (a fault of the server; see its log)");
        }
    }

    private static @Nullable String wrongArgument(Action action, Map<String, String> given) {
        Map<String, Argument.Kind> declared = new HashMap<>();
        for (Argument argument : action.arguments()) {
            declared.put(argument.name(), argument.kind());
            if (argument.kind() == Argument.Kind.REQUIRED
                    && given.getOrDefault(argument.name(), "").isBlank()) {
                return argument.name() + " is missing";
            }
        }
        for (String name : given.keySet()) {
            String plain = name.endsWith(".path") ? name.substring(0, name.length() - ".path".length()) : name;
            if (!declared.containsKey(plain)) {
                return action.name() + " knows no " + plain;
            }
        }
        return null;
    }

    private static Map<String, String> loggable(Action action, Map<String, String> given) {
        Map<String, String> shown = new LinkedHashMap<>(given);
        for (Argument argument : action.arguments()) {
            if (argument.kind() == Argument.Kind.SECRET || argument.kind() == Argument.Kind.FILE) {
                shown.remove(argument.name());
            }
        }
        return shown.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().length() > 200
                                ? entry.getValue().substring(0, 200)
                                : entry.getValue(),
                        (a, _) -> a,
                        LinkedHashMap::new));
    }

    private static ActionResult failed(int exit, String text) {
        return new ActionResult(text + "\n", Json.object().with("error", text), exit);
    }
}
