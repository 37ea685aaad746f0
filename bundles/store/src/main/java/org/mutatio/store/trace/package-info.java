/// Traces by day: those of refused mail themselves, and for every trace a line to search in. Start at
/// [LocalTraces].
@NullMarked
package org.mutatio.store.trace;

import org.jspecify.annotations.NullMarked;
