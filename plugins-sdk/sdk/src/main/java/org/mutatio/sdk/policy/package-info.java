/// Policy written in Java: [RouteProvider].
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.sdk.policy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
