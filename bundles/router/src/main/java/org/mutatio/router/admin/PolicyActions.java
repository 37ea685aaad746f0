package org.mutatio.router.admin;

import java.util.List;
import org.mutatio.api.admin.Action;
import org.mutatio.router.folder.PolicyKeeper;
import org.mutatio.router.routing.DomainRouter;

/// All actions of this bundle.
public final class PolicyActions {

    private PolicyActions() {}

    public static List<Action> all(PolicyKeeper keeper, DomainRouter router) {
        return List.of();
    }
}
