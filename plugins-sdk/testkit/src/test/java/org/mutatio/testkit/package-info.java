@NullMarked
package org.mutatio.testkit;

import org.jspecify.annotations.NullMarked;
