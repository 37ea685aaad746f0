@NullMarked
package org.mutatio.router.admin;

import org.jspecify.annotations.NullMarked;
