/// How many connections whom: [Budget] counts, before any thread is spent; [Networks] names the free ones.
@NullMarked
package org.mutatio.ports.limit;

import org.jspecify.annotations.NullMarked;
