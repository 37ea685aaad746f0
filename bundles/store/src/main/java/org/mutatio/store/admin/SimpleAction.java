package org.mutatio.store.admin;

import java.util.List;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;

/// An action as a value.
record SimpleAction(String name, String summary, List<Argument> arguments, String example, boolean changes, Work work)
        implements Action {

    @FunctionalInterface
    interface Work {
        ActionResult run(ActionCall call) throws ActionException;
    }

    @Override
    public ActionResult run(ActionCall call) throws ActionException {
        return work.run(call);
    }
}
