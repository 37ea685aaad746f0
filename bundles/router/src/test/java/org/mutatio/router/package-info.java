@NullMarked
package org.mutatio.router;

import org.jspecify.annotations.NullMarked;
