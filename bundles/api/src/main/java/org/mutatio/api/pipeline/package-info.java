/// What a protocol bundle says to the pipeline: [Pipeline] opens a [Session], a session opens [Transaction]s; the
/// pipeline asks filters and router, writes the trace, commits to the store and answers with replies.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.pipeline;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
