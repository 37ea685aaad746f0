/// Tests.
@NullMarked
package org.mutatio.ports.limit;

import org.jspecify.annotations.NullMarked;
