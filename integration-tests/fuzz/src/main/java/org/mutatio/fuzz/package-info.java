/// Hostile input for the tests of bundles: properties that run for a while ([ForAWhile]), inputs made by spoiling
/// good ones ([Spoiled]), seeds of faults once found ([Seeds]), and what an input may cost ([Cost]).
@NullMarked
package org.mutatio.fuzz;

import org.jspecify.annotations.NullMarked;
