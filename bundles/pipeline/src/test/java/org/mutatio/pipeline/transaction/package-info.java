/// Tests.
@NullMarked
package org.mutatio.pipeline.transaction;

import org.jspecify.annotations.NullMarked;
