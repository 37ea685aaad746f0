/// Tests.
@NullMarked
package org.mutatio.pipeline.gate;

import org.jspecify.annotations.NullMarked;
