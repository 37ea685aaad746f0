/// The index in H2: what a restart or a reader needs without reading the journal from its beginning. The only SQL of
/// the product. It is never the truth: a broken or missing one is rebuilt from checkpoint and journal.
@NullMarked
package org.mutatio.store.index;

import org.jspecify.annotations.NullMarked;
