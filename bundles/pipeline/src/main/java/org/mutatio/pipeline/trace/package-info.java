/// Writes down what is decided while it is decided: [org.mutatio.pipeline.trace.TraceLog].
@NullMarked
package org.mutatio.pipeline.trace;

import org.jspecify.annotations.NullMarked;
