/// The rules of the house, checked on the compiled classes of every module.
@NullMarked
package org.mutatio.house;

import org.jspecify.annotations.NullMarked;
