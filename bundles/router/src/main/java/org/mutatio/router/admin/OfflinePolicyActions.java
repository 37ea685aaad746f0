package org.mutatio.router.admin;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.Json;
import org.mutatio.api.admin.OfflineActions;
import org.mutatio.router.folder.PolicyFolder;
import org.mutatio.router.policy.FileSecrets;
import org.mutatio.router.policy.PolicyLoader;

/// `policy check` when no server runs; what a filter makes of its settings, only a server can tell.
public final class OfflinePolicyActions implements OfflineActions {

    @Override
    public List<Action> of(Path home) {
        Path config = home.resolve("config");
        PolicyLoader loader = new PolicyLoader("config/domains", new FileSecrets(config));
        return List.of(new AdminAction(
                "policy check",
                PolicyActions.CHECK_SUMMARY,
                PolicyActions.CHECK_ARGUMENTS,
                PolicyActions.CHECK_EXAMPLE,
                false,
                call -> {
                    Optional<Path> other = PolicyActions.folder(call);
                    Path folder = other.orElse(config.resolve("domains"));
                    var loaded = (other.isPresent() ? loader.elsewhere(folder.toString()) : loader)
                            .load(new PolicyFolder(folder).read(), 1, Optional.empty());
                    return AdminAction.checked(
                            loaded.problems(),
                            loaded.warnings(),
                            "the policies are right, as far as can be told without the filters: a running server checks"
                                    + " [filters.*] as well\n",
                            "",
                            Json.object());
                }));
    }
}
