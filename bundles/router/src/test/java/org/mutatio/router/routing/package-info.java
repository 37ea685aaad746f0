@NullMarked
package org.mutatio.router.routing;

import org.jspecify.annotations.NullMarked;
