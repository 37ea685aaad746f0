/// What is being erased, written down so that a start finishes it; [Erasing]. The work is done by `Erasure`.
@NullMarked
package org.mutatio.store.erase;

import org.jspecify.annotations.NullMarked;
