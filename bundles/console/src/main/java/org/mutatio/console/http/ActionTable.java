package org.mutatio.console.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.admin.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The actions of the live bundles, by name; checks a call's arguments against what the action declares.
public final class ActionTable {
    private static final Logger LOG = LoggerFactory.getLogger(ActionTable.class);

    /// EX_SOFTWARE of sysexits.
    private static final int FAULT = 70;

    private final Supplier<List<Action>> live;

    public ActionTable(Supplier<List<Action>> live) {
        this.live = live;
    }

    Json.Arr list() {
        List<Json> described = new ArrayList<>();
        sorted().forEach((_, action) -> {
            try {
                described.add(described(action));
            } catch (RuntimeException | LinkageError e) {
                LOG.error("event=action-broken class={} reason=\"{}\"", action.getClass(), e.toString(), e);
            }
        });
        return Json.array(described);
    }

    /// By name. One of a bundle that cannot even say its name is left out: it must not hide the others.
    private SortedMap<String, Action> sorted() {
        SortedMap<String, Action> sorted = new TreeMap<>();
        for (Action action : live.get()) {
            try {
                sorted.putIfAbsent(action.name(), action);
            } catch (RuntimeException | LinkageError e) {
                LOG.error("event=action-broken class={} reason=\"{}\"", action.getClass(), e.toString(), e);
            }
        }
        return sorted;
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
        return Optional.ofNullable(sorted().get(name));
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
            ActionResult result = action.run(new ActionCall("token", given, progress));
            return new ActionResult(result.text(), result.json(), status(result.exitCode()));
        } catch (ActionException e) {
            // 0 would say that all is well
            return failed(e.exitCode() == 0 ? FAULT : status(e.exitCode()), String.valueOf(e.getMessage()));
        } catch (Throwable e) { // a bundle's fault, also a LinkageError of a plugin, must not end the console
            LOG.error("event=action-failed name=\"{}\" reason=\"{}\"", action.name(), e.toString(), e);
            return fault(action.name(), e);
        }
    }

    /// The exception in one line; its stack is in the log.
    static ActionResult fault(String action, Throwable e) {
        String what = e.toString().lines().findFirst().orElse("");
        return failed(FAULT, action + " failed: " + what + " (a fault of the server; see its log)");
    }

    /// A shell sees the last eight bits only: 256 would be 0.
    private static int status(int exit) {
        return exit < 0 || exit > 255 ? FAULT : exit;
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

    static Map<String, String> loggable(Action action, Map<String, String> given) {
        Map<String, String> shown = new LinkedHashMap<>();
        for (Argument argument : action.arguments()) {
            if (argument.kind() != Argument.Kind.SECRET && argument.kind() != Argument.Kind.FILE) {
                show(given, argument.name(), shown);
            }
            show(given, argument.name() + ".path", shown);
        }
        return shown;
    }

    /// Only what is declared: under a wrong name there may stand a password.
    private static void show(Map<String, String> given, String name, Map<String, String> shown) {
        String value = given.get(name);
        if (value != null) {
            String begin = value.length() > 200 ? value.substring(0, 200) : value;
            // a file's octets tell nobody anything
            shown.put(name, value.startsWith("base64:") ? "base64" : Printable.of(begin));
        }
    }

    private static ActionResult failed(int exit, String text) {
        return new ActionResult(text + "\n", Json.object().with("error", text), exit);
    }
}
