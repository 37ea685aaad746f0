/// Tests of the bundle's door.
@NullMarked
package org.mutatio.ports;

import org.jspecify.annotations.NullMarked;
