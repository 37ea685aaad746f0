/// A disk that fails and lies, for tests.
@NullMarked
package org.mutatio.store.disk;

import org.jspecify.annotations.NullMarked;
