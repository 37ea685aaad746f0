/// Tests.
@NullMarked
package org.mutatio.pipeline.bulkhead;

import org.jspecify.annotations.NullMarked;
