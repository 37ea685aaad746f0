package org.mutatio.api.deploy;

import java.time.Instant;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/// What the deployer knows of every bundle and of mutatio.toml; for `status`.
@ProviderType
public interface Deployments {

    /// Whether the first start of the recorded set has ended: all that can run runs.
    boolean started();

    /// Every managed bundle, by name.
    List<Deployed> bundles();

    /// How it stands with mutatio.toml.
    Configuration configuration();

    /// One managed bundle.
    ///
    /// @param origin `distribution`, `command` or `plugins`
    /// @param state `active`, or why not, in a word: `unresolved`, `failed`, `waiting`, `abandoned`
    /// @param since when this version became live
    /// @param waiting in plain words what its components wait for, or what failed; empty when all is well
    record Deployed(
            String name,
            String version,
            long bundleId,
            String origin,
            String state,
            Instant since,
            List<String> waiting) {

        public Deployed {
            waiting = List.copyOf(waiting);
        }
    }

    /// @param applied when the configuration that runs was applied
    /// @param problems of the file as it is now, `file:line:column: text`; while there are any, the former runs
    /// @param restart keys that were changed and take effect at the next start only
    /// @param refused jars of the folder `plugins` that were refused, with the reason
    record Configuration(Instant applied, List<String> problems, List<String> restart, List<String> refused) {

        public Configuration {
            problems = List.copyOf(problems);
            restart = List.copyOf(restart);
            refused = List.copyOf(refused);
        }
    }
}
