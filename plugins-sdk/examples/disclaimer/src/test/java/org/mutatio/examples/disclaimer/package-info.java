@NullMarked
package org.mutatio.examples.disclaimer;

import org.jspecify.annotations.NullMarked;
