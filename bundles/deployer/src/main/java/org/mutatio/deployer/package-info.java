/// Installs, verifies, swaps and rolls back bundles, and reads mutatio.toml into ConfigAdmin. Read
/// [DeployerComponent] first, then `deployment.Deployer`, which is plain Java; only this package knows OSGi.
@NullMarked
package org.mutatio.deployer;

import org.jspecify.annotations.NullMarked;
