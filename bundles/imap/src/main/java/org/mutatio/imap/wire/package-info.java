/// Octets in and out of a connection: one buffer each way, held only while there is something in it.
@NullMarked
package org.mutatio.imap.wire;

import org.jspecify.annotations.NullMarked;
