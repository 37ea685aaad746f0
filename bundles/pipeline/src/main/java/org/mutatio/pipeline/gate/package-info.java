/// The gate before each call of a filter: breaker, deadline, catching of everything. Start at
/// [org.mutatio.pipeline.gate.Gate].
@NullMarked
package org.mutatio.pipeline.gate;

import org.jspecify.annotations.NullMarked;
