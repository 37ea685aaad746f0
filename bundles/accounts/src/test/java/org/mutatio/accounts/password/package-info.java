@NullMarked
package org.mutatio.accounts.password;

import org.jspecify.annotations.NullMarked;
