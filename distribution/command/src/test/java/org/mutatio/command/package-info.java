@NullMarked
package org.mutatio.command;

import org.jspecify.annotations.NullMarked;
