package org.mutatio.store.admin;

import java.nio.file.Path;
import java.util.List;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.OfflineActions;
import org.mutatio.store.OfflineStore;

/// `store verify` when no server runs.
public final class OfflineStoreActions implements OfflineActions {

    @Override
    public List<Action> of(Path home) {
        return List.of(new SimpleAction(
                "store verify",
                "reads every octet: checksums, hashes, references, index against journal",
                List.of(StoreActions.FIX),
                "mutatio store verify",
                false,
                call -> verify(home.resolve("data"), call)));
    }

    private static ActionResult verify(Path data, ActionCall call) throws ActionException {
        return call.flag(StoreActions.FIX.name())
                ? StoreActions.fix((progress, _) -> OfflineStore.repair(data, progress), call)
                : StoreActions.verify((progress, notes) -> OfflineStore.verify(data, progress, notes), call);
    }
}
