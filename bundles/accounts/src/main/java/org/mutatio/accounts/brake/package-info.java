/// Slows guessing without locking owners out: [Brake].
@NullMarked
package org.mutatio.accounts.brake;

import org.jspecify.annotations.NullMarked;
