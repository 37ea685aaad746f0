@NullMarked
package org.mutatio.accounts.fake;

import org.jspecify.annotations.NullMarked;
