/// How a bundle says that it works: [HealthProbe].
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.sdk.health;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
