/// The admin HTTP API: who may, which action, how its result goes out. Plain Java.
@NullMarked
package org.mutatio.console.http;

import org.jspecify.annotations.NullMarked;
