/// How a store comes up: which index is trusted, what is replayed, what is set aside. Start at [Recovery].
@NullMarked
package org.mutatio.store.recovery;

import org.jspecify.annotations.NullMarked;
