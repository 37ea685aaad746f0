/// Tests.
@NullMarked
package org.mutatio.ports.tls;

import org.jspecify.annotations.NullMarked;
