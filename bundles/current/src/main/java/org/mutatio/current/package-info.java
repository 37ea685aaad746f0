/// The live one of several services: [Current]. Copied into each bundle that uses it, exported by nobody.
@NullMarked
package org.mutatio.current;

import org.jspecify.annotations.NullMarked;
