@NullMarked
package org.mutatio.accounts.brake;

import org.jspecify.annotations.NullMarked;
