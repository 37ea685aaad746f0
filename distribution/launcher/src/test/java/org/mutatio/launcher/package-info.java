@NullMarked
package org.mutatio.launcher;

import org.jspecify.annotations.NullMarked;
