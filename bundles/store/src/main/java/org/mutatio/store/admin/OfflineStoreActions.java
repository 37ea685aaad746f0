package org.mutatio.store.admin;

import java.nio.file.Path;
import java.util.List;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.OfflineActions;
import org.mutatio.store.OfflineStore;

/// `store verify` when no server runs.
public final class OfflineStoreActions implements OfflineActions {

    @Override
    public List<Action> of(Path home) {
        return List.of(new SimpleAction(
                "store verify",
                "reads every octet: checksums, hashes, references, index against journal",
                List.of(),
                "mutatio store verify",
                false,
                call -> StoreActions.verify(
                        (progress, notes) -> OfflineStore.verify(home.resolve("data"), progress, notes), call)));
    }
}
