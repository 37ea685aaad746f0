/// What is said in SMTP, without any octet moved: [CommandParser] understands a line as a [Command], [Conversation]
/// answers it with a [Turn]. No socket, no thread, no clock.
@NullMarked
package org.mutatio.smtp.protocol;

import org.jspecify.annotations.NullMarked;
