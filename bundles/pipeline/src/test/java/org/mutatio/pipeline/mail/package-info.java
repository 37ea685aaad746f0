/// Tests.
@NullMarked
package org.mutatio.pipeline.mail;

import org.jspecify.annotations.NullMarked;
