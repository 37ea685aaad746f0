/// Benchmarks of single parts; see README.md of this module.
@NullMarked
package org.mutatio.jmh;

import org.jspecify.annotations.NullMarked;
