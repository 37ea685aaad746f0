@NullMarked
package org.mutatio.accounts;

import org.jspecify.annotations.NullMarked;
