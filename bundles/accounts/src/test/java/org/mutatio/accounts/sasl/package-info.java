@NullMarked
package org.mutatio.accounts.sasl;

import org.jspecify.annotations.NullMarked;
