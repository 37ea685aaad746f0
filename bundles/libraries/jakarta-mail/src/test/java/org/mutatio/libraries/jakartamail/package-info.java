/// Whether the bundle works as a bundle.
@NullMarked
package org.mutatio.libraries.jakartamail;

import org.jspecify.annotations.NullMarked;
