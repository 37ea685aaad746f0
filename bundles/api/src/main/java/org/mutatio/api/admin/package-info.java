/// What an administrator can ask or do: each bundle registers [Action]s, `console` serves them over HTTP on loopback,
/// `bin/mutatio` is a thin face of them. [Json] is the result's shape.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.admin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
