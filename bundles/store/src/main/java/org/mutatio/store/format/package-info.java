/// Which formats of data this release reads and writes, and how it goes from one to the next. Start at [StoreFormat].
@NullMarked
package org.mutatio.store.format;

import org.jspecify.annotations.NullMarked;
