@NullMarked
package org.mutatio.router.folder;

import org.jspecify.annotations.NullMarked;
