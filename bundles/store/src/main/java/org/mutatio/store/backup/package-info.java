/// Copies of a store that are whole by themselves, and the way back: [Copies] makes and feeds them, [Restore] makes a
/// new `data` folder of one, as it was at a moment.
@NullMarked
package org.mutatio.store.backup;

import org.jspecify.annotations.NullMarked;
