/// Where other people's filters run: [org.mutatio.pipeline.bulkhead.Bulkhead], a few platform threads for each
/// plugin. The only place that may interrupt a thread.
@NullMarked
package org.mutatio.pipeline.bulkhead;

import org.jspecify.annotations.NullMarked;
