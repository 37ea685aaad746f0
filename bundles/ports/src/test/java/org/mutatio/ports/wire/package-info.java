/// Tests of the wire.
@NullMarked
package org.mutatio.ports.wire;

import org.jspecify.annotations.NullMarked;
