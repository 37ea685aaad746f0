/// Outbound mail as an administrator and, later, delivery see it: [Queue].
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.queue;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
