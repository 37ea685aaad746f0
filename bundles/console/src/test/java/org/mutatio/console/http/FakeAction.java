package org.mutatio.console.http;

import java.util.List;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;

/// An action that does what the test says.
record FakeAction(String name, List<Argument> arguments, boolean changes, Work work) implements Action {

    interface Work {
        ActionResult run(ActionCall call) throws ActionException;
    }

    static FakeAction of(String name, Work work) {
        return new FakeAction(name, List.of(), false, work);
    }

    static FakeAction of(String name, List<Argument> arguments, Work work) {
        return new FakeAction(name, arguments, false, work);
    }

    @Override
    public String summary() {
        return "does " + name;
    }

    @Override
    public String example() {
        return "mutatio " + name;
    }

    @Override
    public ActionResult run(ActionCall call) throws ActionException {
        return work.run(call);
    }
}
