/// Tests.
@NullMarked
package org.mutatio.current;

import org.jspecify.annotations.NullMarked;
