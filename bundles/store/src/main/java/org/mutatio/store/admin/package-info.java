/// What an administrator asks the store: `explain`, `queue`, `store`.
@NullMarked
package org.mutatio.store.admin;

import org.jspecify.annotations.NullMarked;
