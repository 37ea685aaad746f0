/// Which version of a bundle is the live one ([Live]), how a bundle is asked to let go ([Drainable]), what the deployer
/// knows of every bundle ([Deployments]).
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.deploy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
