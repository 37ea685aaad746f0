package org.mutatio.api.admin;

import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// What a bundle can answer when no server runs: the command line loads the bundles' jars on a plain class path and
/// finds this in `META-INF/services`. The actions have the names they have in the server; they read only, and change
/// nothing on the disk.
@ConsumerType
public interface OfflineActions {

    List<Action> of(Path home);
}
