/// The accounts in memory over those of the store: [AccountDirectory].
@NullMarked
package org.mutatio.accounts.directory;

import org.jspecify.annotations.NullMarked;
