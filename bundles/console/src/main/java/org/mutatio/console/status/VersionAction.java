package org.mutatio.console.status;

import java.util.List;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;

/// `mutatio version`, of the server that runs.
public final class VersionAction implements Action {
    private final String version;

    public VersionAction(String version) {
        this.version = version;
    }

    @Override
    public String name() {
        return "version";
    }

    @Override
    public String summary() {
        return "The version of the server and of its Java";
    }

    @Override
    public List<Argument> arguments() {
        return List.of();
    }

    @Override
    public String example() {
        return "mutatio version";
    }

    @Override
    public ActionResult run(ActionCall call) {
        String java = Runtime.version().toString();
        return ActionResult.of(
                "mutatio " + version + ", Java " + java + "\n",
                Json.object().with("version", version).with("java", java));
    }
}
