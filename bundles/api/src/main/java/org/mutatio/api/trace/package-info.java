/// Why something happened: [Trace] of [TraceStep]s, kept with the mail or, for what was refused, by day; [Traces] finds
/// them again for `mutatio explain`.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.trace;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
