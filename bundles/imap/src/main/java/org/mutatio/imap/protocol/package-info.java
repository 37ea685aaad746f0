/// What a client may say, as records, and the grammar that makes them out of octets; no socket, no thread, no
/// clock. Start at [Command] and [CommandParser].
@NullMarked
package org.mutatio.imap.protocol;

import org.jspecify.annotations.NullMarked;
