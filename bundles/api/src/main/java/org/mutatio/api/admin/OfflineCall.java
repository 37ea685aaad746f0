package org.mutatio.api.admin;

import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/// The command line's door into bundles without a framework. It calls [#run] by reflection and with types of the JDK
/// only, since its own class path has none of our contracts.
public final class OfflineCall {

    private OfflineCall() {}

    /// @param bundles sees the bundles' classes
    /// @return what the console would answer: `{"exit": ..., "text": ..., "json": ...}`
    public static String run(
            ClassLoader bundles, Path home, String name, Map<String, String> arguments, Consumer<String> progress) {
        Consumer<String> printable = text -> progress.accept(Printable.of(text));
        ActionResult result = find(bundles, home, name, arguments, printable);
        return Json.object()
                .with("exit", result.exitCode())
                .with("text", Printable.of(result.text()))
                .with("json", result.json())
                .write();
    }

    private static ActionResult find(
            ClassLoader bundles, Path home, String name, Map<String, String> arguments, Consumer<String> progress) {
        for (OfflineActions offered : ServiceLoader.load(OfflineActions.class, bundles)) {
            for (Action action : offered.of(home)) {
                if (action.name().equals(name)) {
                    return run(action, new ActionCall("offline", arguments, progress));
                }
            }
        }
        return failed(69, "no bundle of this distribution does `" + name + "` without a server");
    }

    private static ActionResult run(Action action, ActionCall call) {
        try {
            return action.run(call);
        } catch (ActionException e) {
            return failed(e.exitCode(), String.valueOf(e.getMessage()));
        }
    }

    private static ActionResult failed(int exit, String text) {
        return new ActionResult(text + "\n", Json.object().with("error", text), exit);
    }
}
