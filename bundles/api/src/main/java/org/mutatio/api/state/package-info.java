/// What must outlive a swap and not a restart (rate counters, breakers, verdict caches): [States], kept by `store`.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.state;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
