/// Starts the framework: finds home and distribution, sets up the log, installs the few bundles that `deployer` itself
/// needs, and waits for the end. Read [Main] first. Everything else that runs is installed by `deployer`.
@NullMarked
package org.mutatio.launcher;

import org.jspecify.annotations.NullMarked;
