@NullMarked
package org.mutatio.examples.attachmentlimit;

import org.jspecify.annotations.NullMarked;
