/// Runs filters and policies over mail, whatever way it comes in, and commits it. Read
/// [org.mutatio.pipeline.transaction.MailTransaction] first; this package is the door to OSGi.
@NullMarked
package org.mutatio.pipeline;

import org.jspecify.annotations.NullMarked;
