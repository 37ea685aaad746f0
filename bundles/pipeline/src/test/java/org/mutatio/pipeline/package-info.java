/// The bundle in a framework.
@NullMarked
package org.mutatio.pipeline;

import org.jspecify.annotations.NullMarked;
