@NullMarked
package org.mutatio.accounts.directory;

import org.jspecify.annotations.NullMarked;
