/// The mail store as its users see it: one that waits while the store is replaced in place.
@NullMarked
package org.mutatio.current.store;

import org.jspecify.annotations.NullMarked;
