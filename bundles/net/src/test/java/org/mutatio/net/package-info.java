/// Tests.
@NullMarked
package org.mutatio.net;

import org.jspecify.annotations.NullMarked;
