@NullMarked
package org.mutatio.router.policy;

import org.jspecify.annotations.NullMarked;
