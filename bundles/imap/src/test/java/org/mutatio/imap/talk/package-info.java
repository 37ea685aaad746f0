/// A client of ours, over a connection in memory.
@NullMarked
package org.mutatio.imap.talk;

import org.jspecify.annotations.NullMarked;
