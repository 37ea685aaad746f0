/// One conversation: [ImapSession] reads commands and answers them, [View] is what it has told the client of the
/// selected mailbox.
@NullMarked
package org.mutatio.imap.session;

import org.jspecify.annotations.NullMarked;
