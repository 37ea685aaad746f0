/// Does the store hold what it says? [Verifier] reads every octet and says what is wrong, by mail id where
/// it can.
@NullMarked
package org.mutatio.store.verify;

import org.jspecify.annotations.NullMarked;
