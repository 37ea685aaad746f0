/// Stand-ins for store and log-in, in memory; the real ones pass the same conversations in `integration-tests`.
@NullMarked
package org.mutatio.imap.fake;

import org.jspecify.annotations.NullMarked;
