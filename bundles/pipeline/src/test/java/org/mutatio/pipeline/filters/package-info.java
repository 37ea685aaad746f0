/// Tests.
@NullMarked
package org.mutatio.pipeline.filters;

import org.jspecify.annotations.NullMarked;
