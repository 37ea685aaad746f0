@NullMarked
package org.mutatio.accounts.admin;

import org.jspecify.annotations.NullMarked;
