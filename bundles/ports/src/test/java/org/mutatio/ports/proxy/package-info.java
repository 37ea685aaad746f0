/// Tests.
@NullMarked
package org.mutatio.ports.proxy;

import org.jspecify.annotations.NullMarked;
