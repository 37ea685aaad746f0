/// What `mutatio status` says, gathered from every live bundle. Plain Java.
@NullMarked
package org.mutatio.console.status;

import org.jspecify.annotations.NullMarked;
